"""An S3 bucket as a place for copies.

A file of more than one part (8 MiB) is sent as a multipart upload, so that after an interruption only the part that was
on its way is sent again; which parts are there the server tells. An object appears under its name once all of it is
there, and is read back from the server then; one that is not as it was sent is deleted again.
"""

import io
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from seacorder.base.errors import StorageFailed
from seacorder.copies.bucket_client import (
    GONE,
    BucketAccess,
    BucketAddress,
    faults,
    make_client,
    read_keys,
    status_of,
    why_of,
)
from seacorder.copies.contract import CopyFailed, target_failed
from seacorder.copies.source_file import MOST_BLOCK_BYTES, Meter, SourceFile
from seacorder.model.copies import CopyTarget

PART_BYTES = 8 * 1024 * 1024
MOST_PARTS = 9_000
"""S3 takes 10,000."""
_SENT_AT_ONCE_BYTES = 256 * 1024
"""HTTP libraries read a body in smaller pieces than this when they send it, and in larger ones when they hash it."""
_FULL = frozenset({
    "QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientCapacity",
    "InsufficientStorage", "507", "EntityTooLarge",
})
_NO_ROOM = 507
"""HTTP's "Insufficient Storage" (RFC 4918): a server that answers it is full, whatever it says besides."""
_REFUSED = frozenset({"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "403", "401"})
_LOOK = "Check the network, `endpoint` and the server."
Result = TypeVar("Result")


class BucketPlace:
    """One bucket, or what lies below a prefix in it. Raises CopyFailed where it cannot be used."""

    mount = ""

    def __init__(self, target: CopyTarget, make: Callable[[BucketAccess], Any] = make_client) -> None:
        self._name = target.name
        self._address = BucketAddress.of(target.address)
        self.identity = f"bucket {target.endpoint} {self._address.bucket}/{self._address.prefix}"
        keys = (target.access_key, target.secret_key)
        if target.keys_file:
            try:
                keys = read_keys(target.keys_file)
            except StorageFailed as fault:
                what = f"{self._name}: {fault.fact}"
                raise target_failed(what, "Write access key and secret key into it.") from fault
        self._client = self._try(lambda: make(BucketAccess(target.endpoint, target.region, *keys)))
        self._try(lambda: self._client.head_bucket(Bucket=self._address.bucket))

    def size_of(self, name: str) -> int | None:
        def size() -> int | None:
            try:
                return int(self._client.head_object(**self._of(name))["ContentLength"])
            except faults() as fault:
                if why_of(fault) in GONE:
                    return None
                raise

        return self._try(size)

    def store(self, name: str, source: SourceFile) -> None:
        if source.size <= PART_BYTES:
            self._try(lambda: self._put(name, source))
        else:
            self._try(lambda: self._send_parts(name, source))

    def stored(self, name: str) -> Iterator[bytes]:
        return self.bytes_of(name)

    def keep(self, name: str, source: SourceFile) -> None:
        """The object has its name already."""

    def discard(self, name: str) -> None:
        self._try(lambda: self._client.delete_object(**self._of(name)))

    def unfinished(self, folder: str) -> list[str]:
        begin = self._address.key(f"{folder}/" if folder else "")
        names = (key.removeprefix(begin) for key, _ in self._try(lambda: self._uploads(begin)))
        return sorted({f"{folder}/{name}" if folder else name for name in names if "/" not in name})

    def forget(self, name: str) -> None:
        of = self._of(name)
        for key, upload in self._try(lambda: self._uploads(of["Key"])):
            if key == of["Key"]:
                self._try(lambda upload=upload: self._client.abort_multipart_upload(**of, UploadId=upload))  # type: ignore[misc]

    def bytes_of(self, name: str, begin: int = 0) -> Iterator[bytes]:
        """`begin`: so many bytes are left out."""
        of = self._of(name) | ({"Range": f"bytes={begin}-"} if begin else {})
        body = self._try(lambda: self._client.get_object(**of)["Body"])
        try:
            while block := self._try(lambda: body.read(MOST_BLOCK_BYTES)):
                yield block
        finally:
            body.close()

    def _put(self, name: str, source: SourceFile) -> None:
        data = b"".join(source.blocks(is_paced=False))
        self._client.put_object(**self._of(name), Body=_SentBody(data, source.sending()))

    def _send_parts(self, name: str, source: SourceFile) -> None:
        upload, there = self._begun(name)
        meter, sent = source.sending(), dict[int, str]()
        for number, data in enumerate(_parts(source), start=1):
            etag, size = there.get(number, ("", -1))
            if size == len(data):
                meter.skipped(len(data))
            else:
                etag = self._client.upload_part(
                    **self._of(name), UploadId=upload, PartNumber=number, Body=_SentBody(data, meter)
                )["ETag"]
            sent[number] = etag
        parts = [{"PartNumber": number, "ETag": etag} for number, etag in sent.items()]
        self._client.complete_multipart_upload(**self._of(name), UploadId=upload, MultipartUpload={"Parts": parts})

    def _begun(self, name: str) -> tuple[str, dict[int, tuple[str, int]]]:
        """The upload that an earlier try has begun, or a new one; by number the parts that are there."""
        of = self._of(name)
        begun = [upload for key, upload in self._uploads(of["Key"]) if key == of["Key"]]
        if not begun:
            return self._client.create_multipart_upload(**of)["UploadId"], {}
        there: dict[int, tuple[str, int]] = {}
        marker = 0
        while True:
            page = self._client.list_parts(**of, UploadId=begun[-1], PartNumberMarker=marker)
            there |= {int(one["PartNumber"]): (one["ETag"], int(one["Size"])) for one in page.get("Parts", ())}
            if not page.get("IsTruncated"):
                return begun[-1], there
            marker = page["NextPartNumberMarker"]

    def _uploads(self, begin: str) -> list[tuple[str, str]]:
        """Key and id of each upload that was begun and not completed, of keys that begin so."""
        asked = self._client.list_multipart_uploads(Bucket=self._address.bucket, Prefix=begin)
        return [(one["Key"], one["UploadId"]) for one in asked.get("Uploads", ())]

    def _of(self, name: str) -> dict[str, str]:
        return {"Bucket": self._address.bucket, "Key": self._address.key(name)}

    def _try(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except faults() as fault:
            raise self._refused(why_of(fault), status_of(fault)) from fault
        except (ValueError, OSError) as fault:  # an endpoint that is none, a certificate that cannot be read
            raise target_failed(f"{self._name}: {self._address} cannot be reached ({fault}).", _LOOK) from fault

    def _refused(self, why: str, status: int) -> CopyFailed:
        if why in _FULL or status == _NO_ROOM:
            return target_failed(f"{self._name}: {self._address} is full ({why}).", "Make room there.")
        if why in _REFUSED:
            fact = f"{self._name}: the server of {self._address} refuses the keys ({why})."
            return target_failed(fact, "Check `access_key` and `secret_key`, and what they are allowed to do.")
        if why in {"NoSuchBucket", "404"}:
            return target_failed(f"{self._name}: there is no {self._address}.", "Create the bucket.")
        if why == "RequestTimeTooSkewed":
            fact = f"{self._name}: this computer's clock and the server's are too far apart."
            return target_failed(fact, "Set the clock that is wrong.")
        return target_failed(f"{self._name}: {self._address} cannot be used ({why}).", _LOOK)


class _SentBody(io.BytesIO):
    """What is sent. Keeps to the pace and tells how far it is, as it is read by the connection."""

    def __init__(self, data: bytes, meter: Meter) -> None:
        super().__init__(data)
        self._meter = meter

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if size is not None and 0 < size <= _SENT_AT_ONCE_BYTES:
            self._meter.took(len(data))
        return data


def part_bytes(size: int) -> int:
    """How large the parts of a file are: the same at every try."""
    return max(PART_BYTES, -(-size // MOST_PARTS))


def _parts(source: SourceFile) -> Iterator[bytes]:
    most, held = part_bytes(source.size), bytearray()
    for block in source.blocks(is_paced=False):
        held += block
        while len(held) >= most:
            yield bytes(held[:most])
            del held[:most]
    if held:
        yield bytes(held)
