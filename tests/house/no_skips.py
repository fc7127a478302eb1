"""A pytest plugin: with CI=true nothing may be skipped. A skipped test fails there, with its reason.

Registered by tests/conftest.py: `pytest_plugins = ["house.no_skips"]`.
"""

import os
from collections.abc import Generator

import pytest


def is_strict() -> bool:
    """True on the build server, where everything that a test needs has been installed."""
    return os.environ.get("CI") == "true"


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if is_strict() and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI=true forbids: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if is_strict() and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI=true forbids: {report.longrepr}"
    return report
