"""Names under which untouched pictures are recorded belong to nobody else."""

from pathlib import Path

import pytest

from seacorder.base.errors import SettingsError
from seacorder.config.load import check


def load(*names: str) -> None:
    channels = [{"name": name, "input": "test:"} for name in names]
    check({"channels": channels}, place="FILE", folder=Path("/"), environment={})


def test_a_channel_of_the_name_of_anothers_untouched_pictures_is_refused() -> None:
    with pytest.raises(SettingsError) as caught:
        load("Bow", "bow_Clean", "Stern")
    (fault,) = (fault.text for fault in caught.value.faults)
    assert "'bow_Clean' is the name under which the untouched frames of 'Bow'" in fault


def test_the_same_ending_without_such_a_channel_is_fine() -> None:
    load("Bow_clean", "Stern")
