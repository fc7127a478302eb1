"""The losses that the catalogue lists, as `check` uses and counts them, and as the status table shows their number.

`check` compares what is stored with what is listed: frames that are in no file must lie in a loss of their channel.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.text import Text

from seacorder.base.duration import duration_text, large_count_text
from seacorder.catalogue.queries import Queries
from seacorder.client.answers import ChannelAnswer
from seacorder.control.losses.resumption import unlisted_holes
from seacorder.model.loss import Loss
from seacorder.model.recording import Clip, Part

MISSING = "losses"
"""The head of that column."""


@dataclass(frozen=True, slots=True)
class ListedMissing:
    """All losses in the catalogue."""

    losses: tuple[Loss, ...] = ()

    @classmethod
    def read(cls, queries: Queries) -> "ListedMissing":
        """Blocks; raises CatalogueFailed."""
        return cls(queries.all_rows(Loss))

    def lies_in(self, file: Part | Clip) -> bool:
        """True when frames of the file's channel are missing between its first and its last picture."""
        end_utc_ns = file.end_utc_ns or file.start_utc_ns
        return any(
            loss.channel == file.channel and loss.from_utc_ns < end_utc_ns and loss.to_utc_ns > file.start_utc_ns
            for loss in self.losses
        )

    def joins(self, before: Part, after: Part) -> bool:
        """True when the second part begins with the frame after the last of the first, or a loss lies between them."""
        if after.first_frame == before.first_frame + before.frames:
            return True
        return any(
            loss.channel == after.channel
            and loss.from_utc_ns <= after.start_utc_ns
            and loss.to_utc_ns >= before.start_utc_ns
            for loss in self.losses
        )

    def unlisted(self, before: Iterable[Part], after: Iterable[Part]) -> list[tuple[Part, Part]]:
        """See `unlisted_holes`: where a recording was cut off and no loss says what is missing behind it."""
        return unlisted_holes(before, after, self.losses)

    @property
    def totals(self) -> dict[str, int]:
        """How many, and how many frames are missing in those that could be counted."""
        return {"losses": len(self.losses), "frames_lost": sum(loss.frames or 0 for loss in self.losses)}

    @property
    def sentence(self) -> str:
        """The totals for people."""
        count, frames = self.totals.values()
        if not count:
            return "no losses listed."
        listed = f"{large_count_text(count, 'loss', 'losses')} listed"
        unknown = sum(loss.frames is None for loss in self.losses)
        if unknown == count:
            return f"{listed}; how many frames were lost is not known."
        known = f"{listed}, with {large_count_text(frames, 'lost frame')}"
        return f"{known}; of {unknown:,} of them the number of frames is not known." if unknown else f"{known}."


def missing_cell(channel: ChannelAnswer) -> Text:
    """How many losses a channel has, and how long they are together, for the status table."""
    together = f" ({duration_text(channel.missing_seconds)})" if channel.missing_seconds else ""
    return Text(f"{channel.losses}{together}", style="bold red" if channel.losses else "")
