"""Whatever a server sends, in whatever pieces: the client ends with one sentence, or with a description."""

import contextlib
import socket
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seacorder.base.clock import SystemClock
from seacorder.base.errors import InputFailed
from seacorder.inputs.rtsp import camera as rtsp
from seacorder.inputs.rtsp.camera import RtspInput
from seacorder.model.address.address import RtspAddress

BODY = "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
PIECES = (
    b"RTSP/1.0 200 OK\r\n",
    b"CSeq: 1\r\n",
    b"CSeq: 2\r\n",
    b"Content-Length: 55\r\n",
    b"Content-Length: 9\r\n",
    b"Content-Type: application/sdp\r\n",
    b"Session: 7;timeout=1\r\n",
    b"Transport: RTP/AVP/TCP;interleaved=0-1\r\n",
    b"RTSP/1.0 401 No\r\nWWW-Authenticate: Digest realm=x\r\n",
    b"OPTIONS * RTSP/1.0\r\n",
    b"\r\n",
    b"\n",
    b"\0",
    b"$\0\0\x0c" + bytes(12),
    b"$\1\xff\xff",
    BODY.encode(),
)


def played_back(blocks: list[bytes]) -> str:
    """What the client says of a server that answers any request with the next block, and then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            client, _ = server.accept()
            with client, contextlib.suppress(OSError):
                client.settimeout(5)
                for block in blocks:
                    client.recv(65536)
                    client.sendall(block)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        source = RtspInput(RtspAddress(f"rtsp://127.0.0.1:{server.getsockname()[1]}/cam"), SystemClock())
        with pytest.raises(InputFailed) as failed:
            source.open()
        source.close()
        thread.join(5)
    return failed.value.sentence


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), max_size=6), max_size=6))
def test_any_answers_end_in_one_sentence(monkeypatch: pytest.MonkeyPatch, answers: list[list[bytes]]) -> None:
    monkeypatch.setattr(rtsp, "TIMEOUT_SECONDS", 0.2)
    sentence = played_back([b"".join(pieces) for pieces in answers])
    assert sentence.startswith("Camera rtsp://127.0.0.1:")
    assert sentence.endswith(".")
    assert "\n" not in sentence
