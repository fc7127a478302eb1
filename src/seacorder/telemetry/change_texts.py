"""What people are told when fields are taken from another source. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from seacorder.telemetry.latest import ChangeOver


def change_sentences(changes: Iterable[ChangeOver]) -> Iterator[tuple[str, bool]]:
    """A sentence for each pair of sources, with all fields; and whether it is the preferred source that is back."""
    together: dict[ChangeOver, list[str]] = {}
    for change in changes:
        together.setdefault(replace(change, field=""), []).append(change.field)
    for change, fields in together.items():
        come = "comes" if len(fields) == 1 else "come"
        yield f"{_listed(fields)} now {come} from {change.after} instead of {change.before}, {_why(change)}.", \
            change.is_return


def _why(change: ChangeOver) -> str:
    if change.is_return:
        return "which goes before it and gives values again"
    return "which says that it has no value" if change.had_none else "of which nothing comes that is understood"


def _listed(names: list[str]) -> str:
    text = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return text[:1].upper() + text[1:]
