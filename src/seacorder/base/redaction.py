"""What may be shown of an address: what is known to be harmless, and nothing else. One place; everything passes it.

Cameras want their passwords anywhere in an address: in front of the host, as a query, as a part of the path
(`/user=admin_password=…_channel=1`), as a token that is the path. No list of names knows them all. So host and port
are shown, and of the rest what is known to be harmless; each other part is `***`, in its place, so that the shape of
the address still tells one camera from another:

    rtsp://admin:p@10.0.0.5/realmonitor?channel=1&auth=x    rtsp://***@10.0.0.5/realmonitor?channel=1&auth=***
    rtsp://10.0.0.5/user=a_password=b_channel=1             rtsp://10.0.0.5/user=***_password=***_channel=1
    rtmp://10.0.0.9/live/x7Kq-29ab-Lm4t                     rtmp://10.0.0.9/live/***

What is shown, shown again, is the same. The time that it takes grows with the length of the text.
"""

import functools
import ipaddress
import re
from urllib.parse import unquote

from seacorder.base.harmless import EXTENSIONS, HARMLESS_KEYS, NEVER_SHOWN, SECRET_KEYS, WORDS

MASK = "***"
ADDRESS_CHARACTERS_MAX = 2048
"""Of a longer one nothing is shown but its kind."""
SPACES_FORGIVEN = 64
"""So far behind a blank an @ still belongs to what looked like the beginning of a password."""

_ADDRESS = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30})://(?P<rest>(?:=\"[^\s\"]*\"?|='[^\s']*'?|[^\s\"'<>`])*)"
)
"""To a blank or a quotation mark, except that cameras take values in quotation marks, too."""
_ENCODED = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30})%(?:25)*3[aA]%(?:25)*2[fF][^\s\"'<>`]*")
_LOOSE = re.compile(
    r"(?P<name>[?&;](?:" + "|".join(sorted(map(re.escape, SECRET_KEYS), key=len, reverse=True)) + r")="
    r"|(?<![A-Za-z0-9])(?:pass|passwd|password|pwd|token|access_token|apikey|api_key|secret)=)"
    r"[^&;\s\"'<>`]+?(?=_[A-Za-z]{1,20}=|[&;\s\"'<>`]|$)",
    re.IGNORECASE,
)
"""A part of an address that stands alone, as libraries print it: without the rest only names tell what it is."""
_USER_ALONE = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}:[^\s/\\\"'<>`]*@(?=[\w\[])")
"""User and password in front of a host where somebody has forgotten the kind of the address, or a mark behind it.

A path of a file has its @, too, but no colon in the same name."""
_WAY_TO_ASK = re.compile(r"\b(?:basic|bearer|digest)$", re.IGNORECASE)
"""Behind it and a blank comes what is asked with."""
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
"""What stands behind a host where the first @ is in the value of a query."""
_LETTERS, _LETTERS_OF_NAME = 2, 5
"""So short may a word be that is not known, such as `s1`: what is longer may be somebody's password. In front of a `=`
or of what it is about stands a name, which may be longer."""
_DIGITS_MAX, _DIGITS_BESIDE_OWN_MAX = 4, 2
"""Recorders number the streams of their cameras with up to four (1601)."""


def redact(text: str) -> str:
    """The same text with all of every address in it hidden that is not known to be harmless."""
    pieces: list[str] = []
    done = 0
    while (found := _ADDRESS.search(text, done)) is not None:
        end = _end_of_address(text, found)
        shown = _masked(found["scheme"], text[found.start("rest") : end])
        pieces += [_without_address(text[done : found.start()]), f"{found['scheme']}://", shown]
        done = end
    return "".join([*pieces, _without_address(text[done:])])


def redact_address(address: str) -> str:
    """The same for a text that is an address as a whole, blanks and quotes in it included."""
    scheme, mark, rest = address.strip().partition("://")
    if not mark or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        return redact(address)
    return f"{scheme}://{_masked(scheme, rest)}"


def is_harmless(text: str) -> bool:
    """True for a word, or several, that may be repeated to whoever wrote it in an address."""
    return _is_ordinary(text, own_letters=_LETTERS_OF_NAME) or _NUMBER.fullmatch(text) is not None


def _without_address(text: str) -> str:
    text = _USER_ALONE.sub(f"{MASK}@", _ENCODED.sub(rf"\g<scheme>://{MASK}", text))
    return _LOOSE.sub(rf"\g<name>{MASK}", text)


def _end_of_address(text: str, found: re.Match[str]) -> int:
    """Where the address ends that begins a match: before the sentence's own marks, behind a password with blanks."""
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
    """Who asks (None: nobody), the host with its port, and what is behind it; None when that cannot be told apart.

    A password that is not encoded may hold every mark that ends a host: then the last @ of all stands before the
    host. But an @ may stand in a query, too. An IP address settles it.
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
    """Names with values: a value is shown whose name is known to be harmless, and that looks like one."""
    pieces = re.split(f"([{re.escape(separators)}])", text)
    shown: list[str] = []
    was_hidden = False
    for index in range(0, len(pieces), 2):
        piece, separator = pieces[index], pieces[index - 1] if index else ""
        if "=" in piece:
            pair, was_hidden = _pair(piece)
            shown += [separator, pair]
        elif not was_hidden:  # otherwise it is the rest of a value that had a separator in it
            shown += [separator, piece if _is_ordinary(_decoded(piece), own_letters=0) else MASK]
    return "".join(shown)


def _pair(piece: str) -> tuple[str, bool]:
    """One of them, and whether its value was hidden."""
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
    """True for what names of streams are made of: known words, small numbers, and one word of one's own that is short.

    A password or a key is rarely made of that alone.
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
    """True for a known word, or two of them joined."""
    return word in WORDS or any(word[:at] in WORDS and word[at:] in WORDS for at in range(2, len(word) - 1))


def _decoded(text: str) -> str:
    for _ in range(4):
        decoded = unquote(text)
        if decoded == text:
            return text
        text = decoded
    return MASK if "%" in text else text
