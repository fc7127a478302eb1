"""One RTSP session (RFC 2326): set up, kept alive, read, and ended.

This module decides in what order a camera is asked, and what is tried next when it refuses; `exchange` sends the
requests and waits for the answers. RTP comes over the same connection, or with `#transport=udp` in datagrams beside it,
and goes to the tracks' receivers.
"""

import contextlib
import logging
import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.inputs.failures import UNSUPPORTED_TRANSPORT, Cause, camera_failure, camera_status_failure
from seacorder.inputs.rtp import rtcp, sdp
from seacorder.inputs.rtp.datagrams import DatagramPair
from seacorder.inputs.rtp.interleaved import DOLLAR
from seacorder.inputs.rtp.receiver import RtpReceiver
from seacorder.inputs.rtsp.camera_memory import CameraMemory
from seacorder.inputs.rtsp.connection import Connection, ConnectionEndedError
from seacorder.inputs.rtsp.exchange import Exchange
from seacorder.inputs.rtsp.keep_alive import SESSION_SECONDS, KeepAlive
from seacorder.inputs.rtsp.messages import RtspMessage, numbers_of, rtp_times_of, session_of, transport_of
from seacorder.model.address.address import RtspAddress, Transport

log = logging.getLogger(__name__)

REPORT_NS = 5 * NS_PER_SECOND
"""Between two receiver reports. Some cameras end a session whose client sends none."""
_REORDER_WAIT_SECONDS = 0.02
"""The longest wait for a read while datagrams wait for a missing one, so that they do not wait much too long."""
_PORTS = {"rtsp": 554, "rtsps": 322}
_REDIRECTS = (301, 302, 303, 305, 307, 308)
_REDIRECTS_MAX = 3
_GREETING_SHARE = 0.4
"""Of the time for an answer; after that the client goes on: some cameras do not answer OPTIONS, but all else."""
_FROM_THE_BEGINNING = {"Range": "npt=0.000-"}
_NOT_TOGETHER = 459
"""459, Aggregate Operation Not Allowed: each track must be played by itself."""
_FINAL = (401, 403)
"""Refusals (wrong password, forbidden) that another way of asking does not change."""
_ELSEWHERE = (400, 404, 451, 454, 455)
"""What cameras answer to SETUP when they know the track by another URL than their description says."""


class RtspSession:
    """One connection to one camera. One thread, the channel's ingest thread; `close` may come from any."""

    def __init__(
        self, address: RtspAddress, source: str, clock: Clock, timeout: float, memory: CameraMemory | None = None
    ) -> None:
        """`timeout`: seconds for every answer, and for silence while it plays."""
        self._address = address
        self._source = source
        self._clock = clock
        self._timeout = timeout
        self._memory = memory or CameraMemory()
        self._exchange = Exchange(address, source, clock, timeout)
        self._dialogue = self._exchange.dialogue
        self._dialogue.requests.counts_wrongly = self._memory.counts_wrongly
        self._url = address.url
        self._alive = KeepAlive(self._memory.habits, offers_get_parameter=False)
        self._report_sent_ns = 0
        self._own_ssrc = int.from_bytes(os.urandom(4), "big")
        self._pairs: dict[int, DatagramPair] = {}
        self._receivers: list[tuple[int, RtpReceiver, DatagramPair | None]] = []
        self._types: list[int] = []
        self._aggregate = self._playing = self._url
        """The URL for all tracks together, and the URL of the PLAY request that succeeded."""
        self._controls: list[tuple[str, str | None]] = []
        """Each track's control URL, and the session that its SETUP was answered with."""
        self.rtp_times: dict[str, int] = {}
        """Each track's RTP time at the beginning, by control URL, where the answer to PLAY tells it (RTP-Info)."""

    def describe(self) -> sdp.Description:
        """Connects and returns the camera's description of its tracks. Follows redirections. Blocks. InputFailed, or
        OSError of the connection.
        """
        seen = {self._url}
        while True:
            self._connect()
            answer = self._described()
            target = answer.header("location")
            is_new = answer.status in _REDIRECTS and target and sdp.scheme_of(target) and target not in seen
            if not is_new or target is None or len(seen) > _REDIRECTS_MAX:
                break
            seen.add(target)
            self._redirect(target)
        if not answer.is_success:
            raise self._exchange.refusal(answer)
        base = answer.header("content-base") or answer.header("content-location") or self._url
        text = self._exchange.description_of(answer).decode("utf-8", "replace")
        found = sdp.parse(text, base if sdp.scheme_of(base) else self._url)
        self._aggregate = self._playing = found.control
        return found

    def set_up(self, track: sdp.OfferedTrack, receiver: RtpReceiver) -> None:
        """Asks for one track; its packets go to `receiver`. Blocks. InputFailed when the camera refuses, or OSError."""
        if self._address.transport is Transport.UDP:
            self._set_up_datagrams(track, receiver)
        else:
            self._set_up_interleaved(track, receiver)
        for (_, other, _), payload_type in zip(self._receivers, self._types, strict=False):
            if payload_type != track.payload_type:
                other.others[track.payload_type] = receiver
                receiver.others[payload_type] = other
        self._types.append(track.payload_type)

    def play(self) -> None:
        """Makes the camera send. Blocks. InputFailed when it refuses every way of asking, or OSError."""
        try:
            answer = self._played()
        except (TimeoutError, ConnectionEndedError, ConnectionResetError) as error:
            # Some cameras do not answer PLAY with a Range header, or hang up: the next connection leaves it out.
            self._memory.dislikes_range = True
            if not (isinstance(error, TimeoutError) and any(one.sequence.received for _, one, _ in self._receivers)):
                raise
            answer = None  # some cameras play without answering: packets have come
            self._dialogue.play_unanswered()
        self._memory.counts_wrongly = self._dialogue.requests.counts_wrongly
        base = self._aggregate
        times = [] if answer is None else rtp_times_of(answer)
        self.rtp_times = {sdp.resolve(base, url): time for url, time in times}
        self._alive.begin(self._dialogue.session_seconds or SESSION_SECONDS, self._clock.monotonic_ns())

    def pump(self, *, pause: bool = False) -> None:
        """Waits until something has come, at most for the timeout, and hands it to the receivers.

        `pause`: a picture is known to be incomplete, so let more of it gather first. OSError when the connection is at
        its end.
        """
        connection = self._exchange.connection
        for _, receiver, _ in self._receivers:
            receiver.settle()
        if connection.is_alone:
            connection.receive(pause=pause)
            self._exchange.take_apart()
        else:
            self._pump_several()

    def read_in_bursts(self) -> bool:
        """From now on `read` takes the place of `pump`; False where it cannot (`Connection.read_in_bursts`)."""
        return self.connection.read_in_bursts()

    def read(self) -> None:
        """Hands what has come to the receivers, without waiting. OSError when the connection is at its end."""
        self._exchange.take_what_has_come()

    @property
    def is_behind(self) -> bool:
        """`read` has left messages that had come: it takes them the next time."""
        return self._exchange.is_behind

    @property
    def connection(self) -> Connection:
        """The present one."""
        return self._exchange.connection

    def _pump_several(self) -> None:
        connection, timeout = self._exchange.connection, self._timeout
        if any(receiver.is_waiting for _, receiver, _ in self._receivers):
            timeout = min(timeout, _REORDER_WAIT_SECONDS)
        for number in connection.wait(timeout, pause=True):
            pair = self._pairs.get(number)
            if pair is not None:
                pair.read(number, self._clock.monotonic_ns())
            else:
                connection.read()
                self._exchange.take_apart()
        if self._pairs:
            now_ns = self._clock.monotonic_ns()
            for _, receiver, _ in self._receivers:
                receiver.due(now_ns)

    def keep_alive(self, now_ns: int) -> None:
        """Sends keep-alive requests and receiver reports when they are due. Call it twice a second or so; OSError."""
        if now_ns - self._report_sent_ns >= REPORT_NS:
            self._report_sent_ns = now_ns
            self._report(now_ns)
        for sequence, answer in self._dialogue.answers().items():
            if answer.status == 401 and self._exchange.authorise(answer):
                self._alive.again(sequence)
            else:
                self._alive.answered(sequence, answer.status or 0)
        method = self._alive.due(now_ns)
        if method is not None:
            asked = self._exchange.send(method, self._playing)
            self._alive.sent(method, asked.sequence, now_ns)

    def ended(self, now_ns: int) -> None:
        """The camera ended the session, or sends no picture any more: the memory keeps what that teaches."""
        self._alive.ended(now_ns)

    def close(self) -> None:
        """Sends TEARDOWN if that takes no time, and closes all sockets. Any thread; a second call does nothing."""
        self._exchange.connection.close(self._exchange.farewell(self._playing))
        for pair in set(self._pairs.values()):
            pair.close()

    def _described(self) -> RtspMessage:
        """The answer to DESCRIBE, or a redirection that OPTIONS was answered with."""
        greeting = self._greet()
        if greeting is not None and greeting.status in _REDIRECTS:
            return greeting
        offers = greeting is not None and "GET_PARAMETER" in (greeting.header("public") or "").upper()
        self._alive = KeepAlive(self._memory.habits, offers_get_parameter=offers)
        return self._exchange.ask("DESCRIBE", self._url, {"Accept": "application/sdp"})

    def _connect(self) -> None:
        parts = urlsplit(self._url)
        scheme = parts.scheme.lower()
        port = parts.port or _PORTS[scheme]
        connection = self._exchange.connection
        connection.connect(parts.hostname or "", port, tls=scheme == "rtsps", timeout=self._timeout)

    def _greet(self) -> RtspMessage | None:
        """The answer to OPTIONS, the first request of a connection; None when there is none in time."""
        try:
            return self._exchange.ask("OPTIONS", self._url, patience=self._timeout * _GREETING_SHARE)
        except TimeoutError:
            return None
        except (ConnectionEndedError, ConnectionResetError) as error:
            raise camera_failure(Cause.HUNG_UP, self._address, self._source) from error

    def _redirect(self, target: str) -> None:
        old, new = urlsplit(self._url), urlsplit(target)
        if (old.hostname, old.scheme) != (new.hostname, new.scheme):
            self._dialogue.forget_password()
        host = new.netloc.rpartition("@")[2]
        self._url = target.replace(new.netloc, host, 1)
        self._exchange.restart()

    def _set_up_interleaved(self, track: sdp.OfferedTrack, receiver: RtpReceiver) -> None:
        channels = self._exchange.channels
        asked = channels.free_pair()
        transport = f"RTP/AVP/TCP;unicast;interleaved={asked[0]}-{asked[1]}"
        answer = self._asked_for(track, transport)
        parameters = transport_of(answer)
        _expect_sender(receiver, parameters)
        answered = numbers_of(parameters.get("interleaved"))
        if answered is None and "server_port" in parameters:
            # The answer names a UDP port: the camera ignores that TCP was asked for and would send datagrams to nobody.
            raise camera_status_failure(UNSUPPORTED_TRANSPORT, "Datagrams", self._address, self._source)
        self._receivers.append((channels.assign(receiver, asked, answered), receiver, None))

    def _set_up_datagrams(self, track: sdp.OfferedTrack, receiver: RtpReceiver) -> None:
        connection = self._exchange.connection
        pair = DatagramPair(connection.family, connection.local, receiver)
        for number in pair.numbers:
            self._pairs[number] = pair
        answer = self._asked_for(track, f"RTP/AVP;unicast;client_port={pair.port}-{pair.port + 1}")
        parameters = transport_of(answer)
        _expect_sender(receiver, parameters)
        pair.aim(connection.peer, parameters.get("source"), numbers_of(parameters.get("server_port")))
        for number in pair.numbers:
            connection.also_wait_for(number)
        self._receivers.append((0, receiver, pair))

    def _asked_for(self, track: sdp.OfferedTrack, transport: str) -> RtspMessage:
        """The answer to SETUP. Where the camera does not know its own URL, other ways to write it are tried."""
        control = track.control
        answer = first = self._exchange.ask("SETUP", control, {"Transport": transport})
        others = track.other_controls(self._url) if first.status in _ELSEWHERE else ()
        for control in others:
            answer = self._exchange.ask("SETUP", control, {"Transport": transport})
            if answer.is_success:
                break
        if not answer.is_success:
            raise self._exchange.refusal(first)
        session = session_of(answer)
        self._controls.append((control, None if session is None else session[0]))
        return answer

    def _played(self) -> RtspMessage:
        """The answer to the first PLAY that is not refused."""
        refusals = []
        for url, headers in self._plays():
            answer = self._exchange.ask("PLAY", url, headers)
            if answer.is_success:
                self._playing = url
                return answer
            refusals.append(answer)
            if answer.status in (*_FINAL, _NOT_TOGETHER):
                break
        played = None if refusals[-1].status in _FINAL else self._played_by_track()
        if played is None:
            raise self._exchange.refusal(refusals[0])
        return played

    def _plays(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Ways to ask for all tracks together (URL, headers): with Range, without it, and by the URL of the address."""
        if not self._memory.dislikes_range:
            yield self._aggregate, _FROM_THE_BEGINNING
        yield self._aggregate, {}
        if self._aggregate != self._url:
            yield self._url, {}

    def _played_by_track(self) -> RtspMessage | None:
        """The answer to the last track's PLAY; None when one is refused."""
        answer = None
        for control, session in self._controls:
            self._dialogue.session = session or self._dialogue.session
            for headers in (_FROM_THE_BEGINNING, {}):
                answer = self._exchange.ask("PLAY", control, headers)
                if answer.is_success:
                    break
            else:
                return None
        return answer

    def _report(self, now_ns: int) -> None:
        for channel, receiver, pair in self._receivers:
            block = rtcp.receiver_report(self._own_ssrc, receiver.reception(now_ns))
            if pair is not None:
                with contextlib.suppress(OSError):
                    pair.report(block)
            else:
                frame = bytes((DOLLAR, channel)) + len(block).to_bytes(2, "big")
                self._exchange.connection.send(frame + block, self._timeout)


def _expect_sender(receiver: RtpReceiver, transport: dict[str, str]) -> None:
    """The SSRC in an answer to SETUP, eight hexadecimal digits (RFC 2326, 12.39); some cameras write fewer."""
    try:
        ssrc = int(transport.get("ssrc", ""), 16)
    except ValueError:
        return
    if 0 < ssrc <= 0xFFFF_FFFF:
        receiver.expect(ssrc)
