"""A web server that gives prepared answers and remembers what it was asked; for tests of clients."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class WebAnswers:
    """`answers` maps `GET /path` to status and body; anything else is an empty 200."""

    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    url: str = ""

    def json(self, command: str, value: Any, status: int = 200) -> None:
        self.answers[command] = (status, json.dumps(value).encode())


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A web server on a free port of this computer; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def web_answers() -> Iterator[WebAnswers]:
    prepared = WebAnswers()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.respond(None)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self.respond(json.loads(self.rfile.read(length)) if length else None)

        def do_PUT(self) -> None:
            self.do_POST()

        def do_PATCH(self) -> None:
            self.do_POST()

        def do_DELETE(self) -> None:
            self.respond(None)

        def respond(self, body: Any) -> None:
            command = f"{self.command} {self.path}"
            prepared.asked.append((command, body))
            status, content = prepared.answers.get(command, (200, b""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keeps the test's output quiet."""

    with served(Handler) as prepared.url:
        yield prepared
