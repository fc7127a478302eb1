"""A web server with a password and HTTPS in front, as docs/setup/security.md shows it: the real nginx."""

import base64
import json
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from rig.pages import blocks
from rig.ports import free_port
from rig.program import Program, running, wait_for
from tools.tree import ROOT

NAME = "recorder.vessel.lan"
USER, PASSWORD = "mate", "a long word"
PAGE = (ROOT / "docs/setup/security.md").read_text("utf-8")
BLOCKS = blocks(PAGE, "nginx")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not all(map(shutil.which, ("nginx", "openssl"))), reason="nginx or openssl is not installed"),
]


def configuration(folder: Path, program: Program, port: int, more: str = "") -> str:
    """The page's lines with this test's ports and files; what is not said there is left to nginx."""
    server = BLOCKS[0].replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;{more}")
    server = server.replace("http://127.0.0.1:13000", program.url).replace("/etc/nginx/", f"{folder}/")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log info;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{server}}}\n"
    )


@contextmanager
def in_front(folder: Path, program: Program, more: str = "") -> Iterator[int]:
    """nginx with a certificate and a user of its own; its port."""
    certificate = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    files = ["-keyout", str(folder / "recorder.key"), "-out", str(folder / "recorder.crt")]
    subprocess.run(["openssl", *certificate, *files], check=True, capture_output=True)
    word = subprocess.run(["openssl", "passwd", "-apr1", PASSWORD], check=True, capture_output=True, text=True).stdout
    (folder / "recorder.users").write_text(f"{USER}:{word}")
    port = free_port()
    (folder / "nginx.conf").write_text(configuration(folder, program, port, more))
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        wait_for(lambda: answers(port, process), "nginx to answer")
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "nginx has ended"
    try:
        return asked(port, "/").status_code > 0
    except httpx.TransportError:
        return False


def asked(port: int, path: str, *, method: str = "GET", auth: tuple[str, str] | None = None) -> httpx.Response:
    headers = {"Host": NAME, "Origin": f"https://{NAME}"} if method == "POST" else {"Host": NAME}
    address = f"https://127.0.0.1:{port}{path}"
    return httpx.request(method, address, headers=headers, auth=auth, verify=False, timeout=60)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("program")
    names = {"SEACORDER_SERVER_ALLOWED_HOSTS": NAME}
    with running(folder, {"Bow": "test:?size=320x180&rate=25"}, variables=names) as started:
        started.wait_live()
        yield started


def test_nobody_gets_in_without_the_password(tmp_path: Path, program: Program) -> None:
    with in_front(tmp_path, program) as port:
        for path in ("/", "/api/v1/status", "/api/inspector/startrecording"):
            assert asked(port, path).status_code == 401
            assert asked(port, path, auth=(USER, "wrong")).status_code == 401
    assert program.rows("recordings") == []


def test_page_commands_and_live_events_pass_with_it(tmp_path: Path, program: Program) -> None:
    with in_front(tmp_path, program) as port:
        page = asked(port, "/", auth=(USER, PASSWORD))
        assert page.status_code == 200
        assert "page.js" in page.text
        token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        head = {"Authorization": f"Basic {token}"}
        address = f"wss://{NAME}/api/v1/events?cursor=0"
        sock = socket.create_connection(("127.0.0.1", port))
        with connect(address, sock=sock, ssl=trusting, additional_headers=head, proxy=None) as events:
            started = asked(port, "/api/v1/recording/start", method="POST", auth=(USER, PASSWORD))
            assert started.status_code == 200, started.text
            kinds = iter(lambda: json.loads(events.recv(timeout=60))["kind"], "recording_started")
            assert "channel_live" in list(kinds)
        assert asked(port, "/api/v1/recording/stop", method="POST", auth=(USER, PASSWORD)).status_code == 200


def test_chosen_addresses_need_no_password(tmp_path: Path, program: Program) -> None:
    with in_front(tmp_path, program, BLOCKS[1].replace("10.0.0.8", "127.0.0.1")) as port:
        assert asked(port, "/api/inspector/isrecording").status_code == 200
