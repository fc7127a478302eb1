"""`[[copies]]`: what is accepted, and which targets exclude themselves."""

import pytest

from seacorder.base.errors import SettingsError
from seacorder.config.clashes import clashes
from seacorder.config.load import check
from seacorder.model.copies import CopyTarget

CHANNEL = {"name": "Bow", "input": "test:"}
NAS = {"name": "NAS", "to": "/mnt/nas/rec1"}


def load(*tables: dict[str, object]) -> tuple[CopyTarget, ...]:
    raw = {"channels": [CHANNEL], "copies": list(tables)}
    return tuple(one.target() for one in check(raw, place="x", folder=None, environment={}).copies)  # type: ignore[arg-type]


def test_a_target_with_its_limits() -> None:
    (found,) = load({**NAS, "limit_mbits": 80, "behind_minutes": 5, "same_disk": True})
    assert found == CopyTarget("NAS", "/mnt/nas/rec1", 10_000_000, 300.0, may_be_same_disk=True)
    assert load(NAS)[0].bytes_per_second == 25_000_000


@pytest.mark.parametrize("wrong", [
    {"to": "nas/rec1"}, {"to": ""}, {"limit_mbits": -1}, {"behind_minutes": -1}, {"name": " "}, {"colour": 1},
])
def test_what_is_not_accepted(wrong: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        load({**NAS, **wrong})


@pytest.mark.parametrize(("tables", "fact"), [
    ([NAS, {**NAS, "name": "nas"}], "[[copies]] 2 name is 'nas', which is the name of [[copies]] 1."),
    ([{**NAS, "name": "Bow"}], "[[copies]] 1 name is 'Bow', which is a channel's."),
    ([{**NAS, "name": "Gyro"}], "[[copies]] 1 name is 'Gyro', which is that of a source of survey data."),
    ([{**NAS, "to": "/data/rec/copy"}], "[[copies]] 1 to is '/data/rec/copy', which is inside [storage] root."),
    ([{**NAS, "to": "/data/rec"}], "[[copies]] 1 to is '/data/rec', which is inside [storage] root."),
])
def test_targets_that_exclude_themselves(tables: list[dict[str, object]], fact: str) -> None:
    raw = {
        "channels": [CHANNEL], "telemetry": [{"name": "Gyro", "input": "sim:"}], "copies": tables,
        "storage": {"root": "/data/rec"},
    }
    assert [one.fact for one in clashes(raw, "x")] == [f"x: {fact}"]
