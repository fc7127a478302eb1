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

import functools
import ipaddress
import re
from urllib.parse import unquote

from seacorder.base.harmless import EXTENSIONS, HARMLESS_KEYS, NEVER_SHOWN, SECRET_KEYS, WORDS

MASK = "***"
ADDRESS_CHARACTERS_MAX = 2048
"""Of a longer address only the scheme is shown."""
SPACES_FORGIVEN = 64
"""How many characters after a blank an @ may come and still end a password that has that blank in it."""

_ADDRESS = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30})://(?P<rest>(?:=\"[^\s\"]*\"?|='[^\s']*'?|[^\s\"'<>`])*)"
)
"""An address ends at a blank or a quotation mark. Some cameras take values in quotation marks, which belong to it."""
_ENCODED = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30})%(?:25)*3[aA]%(?:25)*2[fF][^\s\"'<>`]*")
_LOOSE = re.compile(
    r"(?P<name>[?&;](?:" + "|".join(sorted(map(re.escape, SECRET_KEYS), key=len, reverse=True)) + r")="
    r"|(?<![A-Za-z0-9])(?:pass|passwd|password|pwd|token|access_token|apikey|api_key|secret)=)"
    r"[^&;\s\"'<>`]+?(?=_[A-Za-z]{1,20}=|[&;\s\"'<>`]|$)",
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
_TOKEN = re.compile(r"[^\s\"'<>`]*")
_PLAIN = re.compile(r"[A-Za-z0-9._~+-]*")
_NUMBER = re.compile(r"\d{1,9}(?:[.,x:/*]\d{1,9}){0,3}", re.IGNORECASE)
_SMALL = re.compile(r"\d{1,2}|true|false|on|off|yes|no", re.IGNORECASE)
_IN_QUERY = re.compile(r"/[^@?#]*\?(?:[^@=&]*=[^@&]*&)*[^@=&]*=[^@&]*@")
"""What follows a host when the first @ is in the value of a query."""
_LETTERS, _LETTERS_OF_NAME = 2, 5
"""How many letters an unknown word may have and still be shown, such as `s1`; a longer one may be a password. The name
of a key, before a `=`, may be longer."""
_DIGITS_MAX, _DIGITS_BESIDE_OWN_MAX = 4, 2
"""How many digits a part may have: recorders number the streams of their cameras with up to four (1601). Fewer beside
an unknown word."""


def redact(text: str) -> str:
    """The text with every address in it redacted."""
    pieces: list[str] = []
    done = 0
    while (found := _ADDRESS.search(text, done)) is not None:
        end = _end_of_address(text, found)
        shown = _masked(found["scheme"], text[found.start("rest") : end])
        pieces += [_without_address(text[done : found.start()]), f"{found['scheme']}://", shown]
        done = end
    return "".join([*pieces, _without_address(text[done:])])


def redact_address(address: str) -> str:
    """The same for a text that is one address, with blanks and quotation marks in it."""
    scheme, mark, rest = address.strip().partition("://")
    if not mark or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        return redact(address)
    return f"{scheme}://{_masked(scheme, rest)}"


def is_harmless(text: str) -> bool:
    """True for words and numbers of an address that error messages may repeat."""
    return _is_ordinary(text, own_letters=_LETTERS_OF_NAME) or _NUMBER.fullmatch(text) is not None


def _without_address(text: str) -> str:
    text = _USER_ALONE.sub(f"{MASK}@", _ENCODED.sub(rf"\g<scheme>://{MASK}", text))
    return _LOOSE.sub(rf"\g<name>{MASK}", text)


def _end_of_address(text: str, found: re.Match[str]) -> int:
    """Where the address of a match ends: before punctuation of the sentence around it, and after a password with
    blanks."""
    begin, end = found.span("rest")
    if "@" not in found["rest"] and not _is_host(_HEAD.match(found["rest"])[0]):  # type: ignore[index]
        at = text.find("@", end, end + SPACES_FORGIVEN)
        if at >= 0 and "\n" not in text[end:at] and "://" not in text[end:at]:
            end = _TOKEN.match(text, at).end()  # type: ignore[union-attr]
    elif _WAY_TO_ASK.search(text, begin, end) and text[end : end + 1] == " ":
        end = _TOKEN.match(text, end + 1).end()  # type: ignore[union-attr]
    return begin + len(text[begin:end].rstrip(_END_OF_SENTENCE)) if end - begin <= ADDRESS_CHARACTERS_MAX else end


@functools.lru_cache(512)  # the same few addresses again and again
def _masked(scheme: str, rest: str) -> str:
    if scheme.lower() == "file" or not rest:
        return rest
    if len(rest) > ADDRESS_CHARACTERS_MAX:
        return MASK
    split = _user_and_host(rest)
    if split is None:
        return MASK
    user, host, behind = split
    before, mark, fragment = behind.partition("#")
    path, asked, query = before.partition("?")
    shown = [f"{MASK}@" if user else "@" if user == "" else "", host, "/".join(map(_segment, path.split("/")))]
    if asked:
        shown += ["?", _pairs(query, "&;?")]
    if mark:
        shown += ["#", _pairs(fragment, "&;#")]
    return "".join(shown)


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


def _segment(segment: str) -> str:
    plain = _decoded(segment)
    if re.search(r"[=&;,|]", plain):
        return _pairs(plain, "&;,|_" if "=" in plain else "&;,|")
    if _is_ordinary(plain, own_letters=_LETTERS):
        return segment
    name, dot, extension = plain.rpartition(".")
    return f"{MASK}.{extension}" if dot and name and extension.lower() in EXTENSIONS else MASK


def _pairs(text: str, separators: str) -> str:
    """Keys with values: a value is shown if its key is known to be harmless and it looks like a value of that kind."""
    pieces = re.split(f"([{re.escape(separators)}])", text)
    shown: list[str] = []
    was_hidden = False
    for index in range(0, len(pieces), 2):
        piece, separator = pieces[index], pieces[index - 1] if index else ""
        if "=" in piece:
            pair, was_hidden = _pair(piece)
            shown += [separator, pair]
        elif not was_hidden:  # else it may be the rest of a hidden value that had a separator in it
            shown += [separator, piece if _is_ordinary(_decoded(piece), own_letters=0) else MASK]
    return "".join(shown)


def _pair(piece: str) -> tuple[str, bool]:
    """One key with its value as they are shown, and whether the value was hidden."""
    name, _, value = piece.partition("=")
    key, plain = _decoded(name).strip().lower(), _decoded(value)
    is_known = key in HARMLESS_KEYS or key in SECRET_KEYS or _is_ordinary(key, own_letters=_LETTERS_OF_NAME)
    if key in HARMLESS_KEYS:
        is_shown = _is_ordinary(plain, own_letters=_LETTERS) or _NUMBER.fullmatch(plain) is not None
    else:
        is_shown = key not in SECRET_KEYS and is_known and _SMALL.fullmatch(plain) is not None
    shown_name = name if is_known else MASK
    return f"{shown_name}={value if is_shown or not value else MASK}", not is_shown


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


def _decoded(text: str) -> str:
    for _ in range(4):
        decoded = unquote(text)
        if decoded == text:
            return text
        text = decoded
    return MASK if "%" in text else text
