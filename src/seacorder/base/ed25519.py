"""Ed25519 signatures (RFC 8032, section 5.1), with Python's integers alone. Pure.

It signs a few times a day, and checks signatures made elsewhere; so what counts is that it needs no library, on any
machine, for as long as Python exists. It is not constant in time: whoever measures this process on the same machine to
a microsecond might learn of the key. Such a person reads files of this machine anyway.

A signature takes some ten milliseconds. Tests compare it with the examples of the RFC and with minisign.
"""

import hashlib

KEY_BYTES, SIGNATURE_BYTES = 32, 64

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_SQRT_M1 = pow(2, (_P - 1) // 4, _P)

Point = tuple[int, int, int, int]
"""X, Y, Z, T with x = X/Z, y = Y/Z, x*y = T/Z: additions without division."""
_NEUTRAL: Point = (0, 1, 1, 0)


def public_key(seed: bytes) -> bytes:
    """The public key, 32 bytes, of a private one, which is 32 random bytes."""
    return _compressed(_multiplied(_secret(seed)[0], _BASE))


def sign(seed: bytes, message: bytes) -> bytes:
    """The signature of a message, 64 bytes. The same message gives the same one."""
    scalar, prefix = _secret(seed)
    public = _compressed(_multiplied(scalar, _BASE))
    nonce = _number(prefix, message)
    commitment = _compressed(_multiplied(nonce, _BASE))
    answer = (nonce + _number(commitment, public, message) * scalar) % _ORDER
    return commitment + answer.to_bytes(32, "little")


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """True if the signature is that of the message by the owner of this key. Raises nothing."""
    if len(public) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    key, commitment = _point(public), _point(signature[:32])
    answer = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or answer >= _ORDER:
        return False
    expected = _added(commitment, _multiplied(_number(signature[:32], public, message), key))
    return _is_same(_multiplied(answer, _BASE), expected)


def _secret(seed: bytes) -> tuple[int, bytes]:
    if len(seed) != KEY_BYTES:
        raise ValueError("a private key has 32 bytes")
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little")
    return scalar & ((1 << 254) - 8) | (1 << 254), digest[32:]


def _number(*pieces: bytes) -> int:
    return int.from_bytes(hashlib.sha512(b"".join(pieces)).digest(), "little") % _ORDER


def _added(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiplied(factor: int, point: Point) -> Point:
    found = _NEUTRAL
    while factor > 0:
        if factor & 1:
            found = _added(found, point)
        point = _added(point, point)
        factor >>= 1
    return found


def _is_same(one: Point, other: Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % _P == 0 and (one[1] * other[2] - other[1] * one[2]) % _P == 0


def _compressed(point: Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _point(data: bytes) -> Point | None:
    """The point that 32 bytes stand for; None if there is none."""
    value = int.from_bytes(data, "little")
    y, is_odd = value & ((1 << 255) - 1), value >> 255
    x = None if y >= _P else _x_of(y, is_odd)
    return None if x is None else (x, y, 1, x * y % _P)


def _x_of(y: int, is_odd: int) -> int | None:
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    if square == 0:
        return None if is_odd else 0
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _SQRT_M1 % _P
    if (x * x - square) % _P:
        return None
    return _P - x if x & 1 != is_odd else x


def _base() -> Point:
    y = 4 * pow(5, -1, _P) % _P
    x = _x_of(y, 0) or 0
    return x, y, 1, x * y % _P


_BASE = _base()
