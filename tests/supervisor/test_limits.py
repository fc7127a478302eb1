import pytest

from seacorder.base.errors import SettingsError
from seacorder.supervisor.limits import Limits, limits_of

NAME = "SEACORDER_HEARTBEAT_SECONDS"


@pytest.mark.parametrize(
    ("environment", "seconds"), [({}, 3.0), ({NAME: "3"}, 3.0), ({NAME: "30"}, 30.0), ({NAME: "600"}, 600.0)]
)
def test_a_worker_may_be_silent_for_longer_if_the_variable_says_so(environment: dict[str, str], seconds: float) -> None:
    assert limits_of(environment) == Limits(heartbeat_seconds=seconds)


@pytest.mark.parametrize("text", ["", "long", "2.9", "-30", "601", "nan", "inf"])
def test_what_is_no_such_time_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        limits_of({NAME: text})
    (fault,) = refused.value.faults
    assert fault.fact == f"variable {NAME}: {text!r} is no number of seconds from 3 to 600."
