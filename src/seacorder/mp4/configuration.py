"""The configuration of a track: the record in its description by which a decoder is set up. Pure."""

from seacorder.mp4.boxes import Box, Data, NotMp4, box_at, boxes, made

_PATH = (b"trak", b"mdia", b"minf", b"stbl", b"stsd")
_PICTURE_ENTRY_BYTES = 78
"""Bytes of a picture track's sample entry before the boxes inside it (ISO/IEC 14496-12, 12.1.3)."""
_RECORDS = {b"avcC", b"hvcC", b"av1C"}


def configuration_of(trak: Data) -> tuple[str, bytes]:
    """The kind of the record of a track of pictures, and its bytes. NotMp4 where there is none that is known."""
    found: list[tuple[str, bytes]] = []
    _copied(trak, box_at(trak, 0, len(trak)), 0, None, found)
    if not found:
        raise NotMp4("a track without a configuration")
    return found[0]


def with_configuration(trak: Data, record: bytes) -> bytes:
    """The same track with another record of the same kind."""
    return _copied(trak, box_at(trak, 0, len(trak)), 0, record, [])


def _copied(data: Data, box: Box, depth: int, record: bytes | None, found: list[tuple[str, bytes]]) -> bytes:
    """The box, with `record` in the place of the one in it. What stands there is added to `found`."""
    if box.kind in _RECORDS and depth > len(_PATH):
        present = bytes(data[box.body : box.end])
        found.append((box.kind.decode("ascii"), present))
        return made(box.kind, present if record is None else record)
    inside = _inside(box, depth)
    if inside is None:
        return bytes(data[box.at : box.end])
    content = [_copied(data, one, depth + 1, record, found) for one in boxes(data, inside, box.end)]
    return made(box.kind, bytes(data[box.body : inside]), *content)


def _inside(box: Box, depth: int) -> int | None:
    """Where the boxes inside one begin that leads to the record; None where it does not."""
    if depth < len(_PATH):
        return None if box.kind != _PATH[depth] else box.body + (8 if box.kind == b"stsd" else 0)
    return box.body + _PICTURE_ENTRY_BYTES if depth == len(_PATH) else None
