"""Slows down who guesses passwords. Pure: time is passed in.

After some wrong passwords an address has to wait before its next try, longer after each wrong one, up to a limit that a
person can wait for. A try that comes too early is not looked at and lengthens nothing. So nobody is ever locked out,
and other addresses are not held up; who guesses gets some thousand tries a day.
"""

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass

FREE_TRIES = 5
LONGEST_PAUSE_SECONDS = 10.0
FORGOTTEN_AFTER_SECONDS = 600.0
ADDRESSES_MAX = 1000
_HOST_BITS = 64
"""An IPv6 computer may have all addresses that agree in the first 64 bits."""


@dataclass(slots=True)
class _Wrong:
    count: int
    last_seconds: float


class Guesses:
    """Wrong passwords, by the address that they came from."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, _Wrong] = OrderedDict()

    def pause_seconds(self, address: str, now_seconds: float) -> float:
        """How long this address has to wait until its next try is looked at; 0 if it need not."""
        found = self._wrong.get(_network(address))
        if found is None or now_seconds - found.last_seconds > FORGOTTEN_AFTER_SECONDS:
            return 0.0
        beyond = found.count - FREE_TRIES
        pause = 0.0 if beyond < 0 else min(2.0**min(beyond, 10), LONGEST_PAUSE_SECONDS)
        return max(0.0, found.last_seconds + pause - now_seconds)

    def wrong(self, address: str, now_seconds: float) -> None:
        """A password from this address was wrong."""
        network = _network(address)
        found = self._wrong.pop(network, None)
        is_known = found is not None and now_seconds - found.last_seconds <= FORGOTTEN_AFTER_SECONDS
        self._wrong[network] = _Wrong(found.count + 1 if found is not None and is_known else 1, now_seconds)
        if len(self._wrong) > ADDRESSES_MAX:
            self._wrong.popitem(last=False)

    def right(self, address: str) -> None:
        """Somebody at this address has signed in."""
        self._wrong.pop(_network(address), None)


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped is not None else str(ipaddress.ip_network((parsed, _HOST_BITS), strict=False))
