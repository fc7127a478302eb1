"""A camera's TLS port: takes TLS off and hands everything on to a plain RTSP server, both on this machine.

The certificate is made for the test and signed by itself, as a camera's is; OpenSSL's own command makes it.
"""

import asyncio
import contextlib
import shutil
import ssl
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Self


def reason_to_skip() -> str | None:
    """Why no certificate can be made on this machine; None when one can."""
    return None if shutil.which("openssl") else "the openssl command is not installed"


def make_certificate(folder: Path) -> Path:
    """A new key and its certificate, in one file in `folder`."""
    path, key = folder / "camera.pem", folder / "camera.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=camera", "-keyout", str(key), "-out", str(path)]
    subprocess.run(command, capture_output=True, check=True)
    path.write_bytes(key.read_bytes() + path.read_bytes())
    return path


class TlsProxy:
    """Listens with TLS on a free port, `port`, for as many clients as come; each is connected to `upstream`."""

    def __init__(self, upstream: int, certificate: Path) -> None:
        self._upstream = upstream
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._listens = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port = 0
        self.versions: list[str | None] = []
        """The protocol of each handshake that came to its end."""

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._listens.wait(60), "the TLS proxy does not listen"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0, ssl=self._context)
        self.port = server.sockets[0].getsockname()[1]
        self._listens.set()
        await self._end.wait()
        server.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.versions.append(writer.get_extra_info("ssl_object").version())
        camera_reader, camera_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        try:
            await asyncio.gather(_hand_on(reader, camera_writer), _hand_on(camera_reader, writer))
        finally:
            writer.transport.abort()
            camera_writer.transport.abort()


async def _hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while block := await reader.read(65536):
            writer.write(block)
            await writer.drain()
    writer.close()
