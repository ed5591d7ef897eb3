"""schemathesis reads the committed description and looks for answers that it does not describe."""

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as given_examples
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.app.running import Place
from tools.make_openapi import FILE

schemathesis.serializer.alias(
    ["application/cbor", "application/cbor-seq", "application/offset+octet-stream"],
    "application/octet-stream",
)
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


def test_every_address_answers_as_described(place: Place) -> None:
    schema = schemathesis.openapi.from_path(FILE)
    schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    with place.open_server() as (host, port), requests.Session() as session:
        tried = 0
        for found in schema.get_all_operations():
            operation = found.ok()

            @given_examples(case=operation.as_strategy(), data=st.data())
            @settings(
                max_examples=25,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
                database=None,
            )
            def run(case: schemathesis.Case, data: st.DataObject) -> None:
                nonlocal tried
                answer = case.call(base_url=f"http://{host}:{port}", session=session)
                case.validate_response(answer, checks=CHECKS)
                tried += 1

            run()
        assert tried > 50
