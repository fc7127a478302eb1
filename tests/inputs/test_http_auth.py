"""Passwords: the examples of the standards, and the choice between challenges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.inputs.http_auth import Authority, strongest

REALM = 'realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"'
OPAQUE = 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'


def answered(challenge: str, *, nonce: str, user: str = "Mufasa", password: str = "Circle of Life") -> str:
    found = strongest([challenge])
    assert found is not None
    return Authority(user, password, found, nonce).header("GET", "/dir/index.html")


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616(algorithm: str, response: str) -> None:
    challenge = f'Digest {REALM}, qop="auth, auth-int", algorithm={algorithm}, {OPAQUE}'
    header = answered(challenge, nonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
    assert f'response="{response}"' in header
    assert "nc=00000001" in header


def test_the_example_of_rfc_2069_as_corrected() -> None:
    challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"'
    header = answered(challenge, nonce="x", password="CircleOfLife")
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in header
    assert "qop" not in header


def test_the_stronger_challenge_is_answered() -> None:
    digest = 'Digest realm="a", nonce="b"'
    for headers in (["Basic realm=x", digest], [f"Basic realm=x, {digest}"], [digest, "Basic realm=x"]):
        found = strongest(headers)
        assert found is not None
        assert found.scheme == "digest"
        assert found.values["realm"] == "a"
    both = strongest([digest, f"{digest}, algorithm=SHA-256"])
    assert both is not None
    assert both.algorithm == "SHA-256"
    assert strongest(["Negotiate", f"{digest}, algorithm=SHA-512"]) is None


def test_basic_and_stale() -> None:
    assert answered('Basic realm="x"', nonce="", user="diver", password="p:w") == "Basic ZGl2ZXI6cDp3"
    stale = strongest(['Digest realm="a", nonce="c", stale=TRUE'])
    assert stale is not None
    assert stale.is_stale


def test_a_password_shows_in_no_repr() -> None:
    found = strongest(["Basic realm=x"])
    assert found is not None
    assert "secret" not in repr(Authority("diver", "secret", found, ""))


@given(st.text(max_size=200))
def test_any_challenge_is_read(text: str) -> None:
    found = strongest([text, f"Digest {text}", f"Basic {text}"])
    assert found is not None
    Authority("diver", "secret", found, "n").header("PLAY", "rtsp://cam")
