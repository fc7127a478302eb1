"""Claims the ports of both services.

That comes before anything else is started. So if one is taken, the user gets one message and nothing has to be undone.
It is apart from `listeners`, because that needs the web framework, whose import takes longer than all the rest.
"""

import errno
import ipaddress
import socket
import sys
from collections.abc import Sequence
from typing import Any

from seacorder.base.errors import SettingsError
from seacorder.base.message import Message

ANY_IPV4 = "0.0.0.0"  # noqa: S104 - only for who asks for `::`
BACKLOG = 128
_NO_SUCH_ADDRESS = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


def claim_port(host: str, port: int, *, setting: str) -> tuple[socket.socket, ...]:
    """Sockets bound to every address of `host`; port 0 takes any free one.

    `::` means every address of IPv4 and IPv6, with a socket for each: whether one socket serves both differs from
    system to system. On a machine without one of them, it is only the other: `families` says which. Raises
    SettingsError with one message that names `setting`. Blocks while a host name is resolved.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise SettingsError([_no_address(host, "Use 127.0.0.1.")]) from error
    try:
        if is_any_of_both(host):
            return _bind_both(port)
        return _bind_all([(family, address) for family, _, _, _, address in dict.fromkeys(found)])
    except OSError as error:
        raise SettingsError([_not_bound(host, port, setting, error)]) from error


def is_any_of_both(host: str) -> bool:
    """True for `::`, however it is written."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.version == 6 and address.is_unspecified


def families(sockets: Sequence[socket.socket]) -> str:
    """Which families the sockets listen on, for people: `IPv4 and IPv6`, `IPv4 only`."""
    names = {socket.AF_INET: "IPv4", socket.AF_INET6: "IPv6"}
    heard = [name for family, name in names.items() if any(one.family == family for one in sockets)]
    return " and ".join(heard) if len(heard) == len(names) else f"{heard[0]} only"


def _bind_all(addresses: Sequence[tuple[int, Any]]) -> tuple[socket.socket, ...]:
    bound: list[socket.socket] = []
    try:
        for family, address in addresses:
            bound.append(_bind(family, address))
    except OSError:
        for one in bound:
            one.close()
        raise
    return tuple(bound)


def _bind_both(port: int) -> tuple[socket.socket, ...]:
    ipv4 = (socket.AF_INET, (ANY_IPV4, port))
    try:
        first = _bind(socket.AF_INET6, ("::", port))
    except OSError as error:
        # These are the errors of a kernel without IPv6, or with IPv6 turned off.
        if error.errno not in _NO_SUCH_ADDRESS:
            raise
        return _bind_all([ipv4])
    try:
        return (first, _bind(socket.AF_INET, (ANY_IPV4, first.getsockname()[1])))
    except OSError as error:
        if error.errno in _NO_SUCH_ADDRESS:
            return (first,)
        first.close()
        raise


def _bind(family: int, address: Any) -> socket.socket:
    # IPPROTO_TCP is named, because asyncio turns Nagle's algorithm off only then. It would delay answers by 40 ms.
    one = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            one.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(address)
        one.listen(BACKLOG)
    except OSError:
        one.close()
        raise
    one.setblocking(False)
    return one


def _not_bound(host: str, port: int, setting: str, error: OSError) -> Message:
    if isinstance(error, PermissionError):
        return Message(
            f"Port {port} needs special rights on this computer.", f"Choose one above 1023 in [server] {setting}."
        )
    if error.errno in _NO_SUCH_ADDRESS:
        return _no_address(host, "Use 127.0.0.1, or 0.0.0.0 for all addresses.")
    return Message(
        f"Port {port} on {host} is taken by another program, perhaps a second Seacorder.",
        f"Stop that one, or choose another port in [server] {setting}.",
    )


def _no_address(host: str, action: str) -> Message:
    return Message(f"[server] host: {host!r} is no address of this computer.", action)
