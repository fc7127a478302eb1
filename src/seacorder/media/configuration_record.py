"""Parameter sets out of the configuration records of ISO/IEC 14496-15: avcC (5.3.3.1) and hvcC (8.3.3.1). Pure."""

_AVC_FIXED, _HEVC_FIXED = 5, 22


def parameter_sets(record: bytes, codec: str) -> tuple[bytes, ...]:
    """Whole NAL units in the order in which they stand there; none when the record cannot be read."""
    reader = _Reader(record)
    try:
        return tuple(_avc(reader) if codec == "h264" else _hevc(reader))
    except IndexError:
        return ()


class _Reader:
    def __init__(self, record: bytes) -> None:
        self._record = record
        self.at = 0

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length), "big")

    def take(self, length: int) -> bytes:
        """IndexError when there is not so much left."""
        taken = self._record[self.at : self.at + length]
        if len(taken) < length:
            raise IndexError
        self.at += length
        return taken


def _avc(reader: _Reader) -> list[bytes]:
    reader.take(_AVC_FIXED)
    found = [reader.take(reader.number(2)) for _ in range(reader.number(1) & 0x1F)]
    return found + [reader.take(reader.number(2)) for _ in range(reader.number(1))]


def _hevc(reader: _Reader) -> list[bytes]:
    reader.take(_HEVC_FIXED)
    found: list[bytes] = []
    for _ in range(reader.number(1)):
        reader.take(1)
        found += [reader.take(reader.number(2)) for _ in range(reader.number(2))]
    return found
