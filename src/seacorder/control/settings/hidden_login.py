"""An address that is sent back with parts that were not shown: they are put in again, if it leads to the same place.

Pure.
"""

import re

from seacorder.base.errors import BadRequest
from seacorder.base.redaction import MASK, redact_address

_LOGIN = re.compile(r"(?P<scheme>[^:/?#@]+://)(?P<user>[^:/?#@]*):(?P<password>[^/?#@]*)@(?P<rest>.*)", re.DOTALL)
_HOST = re.compile(r"[^/?#]*")


def with_secrets(sent: str, stored: str | None) -> str:
    """The whole address. `stored`: the one that was shown before; None: none was.

    An address that is sent as it was shown is the stored one. With a new password behind the masked user, as in
    `rtsp://***:new@10.0.0.5/1`, it keeps its user, and with a new user before a masked password that one. Raises
    BadRequest for every other address with a mask in it.
    """
    if stored is not None:
        if sent == redact_address(stored):
            return stored
        if (whole := _with_half_a_login(sent, stored.strip())) is not None:
            return whole
    if MASK in sent:
        # The secret is not put into another address: it would be sent to whatever that one names.
        raise BadRequest(
            f"input: {MASK} stands for a password that is not shown.",
            "The address has changed: write user and password again.",
            field="input",
        )
    return sent


def _with_half_a_login(sent: str, stored: str) -> str | None:
    found = _LOGIN.fullmatch(sent)
    if found is None or MASK not in (found["user"], found["password"]):
        return None
    scheme, rest = found["scheme"], found["rest"]
    if f"{scheme}{MASK}@{rest}" != redact_address(stored):
        return None
    host = _HOST.match(rest)[0]  # type: ignore[index]
    begin = len(scheme)
    end = stored.find(f"@{host}", begin)
    if end < 0:
        return None
    user, _, password = stored[begin:end].partition(":")
    new_user = user if found["user"] == MASK else found["user"]
    new_password = password if found["password"] == MASK else found["password"]
    return f"{scheme}{new_user}:{new_password}{stored[end:]}"
