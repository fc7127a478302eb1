"""With CI=true a skipped test is a failure; without, it is a skip."""

import pytest

pytest_plugins = ["pytester"]

SKIPPING = """
import pytest

@pytest.mark.skip(reason="no camera")
def test_marked():
    pass

def test_inside():
    pytest.skip("no camera")
"""


@pytest.fixture
def skipping(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(SKIPPING)
    pytester.makeconftest('pytest_plugins = ["house.no_skips"]')
    return pytester


def run(pytester: pytest.Pytester) -> pytest.RunResult:
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:asyncio")


def test_a_skip_fails_with_ci_true(skipping: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    result = run(skipping)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*skipped, which CI=true forbids*no camera*"])


def test_a_skip_stays_a_skip_elsewhere(skipping: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    run(skipping).assert_outcomes(skipped=2)
