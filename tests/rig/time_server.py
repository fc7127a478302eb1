"""A real time stamping authority: OpenSSL behind a small web server."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from fakes.web_answers import served

_CONFIG = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
ess_cert_id_alg = sha256
accuracy = secs:1
[stamping]
extendedKeyUsage = critical, timeStamping
"""


def _openssl(*words: object) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


@dataclass
class TimeServer:
    """The authority in a folder. `answers` False: it refuses whoever asks."""

    folder: Path
    url: str = ""
    answers: bool = True
    asked: list[bytes] = field(default_factory=list)
    is_asked: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    @property
    def authority(self) -> Path:
        """The certificate by which its stamps are verified."""
        return self.folder / "ca.pem"

    def make(self, key: str = "rsa:2048") -> "TimeServer":
        (self.folder / "serial").write_text("01\n")
        (self.folder / "own.cnf").write_text(_CONFIG.format(folder=self.folder))
        kind = ["-newkey", key] if key.startswith("rsa") else ["-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{key}"]
        at = self.folder
        _openssl("req", "-x509", *kind, "-nodes", "-keyout", at / "ca.key", "-out", at / "ca.pem", "-subj", "/CN=Root",
                 "-days", 3650)
        _openssl("req", "-new", *kind, "-nodes", "-keyout", at / "tsa.key", "-out", at / "tsa.csr", "-subj",
                 "/O=Harbour/CN=Time")
        signs = ("-CA", at / "ca.pem", "-CAkey", at / "ca.key", "-CAcreateserial", "-days", 3650)
        _openssl("x509", "-req", "-in", at / "tsa.csr", "-out", at / "tsa.pem", *signs, "-extfile", at / "own.cnf",
                 "-extensions", "stamping")
        return self

    def reply(self, query: bytes) -> bytes:
        at = self.folder
        (at / "query").write_bytes(query)
        _openssl("ts", "-reply", "-config", at / "own.cnf", "-section", "own", "-queryfile", at / "query", "-signer",
                 at / "tsa.pem", "-inkey", at / "tsa.key", "-out", at / "reply")
        return (at / "reply").read_bytes()

    def verifies(self, stamp: Path, data: Path) -> bool:
        """What another program says."""
        command = ["openssl", "ts", "-verify", "-data", data, "-in", stamp, "-CAfile", self.authority]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def time_server(folder: Path, key: str = "rsa:2048") -> Iterator[TimeServer]:
    """A running one."""
    folder.mkdir()
    made = TimeServer(folder).make(key)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            made.asked.append(query)
            made.is_asked.release()
            self.send_response(200 if made.answers else 503)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(made.reply(query) if made.answers else b"")

        def log_message(self, *_: object) -> None:
            """Keeps the test's output quiet."""

    with served(Handler) as address:
        made.url = f"{address}/tsr"
        yield made
