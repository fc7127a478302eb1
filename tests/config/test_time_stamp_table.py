"""`[time_stamp]`: the address of a server, or none."""

import pytest

from seacorder.config.time_stamp_table import TimeStampTable, web_address
from seacorder.config.values import Unaccepted


def test_no_server_unless_one_is_named() -> None:
    assert TimeStampTable().server is None


def test_an_address_stays_as_it_is_written() -> None:
    assert web_address("https://tsa.example.com:8080/tsr?x=1") == "https://tsa.example.com:8080/tsr?x=1"


@pytest.mark.parametrize(
    "text", ["", "tsa.example.com", "ftp://a/b", "http://", "http://a:99999/", "http://a:0", "http://[", "https:///tsr"]
)
def test_what_is_no_address_of_a_web_service_is_refused(text: str) -> None:
    with pytest.raises(Unaccepted, match="no address"):
        web_address(text)
