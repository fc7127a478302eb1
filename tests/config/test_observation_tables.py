"""`[observations]` in the settings file: what is refused."""

import tomllib
from pathlib import Path

import pytest

from seacorder.base.errors import SettingsError
from seacorder.config.load import check

CHANNEL = '[[channels]]\nname = "Bow"\ninput = "test:"\n'


def kind(code: str, more: str = "") -> str:
    return f'[[observations.kinds]]\ncode = "{code}"\nlabel = "Mine"\n{more}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (kind("ANOMALY"), "ANOMALY is entered by the program itself."),
        (kind("log"), "LOG is entered by the program itself."),
        (kind("WD") + kind("wd"), "there are two kinds 'WD'."),
        (kind("WD", 'shortcut = "i"'), "two kinds have the shortcut 'i'."),
        (kind("WD", 'fields = [{ name = "gap" }, { name = "gap" }]'), "the field 'gap' stands there twice."),
        ("[observations]\ninterval_seconds = 0.5\n", "interval_seconds is shorter than a second."),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        check(tomllib.loads(text + CHANNEL), place="FILE", folder=Path("/etc/x"), environment={})
    (fault,) = caught.value.faults
    assert said in fault.text


def test_a_kind_in_the_place_of_a_ready_one_may_have_its_key() -> None:
    raw = tomllib.loads(kind("AN", 'shortcut = "i"') + CHANNEL)
    kinds = check(raw, place="FILE", folder=Path("/etc/x"), environment={}).observations.all_kinds()
    assert [(one.code, one.label) for one in kinds if one.key == "i"] == [("AN", "Mine")]
