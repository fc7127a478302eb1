"""Hides everything in an address that is not known to be harmless. Whatever shows an address goes through here.

Cameras take passwords anywhere in an address: before the host, in the query, in the path
(`/user=admin_password=…_channel=1`), or the path itself is a secret token. No list of secret names is complete. So the
host, the port and what is known to be harmless are shown, and every other part is replaced by `***`. Its place stays,
so that addresses of different cameras can still be told apart:

    rtsp://admin:p@10.0.0.5/realmonitor?channel=1&auth=x    rtsp://***@10.0.0.5/realmonitor?channel=1&auth=***
    rtsp://10.0.0.5/user=a_password=b_channel=1             rtsp://10.0.0.5/user=***_password=***_channel=1
    rtmp://10.0.0.9/live/x7Kq-29ab-Lm4t                     rtmp://10.0.0.9/live/***

Redacting a text twice gives the same as once. The time it takes grows linearly with the length of the text.
"""

import base64
import functools
import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

from seacorder.base.harmless import EXTENSIONS, HARMLESS_KEYS, NEVER_SHOWN, SECRET_KEYS, WORDS

MASK = "***"
ADDRESS_CHARACTERS_MAX = 2048
"""Of a longer address only the scheme is shown."""
SPACES_FORGIVEN = 64
"""How many characters after a blank an @ may come and still end a password that has that blank in it."""
PIECE_CHARACTERS_MIN = 4
"""Shorter pieces of what is hidden are in too many ordinary words and numbers to be looked for."""

_ADDRESS = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30})://(?P<rest>(?:=\"[^\s\"]*\"?|='[^\s']*'?|[^\s\"'<>`])*)"
)
"""An address ends at a blank or a quotation mark. Some cameras take values in quotation marks, which belong to it."""
_ENCODED = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30})%(?:25)*3[aA](?P<rest>%(?:25)*2[fF][^\s\"'<>`]*)")
_LOOSE = re.compile(
    r"(?P<name>[?&;](?:" + "|".join(sorted(map(re.escape, SECRET_KEYS), key=len, reverse=True)) + r")="
    r"|(?<![A-Za-z0-9])(?:pass|passwd|password|pwd|token|access_token|apikey|api_key|secret)=)"
    r"(?P<value>[^&;\s\"'<>`]+?)(?=_[A-Za-z]{1,20}=|[&;\s\"'<>`]|$)",
    re.IGNORECASE,
)
"""Part of an address without its beginning, as libraries print it: only the names of keys tell what is a secret."""
_USER_ALONE = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}:[^\s/\\\"'<>`]*@(?=[\w\[])")
"""User and password before a host, where the scheme or its `://` is missing or misspelt.

A file's path may have an @ too, but no colon in the same part."""
_WAY_TO_ASK = re.compile(r"\b(?:basic|bearer|digest)$", re.IGNORECASE)
"""The word before a blank and credentials, as in an Authorization header."""
_END_OF_SENTENCE = ".,;:!?)]}…"
_HEAD = re.compile(r"[^/?#]*")
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+(?:%[\w.-]{1,24})?\]|[\w.-]{0,253}|…)(?::(?P<port>\d{1,5}))?")
_WORD = re.compile(
    r"[Hh]\.?26[45]|[Mm][Pp][234]|[Mm][Pp][Ee][Gg][24]|[Mm]3[Uu]8|\d{3,4}[pi]\b|4[Kk]\b|\d+|[A-Z]?[a-z]+|[A-Z]+"
)
_PART_ENDS = re.compile(r"[\s:/?#&;=,@|\"'<>`*]+")
_TOKEN = re.compile(r"[^\s\"'<>`]*")
_PLAIN = re.compile(r"[A-Za-z0-9._~+-]*")
_NUMBER = re.compile(r"\d{1,9}(?:[.,x:/*]\d{1,9}){0,3}", re.IGNORECASE)
_SMALL = re.compile(r"\d{1,2}|true|false|on|off|yes|no", re.IGNORECASE)
_IN_QUERY = re.compile(r"/[^@?#]*\?(?:[^@=&]*=[^@&]*&)*[^@=&]*=[^@&]*@")
"""What follows a host when the first @ is in the value of a query."""
_KEYS = HARMLESS_KEYS | SECRET_KEYS
_LETTERS, _LETTERS_OF_NAME = 2, 5
"""How many letters an unknown word may have and still be shown, such as `s1`; a longer one may be a password. The name
of a key, before a `=`, may be longer."""
_KEPT_CHARACTERS_MAX = 256
_DIGITS_MAX, _DIGITS_BESIDE_OWN_MAX = 4, 2
"""How many digits a part may have: recorders number the streams of their cameras with up to four (1601). Fewer beside
an unknown word."""


def redact(text: str) -> str:
    """The text with every address in it redacted."""
    return _redacted_once(text) if len(text) <= _KEPT_CHARACTERS_MAX else _redacted(text, [])


def redact_address(address: str) -> str:
    """The same for a text that is one address, with blanks and quotation marks in it."""
    return _redacted_address(address, [])


def hidden_pieces(text: str) -> frozenset[str]:
    """What `redact` and `redact_address` hide of this text, in each form in which it may be met elsewhere.

    Those forms are: as it stands, decoded, percent-encoded, and in base64, as a whole and in its parts (a user and a
    password are two). Pieces that everybody knows, such as `live` or `admin`, are left out: anybody can guess them, so
    hiding them is of no use. So are pieces of fewer than PIECE_CHARACTERS_MIN characters.
    """
    hidden: list[str] = []
    _redacted(text, hidden)
    _redacted_address(text, hidden)
    plain = {form for one in hidden if one.strip(MASK) for form in _parts_of(one)}
    forms = plain | {form for one in plain for form in _encoded(one)}
    return frozenset(one for one in forms if len(one) >= PIECE_CHARACTERS_MIN and not _is_known_to_all(one))


def is_harmless(text: str) -> bool:
    """True for words and numbers of an address that error messages may repeat."""
    return _is_ordinary(text, own_letters=_LETTERS_OF_NAME) or _NUMBER.fullmatch(text) is not None


@functools.lru_cache(512)  # names of channels, paths and sources, of each row of a list again
def _redacted_once(text: str) -> str:
    return _redacted(text, [])


def _redacted(text: str, hidden: list[str]) -> str:
    """As `redact`. What is replaced is added to `hidden`, here and in the functions below."""
    pieces: list[str] = []
    done = 0
    while (found := _ADDRESS.search(text, done)) is not None:
        end = _end_of_address(text, found)
        shown = _masked(found["scheme"], text[found.start("rest") : end], hidden)
        pieces += [_without_address(text[done : found.start()], hidden), f"{found['scheme']}://", shown]
        done = end
    return "".join([*pieces, _without_address(text[done:], hidden)])


def _redacted_address(address: str, hidden: list[str]) -> str:
    scheme, mark, rest = address.strip().partition("://")
    if not mark or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        return _redacted(address, hidden)
    return f"{scheme}://{_masked(scheme, rest, hidden)}"


def _hide(text: str, hidden: list[str]) -> str:
    hidden.append(text)
    return MASK


def _without_address(text: str, hidden: list[str]) -> str:
    text = _ENCODED.sub(lambda one: f"{one['scheme']}://{_hide(one['rest'], hidden)}", text)
    text = _USER_ALONE.sub(lambda one: f"{_hide(one[0][:-1], hidden)}@", text)
    return _LOOSE.sub(lambda one: f"{one['name']}{_hide(one['value'], hidden)}", text)


def _end_of_address(text: str, found: re.Match[str]) -> int:
    """Where the address of a match ends: before punctuation of the sentence around it, and after a password with
    blanks."""
    begin, end = found.span("rest")
    head = _HEAD.match(found["rest"])[0]  # type: ignore[index]
    lacks_host = head.endswith("@") if "@" in found["rest"] else not _is_host(head)
    if lacks_host:
        at = text.find("@", end, end + SPACES_FORGIVEN)
        if at >= 0 and "\n" not in text[end:at] and "://" not in text[end:at]:
            end = _TOKEN.match(text, at).end()  # type: ignore[union-attr]
    elif _WAY_TO_ASK.search(text, begin, end) and text[end : end + 1] == " ":
        end = _TOKEN.match(text, end + 1).end()  # type: ignore[union-attr]
    return begin + len(text[begin:end].rstrip(_END_OF_SENTENCE)) if end - begin <= ADDRESS_CHARACTERS_MAX else end


def _masked(scheme: str, rest: str, hidden: list[str]) -> str:
    shown, replaced = _masked_once(scheme, rest)
    hidden += replaced
    return shown


@functools.lru_cache(512)  # the same few addresses again and again
def _masked_once(scheme: str, rest: str) -> tuple[str, tuple[str, ...]]:
    """What is shown of an address behind its scheme, and what is replaced."""
    hidden: list[str] = []
    if scheme.lower() == "file" or not rest:
        return rest, ()
    split = _user_and_host(rest) if len(rest) <= ADDRESS_CHARACTERS_MAX else None
    if split is None:
        return MASK, (rest,)
    user, host, behind = split
    before, mark, fragment = behind.partition("#")
    path, asked, query = before.partition("?")
    shown = [f"{_hide(user, hidden)}@" if user else "@" if user == "" else "", host]
    shown.append("/".join(_segment(segment, hidden) for segment in path.split("/")))
    if asked:
        shown += ["?", _pairs(query, "&;?", hidden)]
    if mark:
        shown += ["#", _pairs(fragment, "&;#", hidden)]
    return "".join(shown), tuple(hidden)


def _user_and_host(rest: str) -> tuple[str | None, str, str] | None:
    """The user part (None: there is none), the host with its port, and the rest; None when they cannot be told apart.

    A password that is not percent-encoded may hold any character that would end a host. Then the host follows the last
    @ of the address. But an @ may be in the query too. Where one of the two candidates is an IP address, it is the
    host.
    """
    head = _HEAD.match(rest)[0]  # type: ignore[index]
    user, at, host = head.rpartition("@")
    last = rest.rfind("@")
    in_head = (user if at else None, host, rest[len(head) :])
    if last < len(head) or user == MASK:
        return in_head if _is_host(host) else None
    tail = _HEAD.match(rest, last + 1)[0]  # type: ignore[index]
    if _is_ip_address(host):
        return in_head
    if _is_ip_address(tail):
        return rest[:last], tail, rest[last + 1 + len(tail) :]
    is_named = "." in host or host == "localhost" or (not at and ":" not in head)
    return in_head if is_named and _is_host(host) and _IN_QUERY.match(rest, len(head)) else None


def _is_host(text: str) -> bool:
    found = _HOST.fullmatch(text)
    return text == MASK or (found is not None and (found["port"] is None or 0 < int(found["port"]) <= 65535))


def _is_ip_address(text: str) -> bool:
    if not _is_host(text):
        return False
    bare = text[1:].partition("]")[0] if text.startswith("[") else text.partition(":")[0]
    try:
        ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return False
    return True


def _segment(segment: str, hidden: list[str]) -> str:
    plain = _decoded(segment)
    if re.search(r"[=&;,|]", plain):
        return _pairs(plain, "&;,|_" if "=" in plain else "&;,|", hidden)
    if _is_ordinary(plain, own_letters=_LETTERS):
        return segment
    name, dot, extension = plain.rpartition(".")
    if dot and name and extension.lower() in EXTENSIONS:
        return f"{_hide(name, hidden)}.{extension}"
    return _hide(segment, hidden)


def _pairs(text: str, separators: str, hidden: list[str]) -> str:
    """Keys with values: a value is shown if its key is known to be harmless and it looks like a value of that kind."""
    pieces = re.split(f"([{re.escape(separators)}])", text)
    shown: list[str] = []
    value, was_hidden, before = "", False, len(hidden)
    for index in range(0, len(pieces), 2):
        piece, separator = pieces[index], pieces[index - 1] if index else ""
        if "=" in piece:
            pair, was_hidden = _pair(piece, hidden)
            value = piece.partition("=")[2]
            shown += [separator, pair]
        elif was_hidden:  # it may be the rest of a hidden value that had a separator in it
            value += separator + piece
            _hide(value, hidden)
        else:
            is_shown = _is_ordinary(_decoded(piece), own_letters=0)
            shown += [separator, piece if is_shown else _hide(piece, hidden)]
    if "_" in separators:  # a _ may also be part of a secret, which is then hidden piece by piece
        new = [one for one in hidden[before:] if one]
        hidden += [whole for whole in re.split(r"[&;,|=]", text) if "_" in whole and any(one in whole for one in new)]
    return "".join(shown)


def _pair(piece: str, hidden: list[str]) -> tuple[str, bool]:
    """One key with its value as they are shown, and whether the value was hidden."""
    name, _, value = piece.partition("=")
    key, plain = _decoded(name).strip().lower(), _decoded(value)
    is_known = key in HARMLESS_KEYS or key in SECRET_KEYS or _is_ordinary(key, own_letters=_LETTERS_OF_NAME)
    if key in HARMLESS_KEYS:
        is_shown = _is_ordinary(plain, own_letters=_LETTERS) or _NUMBER.fullmatch(plain) is not None
    else:
        is_shown = key not in SECRET_KEYS and is_known and _SMALL.fullmatch(plain) is not None
    shown_name = name if is_known else _hide(name, hidden)
    return f"{shown_name}={value if is_shown or not value else _hide(value, hidden)}", not is_shown


def _is_ordinary(text: str, *, own_letters: int) -> bool:
    """True for a text that looks like the name of a stream: known words, small numbers, and one short unknown word.

    A password or a token is rarely made of these alone. `own_letters`: how many letters the unknown word may have.
    """
    if text == MASK:
        return True
    if len(text) > 64 or not _PLAIN.fullmatch(text):
        return False
    words = _WORD.findall(text)
    digits = sum(len(word) for word in words if word.isdecimal())
    own = [word.lower() for word in words if word.isalpha() and not _is_known(word.lower())]
    if not own:
        return digits <= _DIGITS_MAX
    is_short = len(own) == 1 and len(own[0]) <= own_letters and digits <= _DIGITS_BESIDE_OWN_MAX
    return is_short and own[0] not in NEVER_SHOWN


def _is_known(word: str) -> bool:
    """True for a known word, or two known words joined."""
    return word in WORDS or any(word[:at] in WORDS and word[at:] in WORDS for at in range(2, len(word) - 1))


def _is_known_to_all(piece: str) -> bool:
    """True for words that are in every text about cameras, and numbers that may be anything."""
    words = re.split(r"[\W_]+", piece.lower())
    is_ours = all(not word or _is_known(word) or word in NEVER_SHOWN or word in _KEYS for word in words)
    return is_ours or (piece.isdecimal() and len(piece) <= _DIGITS_MAX)


def _parts_of(hidden: str) -> Iterator[str]:
    """A hidden text and its parts, as they stand and decoded."""
    for text in {hidden, unquote(hidden), _decoded(hidden)}:
        yield text
        yield text.partition(":")[2]  # a password may have colons in it
        yield from _PART_ENDS.split(text)


def _encoded(text: str) -> Iterator[str]:
    yield quote(text, safe="")
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        if len(text) >= PIECE_CHARACTERS_MIN:
            padded = encode(text.encode("utf-8", "replace")).decode()
            yield from (padded, padded.rstrip("="))


def _decoded(text: str) -> str:
    for _ in range(4):
        decoded = unquote(text)
        if decoded == text:
            return text
        text = decoded
    return MASK if "%" in text else text
