"""Which columns of the status table fit into a terminal, and how wide each is. Pure.

The state and whether a channel records are never cut. If there is not enough room, names are shortened first, then the
least important columns are left out.
"""

from collections.abc import Mapping, Sequence

from rich.cells import cell_len

NAME, FILE = "channel", "file"
GAP = 2
"""Blanks between two columns."""
_FILE_FROM = 100
"""Narrower terminals do not show the file's name."""
_FILE_LEAST, _NAME_COMFORTABLE, _NAME_LEAST = 12, 16, 4
_FIRST_TO_GO = (FILE, "Mbit/s", "picture", "frames", "losses")
_ELLIPSIS = "\u2026"


def fit(natural: Mapping[str, int], width: int) -> dict[str, int]:
    """The columns to show, in order, with the width of each.

    `natural` has the width that each column needs for its longest text, `width` is the terminal's; all in cells.
    """
    shown = {column: cells for column, cells in natural.items() if column != FILE or width >= _FILE_FROM}
    for gone in (None, *_FIRST_TO_GO):
        if gone is not None:
            shown.pop(gone, None)
        for name_least in (_NAME_COMFORTABLE,) if gone != _FIRST_TO_GO[-1] else (_NAME_COMFORTABLE, _NAME_LEAST):
            if _least(shown, name_least) <= width:
                return _given_way(shown, name_least, width)
    return _given_way(shown, _NAME_LEAST, width)


def cut(text: str, width: int) -> str:
    """The text in at most this many cells. Its middle is cut out, because names often differ only at their ends."""
    if cell_len(text) <= width:
        return text
    end = _taken(text[::-1], (width - 1) // 2)[::-1]
    return _taken(text, width - 1 - cell_len(end)) + _ELLIPSIS + end


def _least(shown: Mapping[str, int], name_least: int) -> int:
    """The width that these columns need if names are cut as far as allowed."""
    cut_to = {NAME: name_least, FILE: _FILE_LEAST}
    widths = [min(width, cut_to.get(column, width)) for column, width in shown.items()]
    return sum(widths) + GAP * (len(widths) - 1)


def _given_way(shown: Mapping[str, int], name_least: int, width: int) -> dict[str, int]:
    """Widths that fit: the file's name is cut first, then the channel's."""
    widths = dict(shown)
    over = sum(widths.values()) + GAP * (len(widths) - 1) - width
    for column, least in ((FILE, _FILE_LEAST), (NAME, name_least)):
        if over > 0 and column in widths:
            taken = min(over, max(0, widths[column] - least))
            widths[column] -= taken
            over -= taken
    return widths


def _taken(text: Sequence[str], width: int) -> str:
    """As many characters from the start as fit; wide characters take two cells."""
    taken = ""
    for character in text:
        if cell_len(taken + character) > width:
            break
        taken += character
    return taken
