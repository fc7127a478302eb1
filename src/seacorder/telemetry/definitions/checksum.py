"""The checksum of NMEA 0183: exclusive or of all bytes between `$` and `*`, in hexadecimal behind the `*`."""

from seacorder.model.definition.definition import ChecksumRule

_DIGITS = "0123456789ABCDEFabcdef"
_GIVEN = {
    **{digit.encode(): int(digit, 16) for digit in _DIGITS},
    **{(high + low).encode(): int(high + low, 16) for high in _DIGITS for low in _DIGITS},
}
"""What stands behind the `*`, with one digit as some devices send it, by its bytes."""
ABSENT, UNREADABLE = -1, -2
_EXTRA = {ChecksumRule.WITH_DOLLAR: ord("$"), ChecksumRule.WITH_STAR: ord("*")}


def exclusive_or(body: bytes) -> int:
    """Of all bytes. Folds one long number again and again, which a loop over the bytes takes several times as long for;
    what remains above the fold does no harm.
    """
    number = int.from_bytes(body, "little")
    if len(body) > 128:
        bits = 1 << (8 * len(body)).bit_length() - 1
        while bits > 512:
            number ^= number >> bits
            bits //= 2
    number ^= number >> 512
    number ^= number >> 256
    number ^= number >> 128
    number ^= number >> 64
    number ^= number >> 32
    number ^= number >> 16
    return (number ^ number >> 8) & 0xFF


def given_sum(tail: bytes) -> int:
    """The sum that stands behind the `*`; ABSENT if nothing does, UNREADABLE if it is no sum. Blanks, a comma and a
    line end may follow it.
    """
    given = _GIVEN.get(tail)
    if given is not None:
        return given
    bare = tail.strip(b" \t,\0\r\n")
    return _GIVEN.get(bare, UNREADABLE) if bare else ABSENT


def complaint(rule: ChecksumRule, given: int, computed: int) -> str | None:
    """What is wrong with a sum by this rule, as a sentence; None if nothing is."""
    if rule is ChecksumRule.IGNORED or (given == ABSENT and rule is ChecksumRule.IF_PRESENT):
        return None
    if given == ABSENT:
        return 'It has no checksum; a definition with checksum = "if_present" would take it.'
    if given == UNREADABLE:
        return "What stands behind the * is no checksum."
    wanted = computed ^ _EXTRA.get(rule, 0)
    if given == wanted:
        return None
    return f"Its checksum is {given:02X} and should be {wanted:02X}{_hint(given, computed)}."


def _hint(given: int, computed: int) -> str:
    """Which other way of computing the sum would fit."""
    for rule, extra in _EXTRA.items():
        if given == computed ^ extra:
            return f'; it would fit if the {chr(extra)} were counted: checksum = "{rule}"'
    return ""
