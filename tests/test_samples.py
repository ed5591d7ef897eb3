"""The sample configurations parse, and hold what the documents promise of them."""

from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

SAMPLES = ROOT / "docs" / "samples"
PAGE = (ROOT / "docs" / "operating.md").read_text("utf-8")


@pytest.fixture(scope="module")
def patroni() -> dict[str, Any]:
    settings: dict[str, Any] = yaml.safe_load((SAMPLES / "patroni.yml").read_text("utf-8"))
    return settings


def test_every_sample_is_parsed_here() -> None:
    assert {path.name for path in SAMPLES.iterdir()} == {"kannel.conf", "patroni.yml"}


def test_an_acknowledged_envelope_is_on_two_machines(patroni: dict[str, Any]) -> None:
    rules = patroni["bootstrap"]["dcs"]
    assert rules["synchronous_mode"] == "quorum"
    assert rules["synchronous_mode_strict"] is True
    assert rules["synchronous_node_count"] >= 1
    parameters = rules["postgresql"]["parameters"]
    assert parameters["synchronous_commit"] == "on"
    assert not {"fsync", "full_page_writes", "statement_timeout"} & parameters.keys()
    assert "data-checksums" in patroni["bootstrap"]["initdb"]


def test_a_dead_leader_is_replaced_in_time(patroni: dict[str, Any]) -> None:
    rules = patroni["bootstrap"]["dcs"]
    assert rules["ttl"] == 20
    assert rules["loop_wait"] + 2 * rules["retry_timeout"] <= rules["ttl"]
    assert rules["primary_start_timeout"] == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("log_min_error_statement", "panic"),
        ("log_parameter_max_length_on_error", 0),
        ("log_parameter_max_length", 0),
        ("log_statement", "none"),
        ("log_min_duration_statement", -1),
        ("log_connections", "off"),
        ("log_disconnections", "off"),
    ],
)
def test_nothing_that_came_in_is_logged(patroni: dict[str, Any], name: str, value: object) -> None:
    assert patroni["bootstrap"]["dcs"]["postgresql"]["parameters"][name] == value
    assert f"`{name}`" in PAGE


def test_no_password_stands_in_it(patroni: dict[str, Any]) -> None:
    assert "authentication" not in patroni["postgresql"]
    assert all("scram-sha-256" in line for line in patroni["postgresql"]["pg_hba"][1:])


@pytest.fixture(scope="module")
def kannel() -> list[dict[str, str]]:
    """The groups of Kannel's sample."""
    groups: list[dict[str, str]] = []
    for line in (SAMPLES / "kannel.conf").read_text("utf-8").splitlines():
        name, sign, value = line.partition(" = ")
        if sign and not line.startswith("#"):
            if name == "group":
                groups.append({})
            groups[-1][name] = value.strip('"')
    return groups


def test_kannel_writes_no_text(kannel: list[dict[str, str]]) -> None:
    """tests/kannel/ searches for them, where Kannel is installed."""
    names = {name for group in kannel for name in group}
    assert not names & {"access-log", "get-url", "log-file", "file", "exec", "text"}
    assert {group["log-level"] for group in kannel if "log-level" in group} == {"3"}
    assert "-v 3" in (SAMPLES / "kannel.conf").read_text("utf-8")
    assert kannel[0]["sms-combine-concatenated-mo"] == "false"


def test_kannel_is_reached_on_loopback_alone(kannel: list[dict[str, str]]) -> None:
    inward = {value for group in kannel for name, value in group.items() if "interface" in name}
    assert inward == {"127.0.0.1"}


def test_kannel_answers_nothing_of_its_own(kannel: list[dict[str, str]]) -> None:
    told = {name: value for group in kannel for name, value in group.items()}
    assert {value for name, value in told.items() if name.startswith("reply-")} == {""}
    assert "%I" in told["post-url"]
