"""Passwords and tokens as they are stored."""

import pytest

from seacorder.base.stored_secret import (
    PASSWORD_CHARACTERS_MAX,
    is_password,
    is_stored_password,
    is_stored_token,
    is_token,
    new_token,
    stored_password,
    stored_token,
)


@pytest.fixture(scope="module")
def stored() -> str:
    return stored_password("vær så god")


def test_the_password_fits_and_no_other(stored: str) -> None:
    assert is_password("vær så god", stored)
    assert not is_password("vær sa god", stored)
    assert not is_password("", stored)


def test_a_letter_that_is_typed_as_two_signs_is_the_same(stored: str) -> None:
    assert is_password("vær sa\N{COMBINING RING ABOVE} god", stored)


def test_nothing_of_it_can_be_read_and_the_same_password_is_stored_differently(stored: str) -> None:
    assert "god" not in stored
    assert is_stored_password(stored)
    assert stored_password("vær så god") != stored


@pytest.mark.parametrize(
    "text", ["", "secret", "scrypt:15:8:1:00:00", "scrypt:40:8:1:" + "0" * 32 + ":" + "0" * 64, "sha256:" + "0" * 64]
)
def test_what_is_no_stored_password_lets_nobody_in(text: str) -> None:
    assert not is_stored_password(text)
    assert not is_password("", text)


def test_a_very_long_one_is_not_even_looked_at(stored: str) -> None:
    assert not is_password("x" * (PASSWORD_CHARACTERS_MAX + 1), stored)


def test_a_token_fits_and_no_other() -> None:
    token = new_token()
    assert len(token) >= 43
    assert is_stored_token(stored_token(token))
    assert is_token(token, stored_token(token))
    assert not is_token(new_token(), stored_token(token))
    assert token not in stored_token(token)
