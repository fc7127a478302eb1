"""What is said on one RTSP connection (RFC 2326), without the connection: bytes in, answers and bytes out. Pure.

**States.** A client is in one of three (RFC 2326, A.1), and only some requests make sense in each:

    state      after a success of      may be asked for
    INIT       nothing, or TEARDOWN    OPTIONS, DESCRIBE, SETUP
    READY      SETUP                   OPTIONS, SETUP, PLAY and signs of life
    PLAYING    PLAY                    PLAY (of the next track) and signs of life

Signs of life are OPTIONS, GET_PARAMETER and SET_PARAMETER. TEARDOWN may be sent in every state.
`AFTER` is the whole table. A request that it does not have is a fault of this program, and raises.

**Which request an answer belongs to** (12.17). An answer bears the number (CSeq) of its request. Some cameras leave it
out, some answer every request with one number, and some are off by one. Two rules cover them all:

* As long as a camera has counted right, the number decides. A number that belongs to no open request is in doubt: it
  may be a late second answer to an earlier request. If nothing better comes, and only one request is open, it is the
  answer to that one, and the camera counts wrongly from then on. A number that was never sent cannot be a second
  answer, so nothing is waited for.
* With a camera that counts wrongly, and for an answer without a number, the order decides: the answer belongs to the
  oldest open request.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from seacorder.inputs.http_auth import Authority, Challenge
from seacorder.inputs.rtsp.messages import NotRtsp, RtspMessage, answer_to, parse, request, session_of

_OPEN_MAX = 8
"""Requests without an answer that are remembered, so that a camera that never answers does not fill the memory."""
_REST_BYTES = 64 * 1024
"""Of text that may belong to a description; more is dropped."""


class SessionState(Enum):
    """A client's, of RFC 2326, A.1."""

    INIT = "init"
    """No track is set up."""
    READY = "ready"
    PLAYING = "playing"


AFTER = {
    (SessionState.INIT, "OPTIONS"): SessionState.INIT,
    (SessionState.INIT, "DESCRIBE"): SessionState.INIT,
    (SessionState.INIT, "SETUP"): SessionState.READY,
    (SessionState.INIT, "TEARDOWN"): SessionState.INIT,
    (SessionState.READY, "OPTIONS"): SessionState.READY,
    (SessionState.READY, "GET_PARAMETER"): SessionState.READY,
    (SessionState.READY, "SET_PARAMETER"): SessionState.READY,
    (SessionState.READY, "SETUP"): SessionState.READY,
    (SessionState.READY, "PLAY"): SessionState.PLAYING,
    (SessionState.READY, "TEARDOWN"): SessionState.INIT,
    (SessionState.PLAYING, "OPTIONS"): SessionState.PLAYING,
    (SessionState.PLAYING, "GET_PARAMETER"): SessionState.PLAYING,
    (SessionState.PLAYING, "SET_PARAMETER"): SessionState.PLAYING,
    (SessionState.PLAYING, "PLAY"): SessionState.PLAYING,
    (SessionState.PLAYING, "TEARDOWN"): SessionState.INIT,
}
"""The state after the success of a request; a refusal changes nothing."""


class IllegalRequestError(RuntimeError):
    """A fault of this program: it asked for what makes no sense in the present state."""


@dataclass(frozen=True, slots=True)
class RtspRequest:
    """One request, by its CSeq."""

    sequence: int
    method: str


class UnansweredRequests:
    """The requests of one connection that wait for their answers."""

    def __init__(self, *, counts_wrongly: bool = False) -> None:
        """`counts_wrongly`: an earlier connection has shown it."""
        self.counts_wrongly = counts_wrongly
        self._sent = 0
        self._open: list[RtspRequest] = []
        self._doubtful: RtspMessage | None = None

    def add(self, method: str) -> RtspRequest:
        """A new request."""
        self._sent += 1
        self._doubtful = None
        made = RtspRequest(self._sent, method)
        self._open = [*self._open, made][-_OPEN_MAX:]
        return made

    def take(self, answer: RtspMessage) -> RtspRequest | None:
        """The request that `answer` belongs to; None when it is in doubt, or belongs to none."""
        if not self._open or answer.status is None or answer.status < 200:
            return None  # 100 Continue says that the answer is still to come
        number = answer.sequence
        if number is None or self.counts_wrongly:
            return self._open.pop(0)
        found = next((one for one in self._open if one.sequence == number), None)
        if found is not None:
            self._open.remove(found)
            return found
        if len(self._open) > 1:
            return None
        if not 0 < number <= self._sent:
            return self._take_only()
        self._doubtful = answer
        return None

    @property
    def is_in_doubt(self) -> bool:
        """An answer waits for `settle`."""
        return self._doubtful is not None

    def settle(self) -> tuple[RtspRequest, RtspMessage] | None:
        """Nothing better came: the answer in doubt belongs to the only open request."""
        answer, self._doubtful = self._doubtful, None
        if answer is None or len(self._open) != 1:
            return None
        return self._take_only(), answer

    def _take_only(self) -> RtspRequest:
        self.counts_wrongly = True
        return self._open.pop(0)


class Dialogue:
    """One connection's messages. One thread, but `ask` for the last TEARDOWN may come from any."""

    def __init__(self, user: str | None, password: str | None, is_channel: Callable[[int], bool]) -> None:
        """`is_channel`: whether RTP or RTCP frames with that channel number are expected."""
        self._user = user
        self._password = password or ""
        self._is_channel = is_channel
        self.requests = UnansweredRequests()
        self.state = SessionState.INIT
        self.session: str | None = None
        """The session's name, which goes with every request once the camera has told it."""
        self.session_seconds: int | None = None
        """The session's timeout, where the camera says it."""
        self.rest = b""
        """Text that followed the newest message and is none itself, while nothing plays: some cameras count the bytes
        of their description wrongly.
        """
        self._authority: Authority | None = None
        self._answers: dict[int, RtspMessage] = {}
        self._replies = b""
        self._has_heard_rtsp = False

    def restart(self) -> None:
        """The same camera over another connection; what was learned of it stays."""
        self.requests = UnansweredRequests(counts_wrongly=self.requests.counts_wrongly)
        self._answers.clear()
        self._replies = self.rest = b""
        self._has_heard_rtsp = False

    def forget_password(self) -> None:
        """Another host answers from now on: credentials go to no other host than the one they were given for."""
        self._authority = self._user = None

    def authorise(self, challenge: Challenge | None, client_nonce: str) -> bool:
        """Every further request answers the challenge; False when there is no password for it. `client_nonce`: any text
        that nobody can foresee.
        """
        if challenge is None or self._user is None:
            return False
        self._authority = Authority(self._user, self._password, challenge, client_nonce)
        return True

    def ask(self, method: str, url: str, headers: dict[str, str]) -> tuple[RtspRequest, bytes]:
        """A request, and its bytes to send. IllegalRequestError where `AFTER` has no such request."""
        if (self.state, method) not in AFTER:
            raise IllegalRequestError(f"{method} makes no sense in the state {self.state.name}.")
        made = self.requests.add(method)
        lines = {"CSeq": str(made.sequence), "User-Agent": "Seacorder"}
        if self.session is not None:
            lines["Session"] = self.session
        if self._authority is not None:
            lines["Authorization"] = self._authority.header(method, url)
        return made, request(method, url, lines | headers)

    def receive(self, block: bytes, *, is_all: bool = False, is_part: bool = False) -> int:
        """Takes the message at the beginning of `block`, or passes over what is none; returns how many bytes that was:
        0 while the message is not whole. `is_all`: nothing more will come, so that a cut-off message is taken as it is.
        `is_part`: `block` is only the beginning of what is here; 0 also where more of it is needed. NotRtsp when the
        first that comes is no RTSP at all.
        """
        blank = len(block) - len(block.lstrip(b"\r\n"))  # some cameras send empty lines between messages
        if blank == len(block):
            return blank
        try:
            found = parse(block[blank:], is_all=is_all)
        except NotRtsp:
            if not self._has_heard_rtsp and b"RTSP/" not in block:
                if is_part:
                    return 0
                raise
            return self._pass_over(block, is_part=is_part)
        if found is None:
            return blank
        message, size = found
        self._has_heard_rtsp, self.rest = True, b""
        if message.status is None:
            self._replies += answer_to(message, self.session)
        elif (asked := self.requests.take(message)) is not None:
            self._take_answer(asked, message)
        return blank + size

    def replies(self) -> bytes:
        """Answers to requests of the camera's own, to be sent; empty when there are none."""
        replies, self._replies = self._replies, b""
        return replies

    def answer_to(self, asked: RtspRequest) -> RtspMessage | None:
        """The answer to one request; None while it has not come."""
        return self._answers.pop(asked.sequence, None)

    def answers(self) -> dict[int, RtspMessage]:
        """All answers that nobody has fetched yet, by the CSeq of their requests."""
        if not self._answers:
            return {}
        came, self._answers = self._answers, {}
        return came

    def settle(self) -> None:
        """Nothing better came than an answer in doubt."""
        settled = self.requests.settle()
        if settled is not None:
            self._take_answer(*settled)

    def play_unanswered(self) -> None:
        """Packets come though PLAY was not answered: the camera plays."""
        self.state = SessionState.PLAYING

    def _take_answer(self, asked: RtspRequest, answer: RtspMessage) -> None:
        self._answers[asked.sequence] = answer
        if answer.is_success:
            # An answer that comes very late may find a state in which its request made no sense.
            self.state = AFTER.get((self.state, asked.method), self.state)
        session = session_of(answer)
        if session is not None and answer.status == 200:
            # Some cameras name a session anew for each track; in the requests for all tracks they expect the first.
            self.session = self.session or session[0]
            self.session_seconds = session[1] or self.session_seconds

    def _pass_over(self, block: bytes, *, is_part: bool) -> int:
        """Bytes up to the next place where a frame of a known channel, or an answer, may begin; 0 where a part of what
        is here does not tell.
        """
        # In C: byte by byte in Python, a buffer of such bytes would take as long as many pictures.
        places = b"RTSP/"
        if channels := b"".join(b"\\x%02x" % number for number in range(256) if self._is_channel(number)):
            places += b"|\\$[" + channels + b"]"
        if not is_part:
            places += rb"|\$\Z|R(?:T(?:SP?)?)?\Z"  # the rest of it may come
        found = re.compile(places).search(block, 1)
        if found is None and is_part:
            return 0
        at = len(block) if found is None else found.start()
        if self.state is not SessionState.PLAYING and len(self.rest) < _REST_BYTES:
            self.rest += block[:at]
        return at
