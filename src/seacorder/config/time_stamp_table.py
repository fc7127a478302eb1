"""`[time_stamp]`: who confirms the time of manifests."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from seacorder.config.values import SettingsTable, Unaccepted, key


def web_address(text: str) -> str:
    """An address of HTTP or HTTPS."""
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        raise Unaccepted(f"{text!r} is no address of a web service.", "Write one such as http://tsa.example.com/tsr.")
    return text


class TimeStampTable(SettingsTable):
    """A server for time stamps of RFC 3161."""

    server: Annotated[str, AfterValidator(web_address)] | None = key(
        None, "Where manifests get a time stamp of RFC 3161, whenever it can be reached; unset: nowhere.",
        "an address that begins with http:// or https://",
    )
