"""The settings as a table: `heliograph settings`, and docs/operating.md (a test compares)."""

import ast
import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import fields
from itertools import pairwise

from pydantic import BaseModel

from app.limits import Limits
from heliograph.gateway.settings import GatewaySettings
from heliograph.link_settings import ModemSettings, SmppSettings
from heliograph.settings import PREFIX, HookSettings, LineSettings, ProviderSettings, Settings


def _rows() -> Iterator[tuple[str, str, str]]:
    """(variable or key, default, what it is) of each setting."""
    yield from _model_rows(Settings, lambda name: f"`{PREFIX}{name.upper()}`")
    alone = GatewaySettings.model_fields.keys() - HookSettings.model_fields.keys()
    for row in _model_rows(GatewaySettings, lambda name: f"`{PREFIX}{name.upper()}`"):
        if row[0].strip("`").removeprefix(PREFIX).lower() in alone:
            yield row
    yield from _model_rows(ProviderSettings, lambda name: f"`providers[].{name}`")
    yield from _model_rows(LineSettings, lambda name: f"`providers[].lines.<number>.{name}`")
    yield from _model_rows(SmppSettings, lambda name: f"`smpp_links[].{name}`")
    yield from _model_rows(ModemSettings, lambda name: f"`modems[].{name}`")
    told = _read_limit_docs()
    for limit in fields(Limits):
        yield f"`limits.{limit.name}`", f"`{limit.default}`", told.get(limit.name, "")


def _read_limit_docs() -> dict[str, str]:
    """What the strings below the fields of `Limits` say: Python keeps them in the source alone."""
    body = ast.parse(inspect.getsource(Limits)).body[0]
    assert isinstance(body, ast.ClassDef)  # noqa: S101 -- for the type checker
    found = {}
    for field, said in pairwise(body.body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(said, ast.Expr)
            and isinstance(said.value, ast.Constant)
        ):
            found[field.target.id] = " ".join(str(said.value.value).split())
    return found


def _model_rows(
    model: type[BaseModel], write_name: Callable[[str], str]
) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        if field.is_required():
            default = "required"
        elif name == "limits":
            default = "see below"
        else:
            default = f"`{json.dumps(field.default, default=str)}`"
        yield write_name(name), default, field.description or ""


def write_table() -> str:
    """A Markdown table of all settings."""
    head = ["| setting | default | what it is |", "|---|---|---|"]
    return "\n".join(head + [f"| {name} | {default} | {text} |" for name, default, text in _rows()])


def write_json() -> str:
    """The same as a JSON list of {name, default, description}."""
    keys = ("name", "default", "description")
    rows = [
        dict(zip(keys, (name.strip("`"), default, text), strict=True))
        for name, default, text in _rows()
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False)
