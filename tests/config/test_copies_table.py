"""`[[copies]]`: what is accepted, and which targets exclude themselves."""

from pathlib import Path

import pytest

from seacorder.base.errors import SettingsError
from seacorder.config.clashes import clashes
from seacorder.config.copies_table import keys_of_copies
from seacorder.config.load import check
from seacorder.model.copies import CopyTarget

CHANNEL = {"name": "Bow", "input": "test:"}
KEYS = {"access_key": "rec1", "secret_key": "a-secret"}
NAS = {"name": "NAS", "to": "/mnt/nas/rec1"}


def load(*tables: dict[str, object]) -> tuple[CopyTarget, ...]:
    raw = {"channels": [CHANNEL], "copies": list(tables)}
    return tuple(one.target() for one in check(raw, place="x", folder=Path("/"), environment={}).copies)


def test_a_target_with_its_limits() -> None:
    (found,) = load({**NAS, "limit_mbits": 80, "behind_minutes": 5, "same_disk": True})
    assert found == CopyTarget("NAS", "/mnt/nas/rec1", 10_000_000, 300.0, may_be_same_disk=True)
    assert load(NAS)[0].bytes_per_second == 25_000_000


@pytest.mark.parametrize("wrong", [
    {"to": "nas/rec1"}, {"to": ""}, {"to": "s3://films/x"}, {"to": "s3://"}, {"to": "s3://Films/x", **KEYS},
    {"to": "s3://films", "access_key": "a"}, {"secret_key": "s"}, {"endpoint": "https://nas.lan"},
    {"to": "s3://films/x", **KEYS, "endpoint": "nas.lan:9000"},
    {"to": "s3://films/x", **KEYS, "endpoint": "https://me:secret@nas.lan"},
    {"limit_mbits": -1}, {"behind_minutes": -1}, {"name": " "}, {"colour": 1},
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


def test_a_bucket_with_its_server_and_keys() -> None:
    bucket = {"name": "Office", "to": "s3://films/rec1", "endpoint": "https://nas.lan:9000/", "region": "eu"}
    (found,) = load({**bucket, **KEYS})
    assert found == CopyTarget(
        "Office", "s3://films/rec1", 25_000_000, endpoint="https://nas.lan:9000", region="eu", access_key="rec1",
        secret_key="a-secret",
    )
    assert load({**bucket, "keys_file": "/etc/keys"})[0].keys_file == "/etc/keys"


def test_a_secret_key_is_in_no_text_of_the_settings() -> None:
    raw = {"channels": [CHANNEL], "copies": [{"name": "Office", "to": "s3://films/rec1", **KEYS}]}
    settings = check(raw, place="x", folder=Path("/"), environment={})
    assert "a-secret" not in repr(settings)
    assert keys_of_copies(raw) == {"a-secret"}
    with pytest.raises(SettingsError) as refused:
        load({**NAS, "secret_key": "a-secret"})
    assert "a-secret" not in str(refused.value)


def test_a_secret_key_comes_from_a_variable() -> None:
    raw = {"channels": [CHANNEL], "copies": [{"name": "Office", "to": "s3://films/rec1", "access_key": "rec1"}]}
    found = check(raw, place="x", folder=Path("/"), environment={"SEACORDER_COPIES_1_SECRET_KEY": "a-secret"})
    assert found.copies[0].target().secret_key == "a-secret"
