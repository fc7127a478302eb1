"""The reference pages: every route, field and kind of problem has its entry."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from fakes.recorder import FakeRecorder
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
    rows,
    settings_views,
    status_views,
)
from seacorder.api.v1.observations import ExportFilter, PagedFilter
from seacorder.api.v1.rows import Filter
from seacorder.api.v1.view import View
from seacorder.config.schema import ServerSettings

pytestmark = pytest.mark.docs
PAGES = Path(__file__).parents[2] / "docs" / "programs"
INSPECTOR = (PAGES / "inspector.md").read_text("utf-8")
V1 = (PAGES / "api.md").read_text("utf-8")


def commands(app: FastAPI) -> set[str]:
    """`METHOD /path` of every route under /api."""
    found = set()
    for route in app.routes:
        for method in getattr(route, "methods", None) or {WEBSOCKET}:
            found.add(f"{'WebSocket' if method == WEBSOCKET else method} {route.path}")
    return {one for one in found if " /api/" in one}


def documented(page: str) -> set[str]:
    return {f"{method} {path}" for method, path in re.findall(r"^### (\w+) `([^`]+)`$", page, re.MULTILINE)}


def test_every_route_is_documented_and_every_documented_route_exists(app: FastAPI) -> None:
    inspector = commands(app)
    integration = commands(create_integration_app(FakeRecorder(), ServerSettings()))
    v1 = {one for one in inspector if " /api/v1/" in one}
    assert documented(V1) == v1
    assert documented(INSPECTOR) == (inspector - v1) | integration


@pytest.mark.parametrize("key", [*RECORDER_SETTINGS, *PATH_TEMPLATES])
def test_every_field_of_a_body_is_documented(key: str) -> None:
    assert f"| `{key}` |" in INSPECTOR


def answers() -> list[type[BaseModel]]:
    modules = (
        v1_commands, definitions, dive_context, events, observation_views, readings, rows, settings_views, status_views,
    )
    found = (one for module in modules for one in vars(module).values())
    return sorted({one for one in found if isinstance(one, type) and issubclass(one, View)}, key=repr)


@pytest.mark.parametrize("view", answers())
def test_every_field_of_an_answer_is_documented(view: type[BaseModel]) -> None:
    words = set(re.findall(r"[a-z_]+", V1))
    assert {field.alias or name for name, field in view.model_fields.items()} <= words


def test_every_query_field_and_kind_of_problem_is_documented() -> None:
    for name, one in (Filter.model_fields | PagedFilter.model_fields | ExportFilter.model_fields).items():
        assert f"`{one.alias or name}`" in V1
    for kind in problems._TITLES:
        assert f"`{kind}`" in INSPECTOR
