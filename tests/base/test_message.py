from seacorder.base.errors import BadRequest, SettingsError
from seacorder.base.message import Message, named


def test_an_error_carries_both_fields() -> None:
    error = BadRequest("The name is empty.", "Send a name.", field="name")
    assert (error.fact, error.action, error.sentence) == ("The name is empty.", "Send a name.", str(error))
    assert str(error) == "The name is empty. Send a name."


def test_an_empty_field_leaves_no_blank() -> None:
    assert Message("Done.").text == "Done."
    assert Message("", "Wait.").text == "Wait."


def test_a_name_is_said_once() -> None:
    assert named("Bow", "No picture.") == "Bow: No picture."
    assert named("Bow", "Bow has no picture.") == "Bow has no picture."
    assert named(None, "No picture.") == named("", "No picture.") == "No picture."


def test_settings_tell_all_their_faults() -> None:
    error = SettingsError([Message("Port 0 is used.", "Give another."), Message("FILE is not there.")])
    assert [fault.fact for fault in error.faults] == ["Port 0 is used.", "FILE is not there."]
    assert str(error) == "Port 0 is used. Give another.\nFILE is not there."
