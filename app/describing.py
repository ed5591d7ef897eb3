"""What the API's description (spec/openapi.json) says beyond what FastAPI sees by itself."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.limits import Limits
from app.problems import MEDIA_TYPE, find_problem

REF = {"$ref": "#/components/schemas/Problem"}
PROBLEM_SCHEMA = {
    "title": "Problem",
    "type": "object",
    "description": "RFC 9457. The codes are listed in spec/service-v1.md.",
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$"},
        "incident": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
    },
    "required": ["title", "status", "detail", "code", "incident"],
    "additionalProperties": False,
}
TAKEN_SCHEMA = {
    "title": "Taken",
    "type": "object",
    "properties": {"status": {"type": "string", "enum": ["stored", "known"]}},
    "required": ["status"],
    "additionalProperties": False,
}
BATCH_SCHEMA = {
    "title": "BatchTaken",
    "type": "object",
    "properties": {
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "status": {"type": "string", "enum": ["stored", "known", "problem"]},
                    "code": {"type": "string"},
                },
                "required": ["status"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["results"],
    "additionalProperties": False,
}


def describe_problems(*codes: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for problems that an address may answer with, and for all others."""
    described: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        kind = find_problem(code)
        described[kind.status] = _describe(kind.title)
    described["default"] = _describe("Another problem.")
    return described


def describe_intake(limits: Limits) -> dict[str, Any]:
    """POST /v1/envelopes, which FastAPI never sees (app/intake.py)."""
    answer = {
        "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("Taken", "BatchTaken")]
    }
    problems = describe_problems(
        "envelope-length",
        "body-too-slow",
        "body-too-large",
        "media-type",
        "store-busy",
        "store-full",
    )
    return {
        "tags": ["envelopes"],
        "summary": "Keep one envelope, or a batch of them",
        "description": (
            "One envelope, or a CBOR sequence (RFC 8742) of byte strings:"
            f" {limits.batch_items} items and {limits.batch_bytes} bytes at most."
            " The answer comes after the envelopes are on disk. A batch is answered with one"
            " result for each item in order; if the body ended too early, one more says why."
        ),
        "operationId": "take_envelopes",
        "requestBody": {
            "required": True,
            "content": {
                name: {"schema": {"type": "string", "format": "binary"}}
                for name in ("application/octet-stream", "application/cbor-seq")
            },
        },
        "responses": {
            "200": {"description": "Kept.", "content": {"application/json": {"schema": answer}}},
            **{str(status): described for status, described in problems.items()},
        },
    }


def describe(api: FastAPI, limits: Limits) -> dict[str, Any]:
    """The whole description, the hot path included."""
    document = get_openapi(
        title=api.title, version=api.version, description=api.description, routes=api.routes
    )
    document["paths"]["/v1/envelopes"]["post"] = describe_intake(limits)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas |= {"Problem": PROBLEM_SCHEMA, "Taken": TAKEN_SCHEMA, "BatchTaken": BATCH_SCHEMA}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return document


def _describe(title: str) -> dict[str, Any]:
    return {"description": title, "content": {MEDIA_TYPE: {"schema": REF}}}
