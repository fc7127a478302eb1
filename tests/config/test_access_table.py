"""`[[server.access]]`: what is accepted, and what is said otherwise. No secret is repeated."""

import tomllib
from pathlib import Path

import pytest

from seacorder.base.errors import SettingsError
from seacorder.base.stored_secret import stored_token
from seacorder.config.load import check
from seacorder.config.schema import ServerSettings, Settings
from seacorder.config.values import is_loopback

TOKEN = stored_token("x")
CHANNEL = '[[channels]]\nname = "Bow"\ninput = "test:"\n'


def settings(text: str, environment: dict[str, str] | None = None) -> Settings:
    return check(tomllib.loads(text), place="file", folder=Path("/"), environment=environment or {})


def fault(text: str) -> str:
    with pytest.raises(SettingsError) as refused:
        settings(text + CHANNEL)
    return str(refused.value)


def table(**keys: str) -> str:
    return "[[server.access]]\n" + "".join(f'{name} = "{value}"\n' for name, value in keys.items())


def test_an_entry_is_an_operator_unless_it_says_viewer() -> None:
    found = settings(table(name="A", token=TOKEN) + table(name="B", role="viewer", token=TOKEN) + CHANNEL)
    assert [(one.name, one.role) for one in found.server.access] == [("A", "operator"), ("B", "viewer")]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"name": "A"}, "needs either a password or a token"),
        ({"name": "A", "password": "hunter2hunter2"}, "is no stored password"),
        ({"name": "A", "token": "hunter2hunter2"}, "is no stored token"),
        ({"name": "A", "role": "king", "token": TOKEN}, '"operator" or "viewer"'),
        ({"name": " A", "token": TOKEN}, "is no name that can be shown"),
    ],
)
def test_what_cannot_be_used_is_said_without_the_secret(keys: dict[str, str], said: str) -> None:
    found = fault(table(**keys))
    assert said in found
    assert "hunter2" not in found


def test_two_of_one_name_are_refused() -> None:
    assert "two [[server.access]] tables have the name 'A'" in fault(table(name="A", token=TOKEN) * 2)


def test_commands_are_not_closed_to_everybody() -> None:
    closed = "[server]\ncommands_need_token = true\n"
    assert "no operator is let in" in fault(closed)
    assert "no operator is let in" in fault(closed + table(name="A", role="viewer", token=TOKEN))
    assert settings(closed + table(name="A", token=TOKEN) + CHANNEL).server.commands_need_token


def test_a_variable_keeps_all_of_it_out_of_the_file() -> None:
    variable = f'[{{"name": "A", "token": "{TOKEN}"}}]'
    assert settings(CHANNEL, {"SEACORDER_SERVER_ACCESS": variable}).server.access[0].name == "A"


def test_no_secret_is_shown_by_chance() -> None:
    found = settings(table(name="A", token=TOKEN) + CHANNEL)
    assert TOKEN not in repr(found)
    assert TOKEN not in repr(found.server.access[0].entry())


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "LOCALHOST."])
def test_loopback(host: str) -> None:
    assert is_loopback(host)
    assert not ServerSettings(host=host).is_open_to_network


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "recorder.vessel", "fe80::1%eth0"])
def test_what_others_reach(host: str) -> None:
    assert not is_loopback(host)
    assert ServerSettings(host=host).is_open_to_network
