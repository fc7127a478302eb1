"""Each value of the settings is told with what has given it."""

import copy
import tomllib
from pathlib import Path

from seacorder.config.load import check
from seacorder.config.origins import set_values
from seacorder.config.variables import overlay

FILE = """
[storage]
root = "rec"
drives = { C = "/data/c" }
[server]
allowed_hosts = ["nas"]
[[overlay.layers]]
kind = "text"
text = "Job"
[[channels]]
name = "Bow"
input = "test:"
[[channels]]
name = "Stern"
input = "test:"
"""
VARIABLES = {"SEACORDER_CHANNELS_2_INPUT": "test:?rate=5", "SEACORDER_LOG_LEVEL": "DEBUG", "OTHER": "x"}


def test_file_variable_and_default() -> None:
    in_file = tomllib.loads(FILE)
    before = copy.deepcopy(in_file)
    settings = check(copy.deepcopy(in_file), place="file", folder=Path("/etc"), environment=VARIABLES)
    variables, _ = overlay(copy.deepcopy(in_file), VARIABLES)
    found = {one.key: (one.value, one.origin) for one in set_values(settings, in_file, variables)}
    assert in_file == before
    assert found["storage.root"] == ("/etc/rec", "file")
    assert found["storage.drives.C"] == ("/data/c", "file")
    assert found["storage.allowed_directories"] == ([], "default")
    assert found["server.allowed_hosts"] == (["nas"], "file")
    assert found["server.host"] == ("127.0.0.1", "default")
    assert found["log.level"] == ("DEBUG", "SEACORDER_LOG_LEVEL")
    assert found["channels.1.input"] == ("test:", "file")
    assert found["channels.2.input"] == ("test:?rate=5", "SEACORDER_CHANNELS_2_INPUT")
    assert found["channels.2.preroll_seconds"] == (10.0, "default")
    assert found["overlay.layers.1.text"] == ("Job", "file")
