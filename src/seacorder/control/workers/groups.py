"""Which channels share a process. Pure.

A process costs memory and wake-ups of its own, and sharing one costs isolation: what kills a group, a fault of the
program or of the system, interrupts all of its channels. So by default channels share a process only where there are
many of them, and a group stays small.

Only a channel whose packets pass through untouched, read by our own RTSP client over TCP, is in a group: all that such
a channel runs is our own code, which never waits for a camera in a place where another channel is. What is encoded or
decoded, read by a C library or a driver, or carries narration has a process of its own.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise

from seacorder.model.address.address import RtspAddress, RtspClient, Transport, parse_address
from seacorder.model.channel import ChannelSettings

ALONE_UP_TO = 16
"""So many channels that could share have a process each, unless the settings say otherwise."""
USUAL_GROUP = 8
"""Channels in a group, at most, where there are more of them."""
Groups = tuple[tuple[str, ...], ...]


def may_share(channel: ChannelSettings) -> bool:
    """True for a channel that its settings allow to share a process, as long as it does not encode."""
    address = parse_address(channel.address)
    return (
        isinstance(address, RtspAddress)
        and address.url.startswith("rtsp:")  # TLS is a C library's
        and address.transport is Transport.TCP
        and address.client is RtspClient.OWN
        and not channel.narration_channels
        and channel.narrator is None
    )


def groups_of(channels: Sequence[ChannelSettings], encoding: Collection[str], per_process: int) -> Groups:
    """The names of the channels that share a process, in the order of the settings; who is alone is in none.

    `encoding`: the channels that encode, or may have to. `per_process`: how many channels a process may have; 0: as
    many as is usual for their number. Groups differ by one channel at most in size.
    """
    names = [channel.name for channel in channels if channel.name not in encoding and may_share(channel)]
    most = per_process or (1 if len(names) <= ALONE_UP_TO else USUAL_GROUP)
    number = -(-len(names) // most)
    if most == 1 or number == 0:
        return ()
    size, more = divmod(len(names), number)
    begins = [place * size + min(place, more) for place in range(number + 1)]
    groups = (tuple(names[begin:end]) for begin, end in pairwise(begins))
    return tuple(group for group in groups if len(group) > 1)
