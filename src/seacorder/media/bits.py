"""Reads numbers out of the bits of H.264 and H.265 headers (ITU-T H.264, 7.2 and 9.1; the same in H.265). Pure."""


class Bits:
    """Reads a header from its first bit on. EOFError when it ends before the number does."""

    def __init__(self, block: bytes) -> None:
        """`block`: the bytes of a NAL unit after its header; emulation prevention bytes are removed here."""
        plain = block.replace(b"\x00\x00\x03", b"\x00\x00")
        self._value = int.from_bytes(plain, "big")
        self._left = 8 * len(plain)

    @property
    def left(self) -> int:
        """How many bits follow."""
        return self._left

    def rest(self) -> tuple[int, int]:
        """All bits that follow, as one number, and how many they are. They are not passed over."""
        return self._value & ((1 << self._left) - 1), self._left

    def number(self, bits: int) -> int:
        """An unsigned number of `bits` bits, u(n)."""
        if bits > self._left:
            raise EOFError
        self._left -= bits
        return self._value >> self._left & ((1 << bits) - 1)

    def unsigned(self) -> int:
        """An Exp-Golomb code, ue(v)."""
        rest = self._value & ((1 << self._left) - 1)
        zeros = self._left - rest.bit_length()
        self.number(zeros)
        return self.number(zeros + 1) - 1

    def signed(self) -> int:
        """A signed Exp-Golomb code, se(v)."""
        code = self.unsigned()
        return (code + 1) // 2 if code & 1 else -(code // 2)
