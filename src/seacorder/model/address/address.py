"""`parse_address`: the text of a picture source's address into a typed value, by its kind.

An address is a kind, a colon, and what that kind needs. `network` has the kinds that come over the network, with our
options after `#`; `local` has what is on this machine, with options after `?`.
"""

import re
from collections.abc import Callable, Mapping

from seacorder.model.address.local import (
    DEPTHS,
    DEVICE_KINDS,
    SIZE_MIN,
    DeviceAddress,
    FileAddress,
    ImagesAddress,
    PatternAddress,
    ScreenAddress,
    parse_device,
    parse_file,
    parse_images,
    parse_screen,
    parse_test,
)
from seacorder.model.address.network import (
    RtspAddress,
    RtspClient,
    StreamAddress,
    Transport,
    parse_port,
    parse_rtsp,
    parse_web,
)
from seacorder.model.address.options import RATE_MAX, SIZE_MAX, refused, shown, suggestion

__all__ = [
    "DEPTHS",
    "DEVICE_KINDS",
    "KINDS",
    "RATE_MAX",
    "SIZE_MAX",
    "SIZE_MIN",
    "Address",
    "DeviceAddress",
    "FileAddress",
    "ImagesAddress",
    "PatternAddress",
    "RtspAddress",
    "RtspClient",
    "ScreenAddress",
    "StreamAddress",
    "Transport",
    "parse_address",
]

Address = (
    RtspAddress | StreamAddress | FileAddress | ImagesAddress | PatternAddress | DeviceAddress | ScreenAddress
)

_ON_A_PORT = ("udp", "tcp")
_OF_A_SERVER = ("rtmp", "rtmps", "http", "https")
_NETWORK: Mapping[str, Callable[[str, str], Address]] = {
    "rtsp": parse_rtsp,
    "rtsps": parse_rtsp,
    **dict.fromkeys(_ON_A_PORT, parse_port),
    **dict.fromkeys(_OF_A_SERVER, parse_web),
}
_LOCAL: Mapping[str, Callable[[str], Address]] = {
    "screen": parse_screen,
    "images": parse_images,
    "file": parse_file,
    "test": parse_test,
}
KINDS = (*(f"{kind}://" for kind in _NETWORK), *(f"{kind}:" for kind in (*DEVICE_KINDS, *_LOCAL)))
"""How addresses begin, in the order in which sentences list them."""
_KNOWN = (*_NETWORK, *DEVICE_KINDS, *_LOCAL)
_LISTED = f"{', '.join(KINDS[:-1])} or {KINDS[-1]}"


def parse_address(text: str) -> Address:
    """The address in `text`. Raises BadRequest if it cannot be one; its message shows no credentials."""
    text = text.strip()
    kind, colon, rest = text.partition(":")
    kind = kind.lower()
    if not colon or not re.fullmatch(r"[a-z][a-z0-9+.-]*", kind):
        raise refused("An input needs a kind in front.", f"Use {_LISTED}.")
    if kind in _NETWORK:
        return _NETWORK[kind](kind, rest)
    if kind in _LOCAL:
        return _LOCAL[kind](rest)
    if kind in DEVICE_KINDS:
        return parse_device(kind, rest)
    meant = suggestion(kind, _KNOWN)
    if meant == ".":  # `user:password@host` without a kind: the word may be a user's name, so it is not repeated
        raise refused("What is before the first colon is not a kind of input.", f"Use {_LISTED}.")
    raise refused(f"There is no input kind {shown(kind)}{meant}", f"Use {_LISTED}.")
