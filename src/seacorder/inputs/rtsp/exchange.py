"""Requests and their answers over the connection to a camera, and the frames between them.

The input and output around `dialogue`, which decides everything about the messages. Blocks until an answer comes.
"""

import os

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import InputFailed
from seacorder.inputs.failures import Cause, camera_failure, camera_status_failure
from seacorder.inputs.http_auth import strongest
from seacorder.inputs.rtp.interleaved import DOLLAR, take_frames
from seacorder.inputs.rtsp.channels import Channels
from seacorder.inputs.rtsp.connection import Connection
from seacorder.inputs.rtsp.dialogue import Dialogue, RtspRequest
from seacorder.inputs.rtsp.messages import NotRtsp, RtspMessage, is_cut_off
from seacorder.model.address.address import RtspAddress

LOOKS_A_TURN = 32
"""So many messages, or pieces of what is none, are looked at after a read in bursts. It is far more than any camera
says at once, and takes some milliseconds."""
_FIRST_LOOK = 2048
"""So many bytes are looked at first for a message; four times as many each time that it is not whole yet. So a buffer
full of short messages is not copied for each of them."""
QUIET_SECONDS = 0.5
"""After so long without a byte, what has come of an answer is all that comes, and an answer in doubt is believed."""
_REST_SECONDS = 0.05
"""How long the rest of a description may take that its Content-Length does not count."""
_TLS_ALERT = b"\x15\x03"
"""What a TLS server may say to a request that is not encrypted (RFC 8446, 5.1)."""


class Exchange:
    """One camera's; one thread, but `farewell` from any."""

    def __init__(self, address: RtspAddress, source: str, clock: Clock, timeout: float) -> None:
        """`timeout`: seconds for every answer."""
        self._address = address
        self._source = source
        self._clock = clock
        self._timeout = timeout
        self.connection = Connection()
        self.channels = Channels()
        self.dialogue = Dialogue(address.user, address.password, self.channels.knows)
        self.is_behind = False
        """More messages have been read than were looked at in one turn."""

    def restart(self) -> None:
        """Another connection, to follow a redirection; what was learned of the camera stays."""
        self.connection.close()
        self.connection = Connection()
        self.dialogue.restart()

    def ask(
        self, method: str, url: str, headers: dict[str, str] | None = None, *, patience: float | None = None
    ) -> RtspMessage:
        """The answer to a request, with the password where it is wanted. Blocks; InputFailed when that is wrong.

        `patience`: seconds in place of the usual ones. TimeoutError, and OSError of the connection.
        """
        answer = self._answered(method, url, headers or {}, self._timeout if patience is None else patience)
        tries = 0
        while answer.status == 401:
            challenge = strongest(answer.all("www-authenticate"))
            # A second challenge is answered only if it says that the nonce, and not the password, was wrong.
            if tries and (tries > 1 or challenge is None or not challenge.is_stale):
                raise self.refusal(answer)
            if not self.authorise(answer):
                raise self.refusal(answer)
            tries += 1
            answer = self._answered(method, url, headers or {}, self._timeout)
        return answer

    def refusal(self, answer: RtspMessage) -> InputFailed:
        """What to raise for an answer that is no success."""
        return camera_status_failure(answer.status or 0, answer.reason, self._address, self._source)

    def authorise(self, answer: RtspMessage) -> bool:
        """Answers a challenge with every further request; False when there is no password for it."""
        return self.dialogue.authorise(strongest(answer.all("www-authenticate")), os.urandom(8).hex())

    def send(self, method: str, url: str, headers: dict[str, str] | None = None) -> RtspRequest:
        """Sends a request; its answer comes some time with `dialogue.answers`."""
        asked, text = self.dialogue.ask(method, url, headers or {})
        self.connection.send(text, self._timeout)
        return asked

    def farewell(self, url: str) -> bytes:
        """The request that ends the session, as bytes; empty without a session."""
        return b"" if self.dialogue.session is None else self.dialogue.ask("TEARDOWN", url, {})[1]

    def description_of(self, answer: RtspMessage) -> bytes:
        """The body of an answer, with what follows it where its Content-Length was too small."""
        connection = self.connection
        if is_cut_off(answer) and connection.is_ready(_REST_SECONDS):
            self._read()
        rest = bytes(connection.view[connection.begin : connection.end])
        if rest[:1] == b"$" or rest.startswith(b"RTSP/"):
            return answer.body + self.dialogue.rest
        connection.begin = connection.end
        return answer.body + self.dialogue.rest + rest

    def take_what_has_come(self) -> None:
        """Reads without waiting, and takes apart what is whole, with at most `LOOKS_A_TURN` messages; `is_behind` says
        whether there are more of those. Then they are taken before the next read.
        """
        self.channels.settle()
        if not self.is_behind:
            self.connection.read()
        self.is_behind = not self.take_apart(LOOKS_A_TURN)

    def take_apart(self, looks: int | None = None) -> bool:
        """Frames and messages that the connection has read, as far as they are whole. False when more of them may be
        there after so many `looks` at messages."""
        connection, channels = self.connection, self.channels
        view = connection.view
        while connection.begin < connection.end:
            connection.begin = take_frames(view, connection.begin, connection.end, channels.rtp, channels.rtcp)
            if connection.begin == connection.end or view[connection.begin] == DOLLAR:
                return True
            if looks == 0:
                return False
            if not self._take_message():
                return True
            looks = None if looks is None else looks - 1
        return True

    def _answered(self, method: str, url: str, headers: dict[str, str], patience: float) -> RtspMessage:
        dialogue = self.dialogue
        asked = self.send(method, url, headers)
        deadline_ns = self._clock.monotonic_ns() + int(patience * NS_PER_SECOND)
        doubt_ns = 0
        while True:
            answer = dialogue.answer_to(asked)
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
            if not dialogue.requests.is_in_doubt:
                doubt_ns = 0
            elif not is_ready or (doubt_ns and now_ns - doubt_ns >= QUIET_SECONDS * NS_PER_SECOND):
                dialogue.settle()
            else:
                doubt_ns = doubt_ns or now_ns

    def _take_what_is_here(self) -> None:
        """Nothing more comes: a message that seems unfinished is taken as it is."""
        connection = self.connection
        if connection.begin < connection.end and connection.view[connection.begin] != DOLLAR:
            self._take_message(is_all=True)

    def _read(self) -> None:
        self.channels.settle()  # some cameras send pictures before they answer
        if self.connection.is_alone:
            self.connection.receive(pause=False)
        else:
            self.connection.read()
        self.take_apart()

    def _take_message(self, *, is_all: bool = False) -> bool:
        """False when the message is not whole yet."""
        connection, dialogue = self.connection, self.dialogue
        size, used = _FIRST_LOOK, 0
        while not used:
            begin, is_part = connection.begin, connection.begin + size < connection.end
            block = bytes(connection.view[begin : begin + size if is_part else connection.end])
            try:
                used = dialogue.receive(block, is_all=is_all and not is_part, is_part=is_part)
            except NotRtsp:
                cause = Cause.ONLY_TLS if block.startswith(_TLS_ALERT) else Cause.WRONG_PROTOCOL
                raise camera_failure(cause, self._address, self._source) from None
            if not is_part:
                break
            size *= 4
        connection.begin += used
        if replies := dialogue.replies():
            # Some cameras end a session whose client does not answer them.
            connection.send(replies, self._timeout)
        return used > 0
