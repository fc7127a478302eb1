"""Time stamps of RFC 3161: what a server is asked, and what its answer says. Pure.

A server signs that it has seen a hash at a time. The answer is kept as it came, in a file that `openssl ts -verify`
takes. It holds a SignedData of CMS (RFC 5652), in which stands the TSTInfo (RFC 3161, 2.4.2), and the certificate.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from seacorder.base import certificates
from seacorder.base.der import (
    BOOLEAN,
    CONTEXT_0,
    GENERALIZED_TIME,
    INTEGER,
    NULL,
    OBJECT,
    OCTETS,
    SEQUENCE,
    SET,
    Item,
    integer,
    item,
    made,
)

MEDIA_TYPE_QUERY, MEDIA_TYPE_REPLY = "application/timestamp-query", "application/timestamp-reply"
_SHA256 = bytes.fromhex("608648016503040201")
_HASHES = {
    _SHA256: "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_TST_INFO = bytes.fromhex("2a864886f70d0109100104")
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
_GRANTED = (0, 1)


class NotATimeStamp(ValueError):
    """An answer is no time stamp, or the server has refused; `str()` says why."""


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """What a server has signed."""

    sha256: bytes
    """Of what it is a stamp of; empty if it is of another kind of hash."""
    utc: datetime
    nonce: int | None
    content: bytes
    """The TSTInfo."""
    certificates: tuple[bytes, ...]
    signer: Item
    """The SignerInfo."""

    def is_of(self, data: bytes) -> bool:
        """Whether it is a stamp of these bytes."""
        return self.sha256 == hashlib.sha256(data).digest()

    @property
    def signed_by(self) -> str:
        """The name in the certificate whose key has signed it; empty if none of those in it has. Whether that
        certificate can be trusted is not said. SignaturesNotPossible."""
        try:
            return _signed_by(self)
        except (ValueError, IndexError, KeyError):
            return ""


def query(sha256: bytes, nonce: int) -> bytes:
    """What a server is sent: a hash, and a number by which its answer is known. It shall send its certificate."""
    imprint = made(SEQUENCE, made(SEQUENCE, made(OBJECT, _SHA256), made(NULL)), made(OCTETS, sha256))
    return made(SEQUENCE, integer(1), imprint, integer(nonce), made(BOOLEAN, b"\xff"))


def read_reply(data: bytes) -> TimeStamp:
    """The stamp in an answer. Raises NotATimeStamp."""
    try:
        answer = item(data).items
        status = answer[0].items[0].number
        if status not in _GRANTED:
            raise NotATimeStamp(f"the server refuses (status {status})")
        kind, wrapped = answer[1].items
        if kind.body != _SIGNED_DATA:
            raise NotATimeStamp("it is no signed data")
        return _stamp(item(wrapped.body).items)
    except (IndexError, ValueError, StopIteration) as fault:
        if isinstance(fault, NotATimeStamp):
            raise
        raise NotATimeStamp("it is no time stamp") from fault


def _stamp(signed: list[Item]) -> TimeStamp:
    kind, wrapped = signed[2].items
    if kind.body != _TST_INFO:
        raise NotATimeStamp("it is signed data of another kind")
    content = item(wrapped.body, OCTETS).body
    info = item(content).items
    algorithm, digest = info[2].items
    of_sha256 = digest.body if algorithm.items[0].body == _SHA256 else b""
    time = next(one for one in info if one.tag == GENERALIZED_TIME)
    nonce = next((one.number for one in info[5:] if one.tag == INTEGER), None)
    found = [one.raw for part in signed if part.tag == CONTEXT_0 for one in part.items if one.tag == SEQUENCE]
    signers = next(one for one in reversed(signed) if one.tag == SET)
    return TimeStamp(of_sha256, _utc(time.body.decode("ascii")), nonce, content, tuple(found), signers.items[0])


def _utc(text: str) -> datetime:
    whole, _, fraction = text.removesuffix("Z").partition(".")
    return datetime.strptime(f"{whole}.{fraction or 0}", "%Y%m%d%H%M%S.%f").replace(tzinfo=UTC)


def _signed_by(stamp: TimeStamp) -> str:
    parts = stamp.signer.items
    name = _HASHES[parts[2].items[0].body]
    attributes, signature = parts[3], parts[5].body
    said = {one.items[0].body: one.items[1].items[0].body for one in attributes.items}
    if attributes.tag != CONTEXT_0 or said[_MESSAGE_DIGEST] != hashlib.new(name, stamp.content).digest():
        return ""
    message = made(SET, attributes.body)  # signed as a SET, whatever it is tagged as (RFC 5652, 5.4)
    return next((who for one in stamp.certificates if (who := certificates.signer(one, name, message, signature))), "")
