"""`[data_log]`: what is written beside a recording from survey data."""

from typing import Literal

from seacorder.base.clock import NS_PER_SECOND
from seacorder.config.values import SettingsTable, key
from seacorder.model.data_log import DataLogSettings, LogRows


class DataLogTable(SettingsTable):
    """The table of readings beside a recording."""

    rows: Literal["interval", "change"] = key(
        "interval", "When the table of readings gets a row: at fixed times, or whenever a value changes.",
        '`"interval"` or `"change"`'
    )
    interval_seconds: float = key(
        1.0, "Between two rows of the table, and between two positions of a track.",
        "a number of seconds from 0.1 to 3600", ge=0.1, le=3600
    )

    def settings(self) -> DataLogSettings:
        """As control takes it."""
        return DataLogSettings(LogRows(self.rows), round(self.interval_seconds * NS_PER_SECOND))
