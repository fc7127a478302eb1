"""The reference pages: every route, field and kind of problem has its entry."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from fakes.recorder import FakeRecorder
from rig.pages import blocks
from rig.web_services import served_in_a_thread
from seacorder.api.http import problems
from seacorder.api.http.paths import WEBSOCKET
from seacorder.api.inspector import PATH_TEMPLATES, RECORDER_SETTINGS
from seacorder.api.integration import create_integration_app
from seacorder.api.v1 import commands as v1_commands
from seacorder.api.v1 import (
    definitions,
    dive_context,
    events,
    observation_views,
    readings,
    removals,
    rows,
    settings_views,
    status_views,
)
from seacorder.api.v1.files import ClipAsked, ClipFrameAsked, PartAsked, PartFrameAsked
from seacorder.api.v1.observations import ExportFilter, PagedFilter
from seacorder.api.v1.rows import Filter
from seacorder.api.v1.view import View
from seacorder.client.integration import IntegrationClient, VideoCommands
from seacorder.config.schema import ServerSettings
from seacorder.control.settings.given_names import STEM_BYTES_MAX
from seacorder.model.file_name import SEQUENCE_MAX
from seacorder.model.overlay import OVERLAY_CHARACTERS_MAX

pytestmark = pytest.mark.docs
PAGES = Path(__file__).parents[2] / "docs" / "programs"
INSPECTOR = (PAGES / "inspector.md").read_text("utf-8")
INTEGRATION = (PAGES / "integration.md").read_text("utf-8")
V1 = (PAGES / "api.md").read_text("utf-8")


def commands(app: FastAPI) -> set[str]:
    """`METHOD /path` of every route under /api."""
    found = set()
    for route in app.routes:
        for method in (getattr(route, "methods", None) or {WEBSOCKET}) - {"HEAD"}:  # answered as GET, without a body
            found.add(f"{'WebSocket' if method == WEBSOCKET else method} {route.path}")
    return {one for one in found if " /api/" in one}


def documented(page: str) -> set[str]:
    return {f"{method} {path}" for method, path in re.findall(r"^### (\w+) `([^`]+)`$", page, re.MULTILINE)}


def test_every_route_is_documented_and_every_documented_route_exists(app: FastAPI) -> None:
    inspector = commands(app)
    integration = commands(create_integration_app(FakeRecorder(), ServerSettings()))
    v1 = {one for one in inspector if " /api/v1/" in one}
    assert documented(V1) == v1
    assert documented(INSPECTOR) == inspector - v1
    assert documented(INTEGRATION) == integration


def integration_commands() -> dict[str, APIRoute]:
    """By its heading on the page."""
    routes = create_integration_app(FakeRecorder(), ServerSettings()).routes
    found = (one for one in routes if isinstance(one, APIRoute))
    return {f"{method} `{one.path}`": one for one in found for method in one.methods}


@pytest.mark.parametrize("command", integration_commands())
def test_what_a_command_of_the_integration_service_takes_and_answers_is_documented(command: str) -> None:
    route = integration_commands()[command]
    section = re.split(r"^#{2,3} ", INTEGRATION.partition(f"### {command}\n")[2], flags=re.MULTILINE)[0]
    schema = (route.openapi_extra or {}).get("requestBody", {}).get("content", {}).get("application/json", {})
    answer = route.responses[200].get("content", {}).get("application/json", {})
    fields = [*schema.get("schema", {}).get("properties", {}), *answer.get("schema", {}).get("properties", {})]
    is_like_another = "As [`/api/recording/" in section or section.startswith("The same")
    assert is_like_another or all(name in section for name in fields), fields
    assert section.strip()
    for shown in re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE):
        assert shown in fields


def test_the_limits_of_the_integration_service_are_those_of_the_code() -> None:
    assert f"| `SequenceNo` | 0 to {SEQUENCE_MAX} |" in INTEGRATION
    assert f"At most {STEM_BYTES_MAX} bytes in UTF-8" in INTEGRATION
    assert f"at most {OVERLAY_CHARACTERS_MAX:,} characters" in INTEGRATION
    methods = {name for one in (IntegrationClient, VideoCommands) for name in vars(one) if name[0] != "_"} - {"close"}
    assert methods <= set(re.findall(r"`(\w+)`", INTEGRATION.partition("## In Python")[2]))


@pytest.mark.parametrize("page", ["integration.md", "observations.md"])
def test_the_pages_python_does_what_it_says(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with served_in_a_thread() as here:
        source = "\n".join(blocks((PAGES / page).read_text("utf-8"), "python"))
        source = source.replace(":13000", f":{here.port}").replace(":8088", f":{here.integration_port}")
        exec(compile(source, page, "exec"), {})
        assert here.recorder.recording_id is None
        assert page != "observations.md" or len(here.recorder.observations.held) == 3


@pytest.mark.parametrize("key", [*RECORDER_SETTINGS, *PATH_TEMPLATES])
def test_every_field_of_a_body_is_documented(key: str) -> None:
    assert f"| `{key}` |" in INSPECTOR


def answers() -> list[type[BaseModel]]:
    modules = (
        v1_commands, definitions, dive_context, events, observation_views, readings, removals, rows, settings_views,
        status_views,
    )
    found = (one for module in modules for one in vars(module).values())
    return sorted({one for one in found if isinstance(one, type) and issubclass(one, View)}, key=repr)


@pytest.mark.parametrize("view", answers())
def test_every_field_of_an_answer_is_documented(view: type[BaseModel]) -> None:
    words = set(re.findall(r"[a-z_]+", V1))
    assert {field.alias or name for name, field in view.model_fields.items()} <= words


def test_every_query_field_and_kind_of_problem_is_documented() -> None:
    queries = (Filter, PagedFilter, ExportFilter, PartAsked, ClipAsked, PartFrameAsked, ClipFrameAsked)
    for name, one in (field for query in queries for field in query.model_fields.items()):
        assert f"`{one.alias or name}`" in V1
    for kind in problems._TITLES:
        assert f"`{kind}`" in INSPECTOR
