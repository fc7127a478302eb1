"""A bitmap font for test pictures, 5 x 7: FFmpeg's own text filter is not in the wheel, and Pillow would weigh more.

Each glyph is seven lines of five bits, written here as rows of hexadecimal digits pairs, top line first.
"""

WIDTH, HEIGHT = 5, 7

_ROWS = {
    "0": "0e11131519110e", "1": "040c040404040e", "2": "0e11010204081f", "3": "1f02040201110e", "4": "02060a121f0202",
    "5": "1f101e0101110e", "6": "0608101e11110e", "7": "1f010204080808", "8": "0e11110e11110e", "9": "0e11110f01020c",
    "A": "0e11111f111111", "B": "1e11111e11111e", "C": "0e11101010110e", "D": "1c12111111121c", "E": "1f10101e10101f",
    "F": "1f10101e101010", "G": "0e11101711110f", "H": "1111111f111111", "I": "0e04040404040e", "J": "0702020202120c",
    "K": "11121418141211", "L": "1010101010101f", "M": "111b1515111111", "N": "11111915131111", "O": "0e11111111110e",
    "P": "1e11111e101010", "Q": "0e11111115120d", "R": "1e11111e141211", "S": "0f10100e01011e", "T": "1f040404040404",
    "U": "1111111111110e", "V": "11111111110a04", "W": "11111115151b11", "X": "11110a040a1111", "Y": "1111110a040404",
    "Z": "1f01020408101f", ":": "00040400040400", ".": "00000000000c0c", "-": "0000001f000000", "_": "0000000000001f",
    "/": "00010204081000", "#": "0a0a1f0a1f0a0a", "(": "02040808080402", ")": "08040202020408", "+": "0004041f040400",
    " ": "00000000000000",
}  # fmt: skip
_UNKNOWN = "1f11111111111f"


def text_lines(text: str, scale: int, ink: int, paper: int) -> list[bytes]:
    """`text` as 7 * `scale` lines of luma, (5 + 1) * `scale` pixels a character; unknown characters are boxes."""
    inks, papers = bytes([ink]) * scale, bytes([paper]) * scale
    glyphs = [bytes.fromhex(_ROWS.get(character, _UNKNOWN)) for character in text.upper()]
    lines: list[bytes] = []
    for row in range(HEIGHT):
        pixels = b"".join(
            (inks if glyph[row] >> (WIDTH - 1 - column) & 1 else papers) if column < WIDTH else papers
            for glyph in glyphs
            for column in range(WIDTH + 1)
        )
        lines.extend([pixels] * scale)
    return lines
