"""Every command of the program's own OpenAPI documents, with what it takes and with what it does not (schemathesis).

Whatever is sent: a status code, content type and body that the document has, never a fault of the recorder's own.
Real HTTP on loopback; a recorder without cameras for the breadth, the whole program for a short run.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from fakes.recorder import FakeRecorder
from faults.results import note
from rig.program import Program, running
from rig.web_services import Served, served_in_a_thread
from seacorder.api.inspector import create_inspector_app
from seacorder.api.integration import create_integration_app
from seacorder.config.schema import ServerSettings

NOT_OURS = ("not_a_server_error", "positive_data_acceptance", "negative_data_rejection", "unsupported_method")
"""The public text answers mistyped commands with 500; a value may be refused for what no schema can say (a folder
outside, an encoder that is not there); integers are read where a text would be."""
EXAMPLES = 15
ALWAYS_THE_SAME = settings(
    derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
SENT: Counter[str] = Counter()
"""Over all of this module: requests, and answers that the documents have."""
PROBLEM_OF_OUR_OWN = "urn:seacorder:problem:error"


def schema_of(app: Any) -> Any:
    return schemathesis.openapi.from_dict(app.openapi())


def documents() -> dict[str, Any]:
    recorder, server = FakeRecorder(), ServerSettings()
    return {
        "inspector": schema_of(create_inspector_app(recorder, server)),
        "integration": schema_of(create_integration_app(recorder, server)),
    }


DOCUMENTS = documents()
OPERATIONS = [
    (service, operation.ok())
    for service, document in DOCUMENTS.items()
    for operation in document.get_all_operations()
]
RESTART = "/api/v1/setup/restart"
EVERY_OPERATION = pytest.mark.parametrize(
    ("service", "operation"), OPERATIONS, ids=[f"{one.method.upper()} {one.path}" for _, one in OPERATIONS]
)


@pytest.fixture(scope="module")
def here() -> Iterator[Served]:
    with served_in_a_thread() as one:
        yield one
        assert one.faults == []


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as one:
        one.trust_env = False
        yield one


def attack(operation: Any, base_url: str, session: requests.Session, examples: int) -> None:
    """Sends so many requests of each kind, always the same ones."""
    excluded = [CHECKS.get_one(name) for name in NOT_OURS]
    for mode in GenerationMode:

        @settings(ALWAYS_THE_SAME, max_examples=examples)
        @given(case=operation.as_strategy(mode))
        def one(case: Any) -> None:
            SENT["requests"] += 1
            answer = case.call_and_validate(base_url=base_url, session=session, excluded_checks=excluded)
            assert answer.status_code < 400 or "problem+json" in answer.headers["content-type"][0]
            assert PROBLEM_OF_OUR_OWN.encode() not in (answer.content or b"")
            SENT["as documented"] += 1

        if mode is GenerationMode.POSITIVE or takes_something(operation):
            one()


def takes_something(operation: Any) -> bool:
    return any(len(one) for one in (operation.query, operation.path_parameters, operation.body))


@EVERY_OPERATION
def test_every_command_keeps_to_its_document(
    here: Served, session: requests.Session, service: str, operation: Any
) -> None:
    port = here.port if service == "inspector" else here.integration_port
    attack(operation, f"http://127.0.0.1:{port}", session, EXAMPLES)


def test_the_whole_program_keeps_to_its_document(session: requests.Session, tmp_path: Path) -> None:
    with running(tmp_path, {"Bow": "test:?size=320x180&rate=25&gop=5"}) as program:
        program.wait_live()
        for service, operation in OPERATIONS:
            if operation.path == RESTART:
                continue  # the program would end; tests/system/test_setup.py restarts it
            attack(operation, url_of(program, service), session, 3)
        assert program.get("/api/stats/ping") == {"Ping": True}
        program.get("/api/inspector/stoprecording")


def test_all_answers_were_documented() -> None:
    undocumented = SENT["requests"] - SENT["as documented"]
    note(f"requests to all {len(OPERATIONS)} commands of the OpenAPI documents, right and wrong: undocumented answers",
         times=SENT["requests"], worst=str(undocumented), limit="0", kept=not undocumented)  # fmt: skip
    assert not undocumented


def url_of(program: Program, service: str) -> str:
    return program.url if service == "inspector" else program.integration_url
