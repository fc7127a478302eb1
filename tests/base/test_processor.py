from pathlib import Path

import pytest

from seacorder.base.processor import usable_cores


@pytest.mark.parametrize(("quota", "cores"), [("25000 100000", 0.25), ("150000 100000", 1.5)])
def test_a_containers_quota_counts(tmp_path: Path, quota: str, cores: float) -> None:
    file = tmp_path / "cpu.max"
    file.write_text(quota)
    assert usable_cores(file) == min(cores, usable_cores(tmp_path / "none"))


@pytest.mark.parametrize("quota", ["max 100000", "", "1 0", "x y z"])
def test_without_a_quota_all_cores_count(tmp_path: Path, quota: str) -> None:
    file = tmp_path / "cpu.max"
    file.write_text(quota)
    assert usable_cores(file) == usable_cores(tmp_path / "none") >= 1
