"""A bucket without room, whatever its server calls that: one sentence, and it goes on when there is room again."""

from pathlib import Path

import pytest

from copies.full_server import full_server
from copies.places import FILES, Copies, make_folder
from seacorder.copies.bucket_place import BucketPlace
from seacorder.model.copies import CopyFault, CopyTarget

ANSWERS = [
    pytest.param(507, "XMinioStorageFull", "XMinioStorageFull", id="MinIO's disk"),
    pytest.param(400, "XMinioAdminBucketQuotaExceeded", "XMinioAdminBucketQuotaExceeded", id="MinIO's quota"),
    pytest.param(403, "QuotaExceeded", "QuotaExceeded", id="Ceph's quota"),
    pytest.param(507, "AWordOfItsOwn", "AWordOfItsOwn", id="another word"),
    pytest.param(507, "", "507", id="without a word"),
]


@pytest.mark.parametrize(("status", "code", "told"), ANSWERS)
def test_a_full_bucket_is_told_in_one_sentence_and_gone_on_with(
    status: int, code: str, told: str, tmp_path: Path
) -> None:
    source = make_folder(tmp_path / "DATA_1")
    with full_server() as server:
        target = CopyTarget("Office", "s3://films/rec", endpoint=server.url, access_key="a", secret_key="b")
        copies = Copies(source, BucketPlace(target), target)
        server.refuses = (status, code)
        ended = copies.run("Bow.mp4")
        assert (ended.fault, ended.copied) == (CopyFault.TARGET, None)
        assert ended.why is not None
        assert ended.why.text == f"Office: bucket films/rec is full ({told}). Make room there."
        assert server.objects == {}
        server.refuses = None
        assert copies.run(is_complete=True).copied is not None
        assert server.objects["/films/rec/2026/DATA_1/Bow.mp4"] == FILES["Bow.mp4"]
