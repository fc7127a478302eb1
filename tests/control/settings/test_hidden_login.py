"""Addresses that are sent back with parts that were not shown."""

import pytest

from seacorder.base.errors import BadRequest
from seacorder.control.settings.hidden_login import with_secrets

STORED = "rtsp://rov:secret@10.0.0.1:554/live"


@pytest.mark.parametrize(("sent", "stored", "whole"), [
    ("rtsp://***@10.0.0.1:554/live", STORED, STORED),
    ("rtsp://***:new%40@10.0.0.1:554/live", STORED, "rtsp://rov:new%40@10.0.0.1:554/live"),
    ("rtsp://diver:***@10.0.0.1:554/live", STORED, "rtsp://diver:secret@10.0.0.1:554/live"),
    ("rtsp://***:new@10.0.0.1/live", "rtsp://rov@10.0.0.1/live", "rtsp://rov:new@10.0.0.1/live"),
    ("rtsp://***:new@10.0.0.1/live", "rtsp://rov:p@ss/w@10.0.0.1/live", "rtsp://rov:new@10.0.0.1/live"),
    ("http://***:new@10.0.0.1/get?user=***", "http://rov:a@10.0.0.1/get?user=x7Kq29", "http://rov:new@10.0.0.1/get?user=x7Kq29"),
    ("rtsp://rov:new@10.0.0.2/live", STORED, "rtsp://rov:new@10.0.0.2/live"),
    ("v4l2:/dev/video0", None, "v4l2:/dev/video0"),
])
def test_what_was_not_shown_is_put_in_again(sent: str, stored: str | None, whole: str) -> None:
    assert with_secrets(sent, stored) == whole


@pytest.mark.parametrize(("sent", "stored"), [
    ("rtsp://***@10.6.6.6:554/live", STORED),
    ("rtsp://***:new@10.6.6.6:554/live", STORED),
    ("rtsp://rov:***@10.6.6.6:554/live", STORED),
    ("rtsp://***:new@10.0.0.1:555/live", STORED),
    ("rtsp://***:new@10.0.0.1:554/live", "rtsp://10.0.0.1:554/live"),
    ("rtsp://***:new@10.0.0.1:554/live", None),
])
def test_a_secret_is_put_into_no_other_address(sent: str, stored: str | None) -> None:
    with pytest.raises(BadRequest, match="stands for a password that is not shown"):
        with_secrets(sent, stored)
