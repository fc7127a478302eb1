"""Requests and answers on one RTSP connection, and the frames between them.

Blocks until an answer comes. What is decided about it is pure and stands elsewhere: which request an answer belongs to
in `rtsp_questions`, how a password is given in `rtsp_auth`, where a message ends in `rtsp_messages`.
"""

import logging
import os

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import InputFailed
from seacorder.inputs.failures import Cause, camera_failure, camera_status_failure
from seacorder.inputs.http_auth import Authority, strongest
from seacorder.inputs.rtp.interleaved import DOLLAR, take_frames
from seacorder.inputs.rtsp.channels import Channels
from seacorder.inputs.rtsp.connection import Connection
from seacorder.inputs.rtsp.messages import (
    Message,
    NotRtsp,
    answer_to,
    is_cut_off,
    may_begin,
    parse,
    request,
    session_of,
)
from seacorder.inputs.rtsp.questions import Question, Questions
from seacorder.model.address.address import RtspAddress

log = logging.getLogger(__name__)

QUIET_SECONDS = 0.5
"""After so long without a byte, what has come of an answer is all that comes, and an answer in doubt is believed."""
_REST_SECONDS = 0.05
"""How long the rest of a description may take that its Content-Length does not count."""
_REST_BYTES = 64 * 1024
_TLS_ALERT = b"\x15\x03"
"""What a TLS server may say to a request that is not encrypted (RFC 8446, 5.1)."""


class Dialogue:
    """One connection's; one thread, but `farewell` from any."""

    def __init__(self, address: RtspAddress, source: str, clock: Clock, timeout: float) -> None:
        """`timeout`: seconds for every answer."""
        self._address = address
        self._source = source
        self._clock = clock
        self._timeout = timeout
        self.connection = Connection()
        self.channels = Channels()
        self.questions = Questions()
        self.session: str | None = None
        self.session_seconds: int | None = None
        """The session's timeout, where the camera says it."""
        self.is_playing = False
        self.is_foreign = False
        """Redirected to another host than the one whose password we have."""
        self.skipped_bytes = 0
        """Bytes that were neither a message nor a frame."""
        self._authority: Authority | None = None
        self._answers: dict[int, Message] = {}
        self._is_rtsp = False
        """A message has come."""
        self._rest = b""
        """Text that followed the newest message and is none itself, before it plays."""

    def restart(self) -> None:
        """Another connection to follow a redirection; what was learned of the camera stays."""
        self.connection.close()
        self.connection = Connection()
        self.questions = Questions(counts_wrongly=self.questions.counts_wrongly)
        self._answers.clear()
        self._is_rtsp, self._rest = False, b""

    def forget_password(self) -> None:
        """Credentials never go to another host than the one that they were given for."""
        self._authority, self.is_foreign = None, True

    def ask(
        self, method: str, url: str, headers: dict[str, str] | None = None, *, patience: float | None = None
    ) -> Message:
        """The answer to a request, with the password where it is wanted. Blocks; InputFailed when that is wrong.

        `patience`: seconds in place of the usual ones.
        """
        answer = self._exchange(method, url, headers or {}, self._timeout if patience is None else patience)
        tries = 0
        while answer.status == 401:
            challenge = strongest(answer.all("www-authenticate"))
            if tries and (tries > 1 or challenge is None or not challenge.is_stale):
                self.must_be_good(answer)
            if not self.authorise(answer):
                self.must_be_good(answer)
            tries += 1
            answer = self._exchange(method, url, headers or {}, self._timeout)
        return answer

    def must_be_good(self, answer: Message) -> None:
        """InputFailed when it is a refusal."""
        if answer.status is None or not 200 <= answer.status < 300:
            raise self.refusal(answer)

    def refusal(self, answer: Message) -> InputFailed:
        """What to raise for an answer that is no success."""
        return camera_status_failure(answer.status or 0, answer.reason, self._address, self._source)

    def authorise(self, answer: Message) -> bool:
        """Prepares to answer a challenge; False when it cannot be."""
        challenge = strongest(answer.all("www-authenticate"))
        if challenge is None or self._address.user is None or self.is_foreign:
            return False
        nonce = os.urandom(8).hex()
        self._authority = Authority(self._address.user, self._address.password or "", challenge, nonce)
        return True

    def send(self, method: str, url: str, headers: dict[str, str] | None = None) -> Question:
        """Sends a request whose answer `answers` will have some time."""
        question = self.questions.ask(method)
        self.connection.send(self._text(question, url, headers or {}), self._timeout)
        return question

    def answers(self) -> dict[int, Message]:
        """Answers that have come since the last call, by the CSeq of their requests."""
        if not self._answers:
            return {}
        came, self._answers = self._answers, {}
        return came

    def farewell(self, url: str) -> bytes:
        """The request that ends the session, as bytes; empty without a session."""
        return b"" if self.session is None else self._text(self.questions.ask("TEARDOWN"), url, {})

    def description_of(self, answer: Message) -> bytes:
        """The body of an answer, with what follows it where its Content-Length was too small."""
        if is_cut_off(answer) and self.connection.is_ready(_REST_SECONDS):
            self._read()
        connection = self.connection
        left = bytes(connection.view[connection.begin : connection.end])
        if left[:1] != b"$" and not left.startswith(b"RTSP/"):
            connection.begin = connection.end
            self._rest += left
        return answer.body + self._rest

    def take_apart(self) -> None:
        """Frames and messages that the connection has read, as far as they are whole."""
        connection, channels = self.connection, self.channels
        view = connection.view
        while connection.begin < connection.end:
            connection.begin = take_frames(view, connection.begin, connection.end, channels.rtp, channels.rtcp)
            if connection.begin == connection.end or view[connection.begin] == DOLLAR:
                return
            if not self._take_message():
                return

    def _exchange(self, method: str, url: str, headers: dict[str, str], patience: float) -> Message:
        question = self.send(method, url, headers)
        deadline_ns = self._clock.monotonic_ns() + int(patience * NS_PER_SECOND)
        doubt_ns = 0
        while True:
            answer = self._answers.pop(question.sequence, None)
            if answer is not None:
                return answer
            now_ns = self._clock.monotonic_ns()
            if now_ns >= deadline_ns:
                raise TimeoutError
            is_ready = self.connection.is_ready(min(patience, QUIET_SECONDS))
            if is_ready:
                self._read()
            else:
                self._take_what_is_here()
            if not self.questions.is_in_doubt:
                doubt_ns = 0
            elif not is_ready or (doubt_ns and now_ns - doubt_ns >= QUIET_SECONDS * NS_PER_SECOND):
                self._settle()
            else:
                doubt_ns = doubt_ns or now_ns

    def _take_what_is_here(self) -> None:
        """Nothing more comes: a message that seems unfinished is taken as it is."""
        connection = self.connection
        if connection.begin < connection.end and connection.view[connection.begin] != DOLLAR:
            self._take_message(is_all=True)

    def _settle(self) -> None:
        settled = self.questions.settle()
        if settled is not None:
            self._answers[settled[0].sequence] = settled[1]

    def _read(self) -> None:
        if self.connection.is_alone:
            self.connection.receive(pause=False)
        else:
            self.connection.read()
        self.take_apart()

    def _text(self, question: Question, url: str, headers: dict[str, str]) -> bytes:
        lines = {"CSeq": str(question.sequence), "User-Agent": "Seacorder"}
        if self.session is not None:
            lines["Session"] = self.session
        if self._authority is not None:
            lines["Authorization"] = self._authority.header(question.method, url)
        return request(question.method, url, lines | headers)

    def _take_message(self, *, is_all: bool = False) -> bool:
        """False when the message is not whole yet."""
        connection = self.connection
        block = bytes(connection.view[connection.begin : connection.end])
        blank = len(block) - len(block.lstrip(b"\r\n"))
        try:
            found = None if blank == len(block) else parse(block[blank:], is_all=is_all)
        except NotRtsp:
            if not self._is_rtsp and b"RTSP/" not in block:
                cause = Cause.ONLY_TLS if block.startswith(_TLS_ALERT) else Cause.WRONG_PROTOCOL
                raise camera_failure(cause, self._address, self._source) from None
            self._skip(block)
            return True
        if found is None:
            connection.begin += blank
            return False
        message, size = found
        connection.begin += blank + size
        self._is_rtsp, self._rest = True, b""
        if message.status is None:
            connection.send(answer_to(message, self.session), self._timeout)
        else:
            self._take_answer(message)
        return True

    def _take_answer(self, answer: Message) -> None:
        question = self.questions.take(answer)
        if question is None:
            return
        self._answers[question.sequence] = answer
        session = session_of(answer)
        if session is not None and answer.status == 200:
            # A camera that names each track's session anew means the first one, as far as it means anything by it.
            self.session = self.session or session[0]
            self.session_seconds = session[1] or self.session_seconds

    def _skip(self, block: bytes) -> None:
        """Goes on at the next place where a frame of a known channel, or an answer, may begin."""
        for at in range(1, len(block)):
            if block[at] == DOLLAR and (at + 1 == len(block) or self.channels.knows(block[at + 1])):
                break
            if block[at] == ord("R") and may_begin(block[at : at + 5]) and b"RTSP/".startswith(block[at : at + 5]):
                break
        else:
            at = len(block)
        self.skipped_bytes += at
        self.connection.begin += at
        if not self.is_playing and len(self._rest) < _REST_BYTES:
            self._rest += block[:at]
