"""`[blackbox]`: an always-on recording beside the operator's."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from seacorder.base.clock import NS_PER_SECOND
from seacorder.config.values import SettingsTable, absolute_folder, channel_name, key, listed
from seacorder.model.blackbox import BlackboxSettings
from seacorder.model.instant import NS_PER_MINUTE


class BlackboxTable(SettingsTable):
    """Without a root there is no blackbox."""

    root: Annotated[Path, AfterValidator(absolute_folder)] | None = key(
        None, "Folder of the blackbox, best on a disk of its own; unset: there is no blackbox.",
        "an absolute folder outside of all folders that recordings go to"
    )
    channels: Annotated[
        tuple[Annotated[str, AfterValidator(channel_name)], ...], BeforeValidator(listed)
    ] = key((), "The channels that it records; empty: all.", "a list of names of channels")
    split_time_minutes: float = key(
        5.0, "Length of its files in minutes.", "a number from 0.05 to 1440", ge=0.05, le=1440, allow_inf_nan=False
    )
    max_bytes: int = key(
        100_000_000_000, "How many bytes it may hold; then its oldest files go.",
        "a whole number of bytes, 10,000,000 or more", ge=10_000_000
    )
    max_age_hours: float = key(
        24.0, "A file goes once so many hours were recorded after it; 0: only `max_bytes` counts.",
        "0 or more hours", ge=0, allow_inf_nan=False
    )
    reserve_bytes: int = key(
        4_000_000_000, "Bytes that it keeps free on its disk, by removing its oldest files.",
        "a whole number of bytes, 0 or more", ge=0
    )

    def settings(self, channels: tuple[str, ...]) -> BlackboxSettings | None:
        """None without a blackbox. `channels`: all there are."""
        if self.root is None:
            return None
        return BlackboxSettings(
            root=str(self.root),
            channels=self.channels or channels,
            split_ns=round(self.split_time_minutes * NS_PER_MINUTE),
            max_bytes=self.max_bytes,
            max_age_ns=round(self.max_age_hours * 3600 * NS_PER_SECOND),
            reserve_bytes=self.reserve_bytes,
        )
