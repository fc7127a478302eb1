"""User name and password in requests over RTSP: Basic (RFC 7617) and Digest (RFC 2617, RFC 7616). Pure.

Digest with MD5, SHA-256 and their -sess forms, with and without `qop=auth`. Of several challenges the strongest known
one is answered. Basic, which sends the password in clear text, is answered only when nothing else is offered.
"""

import re
from dataclasses import dataclass, field

_HASHES = {"md5": "md5", "md5-sess": "md5", "sha-256": "sha256", "sha-256-sess": "sha256"}
_PAIR = re.compile(r'([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))')
_SCHEME = re.compile(r"(?:^|,)\s*(basic|digest)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way in which a server asks for the password, out of a `WWW-Authenticate` header."""

    scheme: str
    values: dict[str, str]

    @property
    def algorithm(self) -> str:
        return self.values.get("algorithm", "MD5")

    @property
    def strength(self) -> int:
        """3 for SHA-256, 2 for MD5, 1 for Basic, 0 for what is not known."""
        if self.scheme == "basic":
            return 1
        hash_name = _HASHES.get(self.algorithm.lower())
        return 0 if hash_name is None else 3 if hash_name == "sha256" else 2

    @property
    def is_stale(self) -> bool:
        """The password was right, but the nonce has expired."""
        return self.values.get("stale", "").lower() == "true"


def strongest(headers: list[str]) -> Challenge | None:
    """The challenge to answer out of `WWW-Authenticate` headers; None when none is known."""
    challenges = [one for header in headers for one in _challenges(header) if one.strength]
    return max(challenges, key=lambda challenge: challenge.strength, default=None)


@dataclass(slots=True)
class Authority:
    """Makes the `Authorization` headers that answer one challenge."""

    user: str
    password: str = field(repr=False)
    challenge: Challenge
    client_nonce: str
    """Any text that nobody can foresee."""
    _count: int = 0

    def header(self, method: str, url: str) -> str:
        """The `Authorization` header of one request."""
        if self.challenge.scheme == "basic":
            import base64  # imported here to keep workers small: only Basic needs it

            return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        self._count += 1
        return self._digest(method, url, f"{self._count:08x}")

    def _digest(self, method: str, url: str, count: str) -> str:
        values, algorithm = self.challenge.values, self.challenge.algorithm
        realm, nonce = values.get("realm", ""), values.get("nonce", "")
        qop = "auth" if "auth" in re.split(r"[\s,]+", values.get("qop", "").lower()) else ""
        secret = self._hash(f"{self.user}:{realm}:{self.password}")
        if algorithm.lower().endswith("-sess"):
            secret = self._hash(f"{secret}:{nonce}:{self.client_nonce}")
        middle = f"{nonce}:{count}:{self.client_nonce}:{qop}" if qop else nonce
        response = self._hash(f"{secret}:{middle}:{self._hash(f'{method}:{url}')}")
        parts = {"username": self.user, "realm": realm, "nonce": nonce, "uri": url, "response": response}
        if "opaque" in values:
            parts["opaque"] = values["opaque"]
        text = ", ".join(f'{name}="{_quoted(value)}"' for name, value in parts.items())
        if "algorithm" in values:
            text += f", algorithm={algorithm}"
        if qop:
            text += f', qop={qop}, nc={count}, cnonce="{self.client_nonce}"'
        elif algorithm.lower().endswith("-sess"):
            text += f', cnonce="{self.client_nonce}"'
        return "Digest " + text

    def _hash(self, text: str) -> str:
        import hashlib  # imported here: it loads OpenSSL, which cameras without a password do not need

        name = _HASHES[self.challenge.algorithm.lower()]
        return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


def _challenges(header: str) -> list[Challenge]:
    starts = list(_SCHEME.finditer(header))
    ends = [*(start.start() for start in starts), len(header)][1:]
    return [
        Challenge(start[1].lower(), _values(header[start.end() : end]))
        for start, end in zip(starts, ends, strict=False)
    ]


def _values(text: str) -> dict[str, str]:
    return {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else plain
        for name, quoted, plain in _PAIR.findall(text)
    }


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
