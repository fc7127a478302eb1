"""Passwords and tokens in the form in which they are stored: nobody can sign in with what is read in the file.

A password becomes `scrypt:<log2 N>:<r>:<p>:<salt>:<key>` (RFC 7914; salt and key in hexadecimal digits). scrypt is slow
and takes memory on purpose, because people choose passwords that can be guessed. A token is made of random bytes, which
cannot be guessed, so `sha256:<digest>` is enough, and each request can be compared quickly.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata

PASSWORD_CHARACTERS_MIN = 8
PASSWORD_CHARACTERS_MAX = 256
_LOG2_N, _R, _P = 15, 8, 1
_MEMORY_MAX = 256 * 1024 * 1024
_SALT_BYTES, _KEY_BYTES = 16, 32
_TOKEN_BYTES = 32
_PASSWORD = re.compile(
    r"scrypt:(?P<log2_n>1[0-9]):(?P<r>[1-9]|1[0-6]):(?P<p>[1-9]):(?P<salt>[0-9a-f]{32}):(?P<key>[0-9a-f]{64})"
)
_TOKEN = re.compile(r"sha256:(?P<digest>[0-9a-f]{64})")


def stored_password(password: str) -> str:
    """The form in which a password is stored; another one each time. Blocks for some tenths of a second."""
    salt = secrets.token_bytes(_SALT_BYTES)
    key = _key(password, salt, (_LOG2_N, _R, _P))
    return f"scrypt:{_LOG2_N}:{_R}:{_P}:{salt.hex()}:{key.hex()}"


def is_password(password: str, stored: str) -> bool:
    """Whether this is the password that was stored. Blocks for some tenths of a second."""
    found = _PASSWORD.fullmatch(stored)
    if found is None or len(password) > PASSWORD_CHARACTERS_MAX:
        return False
    cost = (int(found["log2_n"]), int(found["r"]), int(found["p"]))
    return hmac.compare_digest(_key(password, bytes.fromhex(found["salt"]), cost), bytes.fromhex(found["key"]))


def new_token() -> str:
    """A token for a program: 43 letters, digits, `-` and `_`."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def stored_token(token: str) -> str:
    """The form in which a token is stored."""
    return f"sha256:{hashlib.sha256(token.encode('utf-8', 'replace')).hexdigest()}"


def is_token(token: str, stored: str) -> bool:
    """Whether this is the token that was stored."""
    return hmac.compare_digest(stored_token(token), stored)


def is_stored_password(text: str) -> bool:
    """Whether this is what `stored_password` gives."""
    return _PASSWORD.fullmatch(text) is not None


def is_stored_token(text: str) -> bool:
    """Whether this is what `stored_token` gives."""
    return _TOKEN.fullmatch(text) is not None


def _key(password: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    log2_n, r, p = cost
    # The same letter can be typed as one sign or as two; both are the same password.
    said = unicodedata.normalize("NFC", password).encode("utf-8", "replace")
    return hashlib.scrypt(said, salt=salt, n=1 << log2_n, r=r, p=p, maxmem=_MEMORY_MAX, dklen=_KEY_BYTES)
