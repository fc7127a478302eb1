"""The Postman collections: complete, that of the Inspector service in the taught order, and passing against the real
program."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

from fakes.recorder import FakeRecorder
from rig.program import Program
from seacorder.api.integration import create_integration_app
from seacorder.config.schema import ServerSettings

COLLECTION = Path(__file__).parents[2] / "postman" / "inspector.postman_collection.json"
INTEGRATION = COLLECTION.with_name("integration.postman_collection.json")
TAUGHT = [
    "GET /api/stats/ping",
    "POST /api/recordersettings/apply",
    "POST /api/inspector/createdirectory",
    "POST /api/inspector/recordingdirectory",
    "POST /api/inspector/inspectiondirectory",
    "GET /api/inspector/splittime/10",
    "GET /api/inspector/reevaluatetags/true",
    "POST /api/inspector/pathtemplate",
    "GET /api/inspector/pathtemplate",
    "GET /api/inspector/startrecording",
    "GET /api/inspector/stoprecording",
    "GET /api/inspector/isrecording",
    "GET /api/inspector/encoderrunning",
    "GET /api/inspector/takeframegrab",
    "GET /api/inspector/startclip",
    "GET /api/inspector/stopclip",
    "GET /api/inspector/iscliprecording",
]
"""The order of the public text's chapter on Postman."""


def folders(collection: Path = COLLECTION) -> list[dict[str, Any]]:
    return json.loads(collection.read_text("utf-8"))["item"]


def asked(item: dict[str, Any]) -> str:
    return f"{item['request']['method']} /{'/'.join(item['request']['url']['path'])}"


def test_the_first_folder_has_every_command_in_the_taught_order() -> None:
    assert [asked(one) for one in folders()[0]["item"]] == TAUGHT


def test_the_inspection_has_every_command_of_the_integration_service() -> None:
    routes = create_integration_app(FakeRecorder(), ServerSettings()).routes
    there = {f"{method} {one.path}" for one in routes if isinstance(one, APIRoute) for method in one.methods}
    assert there <= {asked(one) for one in folders(INTEGRATION)[0]["item"]}


@pytest.mark.parametrize("collection", [COLLECTION, INTEGRATION], ids=lambda path: path.name)
def test_every_request_has_tests_and_a_description(collection: Path) -> None:
    for one in (item for folder in folders(collection) for item in folder["item"]):
        assert any("pm.test(" in line for line in one["event"][0]["script"]["exec"]), one["name"]
        assert one["request"]["description"]
        assert one["request"]["url"]["raw"].startswith(("{{inspector}}/", "{{integration}}/"))


def run(newman: Path, inspector: str, integration: str, report: Path, collection: Path = COLLECTION) -> int:
    """Runs a whole collection; its first failure fails the test. Returns how many requests it has."""
    hosts = ("--env-var", f"inspector={inspector}", "--env-var", f"integration={integration}")
    reporters = ("--reporters", "cli,json", "--reporter-json-export", str(report), "--color", "off")
    command = ["node", str(newman), "run", str(collection), *hosts, *reporters]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    counts = json.loads(report.read_text("utf-8"))["run"]["stats"]
    assert counts["assertions"]["total"] >= counts["requests"]["total"]
    return int(counts["requests"]["total"])


@pytest.mark.newman
def test_it_passes_against_the_real_program(newman: Path, program: Program, tmp_path: Path) -> None:
    assert run(newman, program.url, program.integration_url, tmp_path / "report.json") >= 46
    assert run(newman, program.url, program.integration_url, tmp_path / "report.json", INTEGRATION) >= 45
    parts = program.rows("parts")
    assert {(one["channel"], one["state"]) for one in parts} == {("Bow", "whole"), ("Stern", "whole")}
    assert all(Path(one["path"]).is_relative_to(program.root) for one in parts)
    stored = {path.name for path in program.root.rglob("Postman *") if path.suffix in {".mp4", ".jpg"}}
    assert stored == {
        f"{name}@{channel}{end}"
        for name, end in (
            ("Postman recording", "_007.mp4"), ("Postman anomalies", "_007.mp4"), ("Postman anode", ".jpg")
        )
        for channel in ("Bow", "Stern")
    }
    assert [one["code"] for one in program.rows("observations")] == ["ANOMALY"]


@pytest.mark.newman
async def test_it_passes_against_the_fake_alike(newman: Path, fake: tuple[str, str], tmp_path: Path) -> None:
    await asyncio.to_thread(run, newman, *fake, tmp_path / "report.json")
    await asyncio.to_thread(run, newman, *fake, tmp_path / "report.json", INTEGRATION)
