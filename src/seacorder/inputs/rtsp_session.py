"""One RTSP session (RFC 2326): asked for, kept alive, read, and ended.

What comes over the connection is messages and, between them, RTP in frames; both are taken apart here, and RTP goes to
the receivers of the tracks. With UDP it comes in datagrams beside the connection.
"""

import contextlib
import logging
import os
from urllib.parse import urlsplit

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.inputs import rtcp, sdp
from seacorder.inputs.faults import HUNG_UP, NOT_RTSP, ONLY_TLS, answer_failure, failure
from seacorder.inputs.interleaved import DOLLAR, take_frames
from seacorder.inputs.rtp_datagrams import DatagramPair
from seacorder.inputs.rtp_receiver import RtpReceiver
from seacorder.inputs.rtsp_auth import Authority, strongest
from seacorder.inputs.rtsp_connection import Connection, ConnectionEndedError
from seacorder.inputs.rtsp_messages import (
    Message,
    NotRtsp,
    answer_to,
    may_begin,
    numbers_of,
    parse,
    request,
    rtp_times_of,
    session_of,
    transport_of,
)
from seacorder.model.address import RtspAddress, Transport

log = logging.getLogger(__name__)

SESSION_SECONDS = 60
"""How long a session lives without a sign of life where the camera does not say (RFC 2326, 12.37)."""
KEEP_ALIVE_SECONDS = 25
REPORT_NS = 5 * NS_PER_SECOND
_REORDER_WAIT_SECONDS = 0.02
_PORTS = {"rtsp": 554, "rtsps": 322}
_TLS_ALERT = b"\x15\x03"
"""What a TLS server may say to a request that is not encrypted (RFC 8446, 5.1)."""
_REDIRECTS = (301, 302, 303, 305, 307, 308)


class RtspSession:
    """One camera, one connection, one thread; `close` from any."""

    def __init__(self, address: RtspAddress, source: str, clock: Clock, timeout: float) -> None:
        """`timeout`: seconds for every answer, and for silence while it plays."""
        self._address = address
        self._source = source
        self._clock = clock
        self._timeout = timeout
        self._connection = Connection()
        self._url = address.url
        self._authority: Authority | None = None
        self._requests = 0
        self._session: str | None = None
        self._session_seconds = SESSION_SECONDS
        self._answers: dict[int | None, Message] = {}
        self._alive_method = "OPTIONS"
        self._alive_sent: tuple[int, int] = (0, 0)
        """(CSeq, when) of the newest sign of life."""
        self._report_sent_ns = 0
        self._own_ssrc = int.from_bytes(os.urandom(4), "big")
        self._rtp: dict[int, RtpReceiver] = {}
        self._rtcp: dict[int, RtpReceiver] = {}
        self._pairs: dict[int, DatagramPair] = {}
        self._receivers: list[tuple[int, RtpReceiver, DatagramPair | None]] = []
        self._is_playing = False
        self._is_foreign = False
        """Redirected to another host than the one whose password we have."""
        self._aggregate = self._url
        self._controls: list[str] = []
        self.rtp_times: dict[str, int] = {}
        """RTP times of the beginning, by control URL, where the camera tells them."""
        self.skipped_bytes = 0
        """Bytes that were neither a message nor a frame."""

    def describe(self) -> sdp.Description:
        """Connects and asks what there is. Follows one redirect. InputFailed, or OSError of the connection."""
        for is_last in (False, True):
            self._connect()
            options = self._greet()
            if "GET_PARAMETER" in (options.header("public") or "").upper():
                self._alive_method = "GET_PARAMETER"
            answer = self._ask("DESCRIBE", self._url, {"Accept": "application/sdp"})
            target = answer.header("location")
            if is_last or answer.status not in _REDIRECTS or not target or not sdp.scheme_of(target):
                break
            self._redirect(target)
        self._must_be_good(answer)
        base = answer.header("content-base") or answer.header("content-location") or self._url
        found = sdp.parse(answer.body.decode("utf-8", "replace"), base if sdp.scheme_of(base) else self._url)
        self._aggregate = found.control
        return found

    def set_up(self, track: sdp.OfferedTrack, receiver: RtpReceiver) -> None:
        """Asks for one track; what comes of it goes to `receiver`. InputFailed when it is refused."""
        if self._address.transport is Transport.UDP:
            self._set_up_datagrams(track, receiver)
        else:
            self._set_up_interleaved(track, receiver)
        self._controls.append(track.control)

    def play(self) -> None:
        """Lets it begin. InputFailed when it is refused."""
        answer = self._ask("PLAY", self._aggregate, {"Range": "npt=0.000-"})
        if answer.status == 459:  # aggregate operation not allowed
            for control in self._controls:
                answer = self._ask("PLAY", control, {"Range": "npt=0.000-"})
                self._must_be_good(answer)
        self._must_be_good(answer)
        self._is_playing = True
        base = self._aggregate
        self.rtp_times = {sdp.resolve(base, url): time for url, time in rtp_times_of(answer)}
        self._alive_sent = (0, self._clock.monotonic_ns())

    def pump(self, *, pause: bool = False) -> None:
        """Waits until something came, at most as long as the camera may be silent, and takes it.

        With `pause` it lets more gather before. Receivers must hold no view when it is called. OSError when the
        connection is at its end.
        """
        if self._connection.is_alone:
            self._connection.receive(pause=pause)
            self._take_apart()
        else:
            self._pump_several()

    def _pump_several(self) -> None:
        connection, timeout = self._connection, self._timeout
        if any(receiver.is_waiting for _, receiver, _ in self._receivers):
            timeout = min(timeout, _REORDER_WAIT_SECONDS)
        for number in connection.wait(timeout, pause=self._is_playing):
            pair = self._pairs.get(number)
            if pair is not None:
                pair.read(number, self._clock.monotonic_ns())
            else:
                connection.read()
                self._take_apart()
        if self._pairs:
            now_ns = self._clock.monotonic_ns()
            for _, receiver, _ in self._receivers:
                receiver.due(now_ns)

    def keep_alive(self, now_ns: int) -> None:
        """Signs of life and receiver reports, where they are due. Call it now and then; OSError likewise."""
        if now_ns - self._report_sent_ns >= REPORT_NS:
            self._report_sent_ns = now_ns
            self._report(now_ns)
        cseq, sent_ns = self._alive_sent
        answer = self._answers.pop(cseq, None)
        if answer is not None and answer.status == 401:
            self._authorise(answer)
            sent_ns = 0
        elif answer is not None and answer.status in (405, 501, 551):
            self._alive_method, sent_ns = "OPTIONS", 0
        every = min(KEEP_ALIVE_SECONDS, max(1, self._session_seconds // 2))
        if now_ns - sent_ns >= every * NS_PER_SECOND and (answer is None or answer.status != 401 or self._authority):
            self._answers.clear()
            self._send(self._alive_method, self._aggregate)
            self._alive_sent = (self._requests, now_ns)

    def close(self) -> None:
        """Says goodbye where that takes no time, and ends everything. Any thread; harmless again."""
        farewell = b""
        if self._session is not None:
            farewell = self._request("TEARDOWN", self._aggregate, {})
        self._connection.close(farewell)
        for pair in set(self._pairs.values()):
            pair.close()

    def _connect(self) -> None:
        parts = urlsplit(self._url)
        scheme = parts.scheme.lower()
        port = parts.port or _PORTS[scheme]
        self._connection.connect(parts.hostname or "", port, tls=scheme == "rtsps", timeout=self._timeout)

    def _greet(self) -> Message:
        """The answer to the first request of a connection."""
        try:
            return self._ask("OPTIONS", self._url)
        except (ConnectionEndedError, ConnectionResetError) as error:
            raise failure(HUNG_UP, self._source) from error

    def _redirect(self, target: str) -> None:
        """Credentials never go to another host than the one that they were given for."""
        old, new = urlsplit(self._url), urlsplit(target)
        if (old.hostname, old.scheme) != (new.hostname, new.scheme):
            self._authority = None
            self._is_foreign = True
        host = new.netloc.rpartition("@")[2]
        self._url = target.replace(new.netloc, host, 1)
        self._connection.close()
        self._connection = Connection()

    def _set_up_interleaved(self, track: sdp.OfferedTrack, receiver: RtpReceiver) -> None:
        wanted = 2 * len(self._receivers)
        transport = f"RTP/AVP/TCP;unicast;interleaved={wanted}-{wanted + 1}"
        answer = self._ask("SETUP", track.control, {"Transport": transport})
        self._must_be_good(answer)
        self._note_session(answer)
        channels = numbers_of(transport_of(answer).get("interleaved")) or (wanted, wanted + 1)
        self._rtp[channels[0]] = self._rtcp[channels[1]] = receiver
        self._receivers.append((channels[1], receiver, None))

    def _set_up_datagrams(self, track: sdp.OfferedTrack, receiver: RtpReceiver) -> None:
        pair = DatagramPair(self._connection.family, self._connection.local, receiver)
        for number in pair.numbers:
            self._pairs[number] = pair
        transport = f"RTP/AVP;unicast;client_port={pair.port}-{pair.port + 1}"
        answer = self._ask("SETUP", track.control, {"Transport": transport})
        self._must_be_good(answer)
        self._note_session(answer)
        parameters = transport_of(answer)
        pair.aim(self._connection.peer, parameters.get("source"), numbers_of(parameters.get("server_port")))
        for number in pair.numbers:
            self._connection.also_wait_for(number)
        self._receivers.append((0, receiver, pair))

    def _note_session(self, answer: Message) -> None:
        session = session_of(answer)
        if session is not None:
            self._session, seconds = session
            self._session_seconds = seconds or SESSION_SECONDS

    def _must_be_good(self, answer: Message) -> None:
        if answer.status is None or not 200 <= answer.status < 300:
            raise answer_failure(answer.status or 0, answer.reason, self._source)

    def _ask(self, method: str, url: str, headers: dict[str, str] | None = None) -> Message:
        """The answer to a request, with the password where it is wanted. Blocks; InputFailed when that is wrong."""
        answer = self._exchange(method, url, headers or {})
        tries = 0
        while answer.status == 401:
            challenge = strongest(answer.all("www-authenticate"))
            if tries and (tries > 1 or challenge is None or not challenge.is_stale):
                self._must_be_good(answer)
            if not self._authorise(answer):
                self._must_be_good(answer)
            tries += 1
            answer = self._exchange(method, url, headers or {})
        return answer

    def _authorise(self, answer: Message) -> bool:
        """Prepares to answer a challenge; False when it cannot be."""
        challenge = strongest(answer.all("www-authenticate"))
        if challenge is None or self._address.user is None or self._is_foreign:
            return False
        nonce = os.urandom(8).hex()
        self._authority = Authority(self._address.user, self._address.password or "", challenge, nonce)
        return True

    def _exchange(self, method: str, url: str, headers: dict[str, str]) -> Message:
        self._send(method, url, headers)
        mine = self._requests
        deadline_ns = self._clock.monotonic_ns() + int(self._timeout * NS_PER_SECOND)
        while True:
            # Old cameras leave CSeq out of what they refuse.
            answer = self._answers.pop(mine, None) or self._answers.pop(None, None)
            if answer is not None:
                return answer
            if self._clock.monotonic_ns() >= deadline_ns:
                raise TimeoutError
            self.pump()

    def _send(self, method: str, url: str, headers: dict[str, str] | None = None) -> None:
        self._connection.send(self._request(method, url, headers or {}), self._timeout)

    def _request(self, method: str, url: str, headers: dict[str, str]) -> bytes:
        self._requests += 1
        lines = {"CSeq": str(self._requests), "User-Agent": "Seacorder"}
        if self._session is not None:
            lines["Session"] = self._session
        if self._authority is not None:
            lines["Authorization"] = self._authority.header(method, url)
        return request(method, url, lines | headers)

    def _take_apart(self) -> None:
        """Frames and messages, as far as they are whole."""
        connection = self._connection
        view = connection.view
        while connection.begin < connection.end:
            connection.begin = take_frames(view, connection.begin, connection.end, self._rtp, self._rtcp)
            if connection.begin == connection.end or view[connection.begin] == DOLLAR:
                return
            if not self._take_message():
                return

    def _take_message(self) -> bool:
        """False when the message is not whole yet."""
        connection = self._connection
        block = bytes(connection.view[connection.begin : connection.end])
        blank = len(block) - len(block.lstrip(b"\r\n"))
        try:
            found = None if blank == len(block) else parse(block[blank:])
        except NotRtsp:
            if not self._is_playing:
                raise failure(ONLY_TLS if block.startswith(_TLS_ALERT) else NOT_RTSP, self._source) from None
            self._skip(block)
            return True
        if found is None:
            connection.begin += blank
            return False
        message, size = found
        connection.begin += blank + size
        if message.status is None:
            connection.send(answer_to(message), self._timeout)
        else:
            self._answers[message.sequence] = message
        return True

    def _skip(self, block: bytes) -> None:
        """Goes on at the next place where a frame of a known channel, or an answer, may begin."""
        for at in range(1, len(block)):
            if block[at] == DOLLAR and (at + 1 == len(block) or block[at + 1] in self._rtp | self._rtcp):
                break
            if block[at] == ord("R") and may_begin(block[at : at + 5]) and b"RTSP/".startswith(block[at : at + 5]):
                break
        else:
            at = len(block)
        self.skipped_bytes += at
        self._connection.begin += at

    def _report(self, now_ns: int) -> None:
        for channel, receiver, pair in self._receivers:
            reception = receiver.reception(now_ns)
            if reception is None:
                continue
            block = rtcp.receiver_report(self._own_ssrc, reception)
            if pair is not None:
                with contextlib.suppress(OSError):
                    pair.report(block)
            else:
                frame = bytes((DOLLAR, channel)) + len(block).to_bytes(2, "big")
                self._connection.send(frame + block, self._timeout)
