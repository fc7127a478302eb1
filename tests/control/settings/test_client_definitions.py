"""Definitions that clients set: checked, stored, told to the worker, there again after a restart, taken back."""

from typing import Any

import pytest

from control.bridge import Bridge
from seacorder.base.errors import BadRequest, CatalogueFailed, NotPossible
from seacorder.control.settings import client_definitions
from seacorder.model.definition.definition import Definition, FieldRule, RecordKind
from seacorder.model.definition.ready import READY
from seacorder.model.telemetry import TelemetrySettings, TelemetrySource, UseDefinitions

SOUNDER: dict[str, Any] = {"header": "PXYZ", "fields": [{"name": "altitude", "position": 1}]}
IN_FILE = (Definition("Vehicle", RecordKind.DELIMITED, (FieldRule("depth", 1, unit="m"),)),)


@pytest.fixture
def bridge(bridge: Bridge) -> Bridge:
    """With a source that names the settings file's definition, and one that names none."""
    bridge.definitions = {"Vehicle": IN_FILE}
    named = TelemetrySource("ROV", "udp://:1", definitions=IN_FILE, definition_names=("Vehicle",))
    bridge.telemetry = TelemetrySettings((named, TelemetrySource("Ship", "udp://:2", definitions=READY["GGA"])))
    bridge.build()
    return bridge


def used(bridge: Bridge, source: str) -> list[tuple[str, str]]:
    """Name and header of the definitions that a source is read with."""
    return [(one.name, one.header) for one in bridge.recorder.telemetry.definitions[source]]


def facts(bridge: Bridge, kind: str) -> list[str]:
    return [event.fact for event in bridge.recorder.events.after(0) if event.kind == kind]


async def test_it_is_told_to_the_worker_and_is_an_event(bridge: Bridge) -> None:
    await bridge.start()
    definitions = bridge.recorder.definitions
    assert await definitions.put("Sounder", SOUNDER)
    (told,) = bridge["telemetry"].told(UseDefinitions)
    assert list(told.definitions) == ["Ship"]
    assert used(bridge, "Ship")[0] == ("Sounder", "PXYZ")
    assert used(bridge, "ROV") == [("Vehicle", "")]
    assert not await definitions.put("Sounder", {**SOUNDER, "header": "PABC"})
    assert used(bridge, "Ship")[0] == ("Sounder", "PABC")
    assert facts(bridge, "settings_changed") == [
        "The definition Sounder is set by a client: altitude (m). It is used by Ship."
    ] * 2


async def test_the_same_again_is_no_change(bridge: Bridge) -> None:
    await bridge.start()
    for is_new in (True, False):
        assert await bridge.recorder.definitions.put("Sounder", SOUNDER) is is_new
    assert len(bridge["telemetry"].told(UseDefinitions)) == len(facts(bridge, "settings_changed")) == 1


async def test_it_stays_over_a_restart_and_replaces_the_settings_files(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.definitions.put("Vehicle", SOUNDER)
    assert used(bridge, "ROV") == [("Vehicle", "PXYZ")]
    await bridge.recorder.stop()
    bridge.build()
    await bridge.start()
    assert used(bridge, "ROV") == [("Vehicle", "PXYZ")]
    assert bridge["telemetry"].first_message.sources[0].definitions == bridge.recorder.definitions.known["Vehicle"]
    assert bridge.recorder.definitions.tables == {"Vehicle": SOUNDER}
    assert facts(bridge, "setting_overridden") == [
        "The definition Vehicle was set by a client. The one of the settings file has no effect now."
    ]


@pytest.mark.parametrize(("name", "after", "said"), [
    ("Vehicle", IN_FILE, "is the one of the settings file again. It is used by ROV."),
    ("GGA", READY["GGA"], "is the ready one again. It is used by Ship."),
    ("Sounder", None, "was deleted by a client. No source uses it."),
])
async def test_what_was_before_holds_again_when_it_is_taken_back(
    bridge: Bridge, name: str, after: tuple[Definition, ...] | None, said: str
) -> None:
    await bridge.start()
    definitions = bridge.recorder.definitions
    await definitions.put(name, SOUNDER)
    assert await definitions.remove(name)
    assert definitions.known.get(name) == after
    assert facts(bridge, "settings_changed")[-1] == f"The definition {name} {said}"
    assert not await definitions.remove(name)
    await bridge.recorder.stop()
    bridge.build()
    await bridge.start()
    assert bridge.recorder.definitions.tables == {}


async def test_what_is_not_accepted_changes_nothing(bridge: Bridge) -> None:
    await bridge.start()
    with pytest.raises(BadRequest):
        await bridge.recorder.definitions.put("Sounder", {"header": "PXYZ"})
    assert bridge.recorder.definitions.tables == {}
    assert bridge["telemetry"].told(UseDefinitions) == []


async def test_what_cannot_be_stored_changes_nothing(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    await bridge.start()

    async def fails() -> None:
        raise CatalogueFailed("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(bridge.catalogue, "flush", fails)
        with pytest.raises(CatalogueFailed):
            await bridge.recorder.definitions.put("Sounder", SOUNDER)
    assert "Sounder" not in bridge.recorder.definitions.known
    await bridge.catalogue.flush()
    assert bridge.catalogue.load_definitions() == {}


async def test_there_can_be_so_many_and_no_more(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_definitions, "DEFINITIONS_MAX", 1)
    await bridge.start()
    definitions = bridge.recorder.definitions
    await definitions.put("A", SOUNDER)
    with pytest.raises(NotPossible):
        await definitions.put("B", SOUNDER)
    await definitions.put("A", {**SOUNDER, "header": "PABC"})


async def test_one_that_this_version_does_not_understand_is_kept_and_not_used(bridge: Bridge) -> None:
    await bridge.start()
    bridge.catalogue.save_definitions({"Later": {"kind": "new"}, "Sounder": SOUNDER})
    await bridge.recorder.stop()
    bridge.build()
    await bridge.start()
    definitions = bridge.recorder.definitions
    assert ("Later" in definitions.known, "Sounder" in definitions.known) == (False, True)
    await definitions.put("Sounder", {**SOUNDER, "header": "PABC"})
    assert bridge.catalogue.load_definitions()["Later"] == {"kind": "new"}


async def test_without_sources_it_is_kept_for_later(bridge: Bridge) -> None:
    bridge.telemetry = None
    bridge.build()
    await bridge.start()
    await bridge.recorder.definitions.put("Sounder", SOUNDER)
    assert "Sounder" in bridge.recorder.definitions.known
