"""An S3 server in memory that can be full: it knows only what is needed to copy small files."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FULL = "<?xml version='1.0'?><Error><Code>{code}</Code><Message>No room.</Message></Error>"


class FullServer(ThreadingHTTPServer):
    """`refuses`: status and code that answer what is to be stored; None while there is room."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.refuses: tuple[int, str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def full_server() -> Iterator[FullServer]:
    with FullServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FullServer

    def do_HEAD(self) -> None:
        is_bucket = self.path.count("/") == 1
        data = b"" if is_bucket else self.server.objects.get(self.path)
        self._answer(404 if data is None else 200, b"", len(data or b""))

    def do_GET(self) -> None:
        path, _, asked = self.path.partition("?")
        listing = b"<ListMultipartUploadsResult></ListMultipartUploadsResult>"
        self._answer(200, listing if asked.startswith("uploads") else self.server.objects[path])

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.refuses is None:
            self.server.objects[self.path] = data
            self._answer(200)
        else:
            status, code = self.server.refuses
            self._answer(status, FULL.format(code=code).encode() if code else b"")

    def _answer(self, status: int, body: bytes = b"", length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...
