"""Bytes that are no HTTP request, or only the beginning of one."""

BODY_COMMAND = b"POST /api/inspector/recordingdirectory HTTP/1.1\r\nHost: 127.0.0.1\r\n"
UPGRADE = b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

NO_HTTP = {
    "HTTP/0.9": b"GET /api/stats/ping\r\n",
    "HTTP/0.9 with its host": b"GET /api/inspector/startrecording\r\nHost: 127.0.0.1\r\n\r\n",
    "TLS": bytes.fromhex("16030100a5010000a10303") + bytes(range(160)),
    "nothing but zeros": bytes(4096),
    "an RTSP client": b"OPTIONS rtsp://127.0.0.1/ RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    "no host": b"GET /api/stats/ping HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /api/stats/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
    "two lengths": BODY_COMMAND + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n{}   ",
    "a negative length": BODY_COMMAND + b"Content-Length: -5\r\n\r\n",
    "a length that is none": BODY_COMMAND + b"Content-Length: five\r\n\r\n",
    "a length of 5,000 digits": BODY_COMMAND + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "an unknown coding": BODY_COMMAND + b"Transfer-Encoding: gzip\r\n\r\n",
    "a space before the colon": b"GET /api/stats/ping HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
    "a folded name": b"GET /api/stats/ping HTTP/1.1\r\n Host: 127.0.0.1\r\n\r\n",
    "bytes beyond ASCII in the path": "GET /api/stats/pïng HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(),
    "a zero in a header": b"GET /api/stats/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: a\0b\r\n\r\n",
    "a huge header": b"GET /api/stats/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: " + b"a" * 40_000,
    "a huge path": b"GET /" + b"a" * 40_000,
    "ten thousand headers": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X-A: b\r\n" * 10_000,
    "a chunk of no size": BODY_COMMAND + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a chunk of endless size": BODY_COMMAND + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 5000 + b"\r\n",
    "a WebSocket without a key": UPGRADE + b"Sec-WebSocket-Version: 13\r\n\r\n",
    "a WebSocket of an old version": UPGRADE + KEY.replace(b": 13", b": 8") + b"\r\n",
    "a WebSocket with a short key": UPGRADE + b"Sec-WebSocket-Key: AAAA\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "a WebSocket by POST": UPGRADE.replace(b"GET", b"POST") + KEY + b"\r\n",
}
