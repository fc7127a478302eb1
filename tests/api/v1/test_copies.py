"""`/api/v1/copies`, and the copies of a recording."""

import httpx

from fakes.recorder import FakeRecorder
from seacorder.base.message import Message
from seacorder.model.copies import CopyProgress, CopyState, CopyStatus, VerifiedCopy
from seacorder.model.recording import Recording, RecordingState

NOW_NS = 1_700_000_000_000_000_000


async def test_without_targets_the_list_is_empty(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v1/copies")).json() == {"items": []}


async def test_each_target_with_what_is_behind(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    recorder.copies.statuses = (
        CopyStatus(
            "NAS", "/nas", CopyState.FAILED, NOW_NS, Message("It is full.", "Make room."), behind_files=3,
            behind_bytes=900, behind_folders=1, behind_since_utc_ns=NOW_NS, progress=CopyProgress("Bow.mp4", 5, 10),
            copied_files=8, copied_bytes=4_000, newest_utc_ns=NOW_NS, is_too_late=True,
        ),
    )
    (found,) = (await client.get("/api/v1/copies")).json()["items"]
    assert found == {
        "name": "NAS", "address": "/nas", "state": "failed", "since_utc": "2023-11-14T22:13:20.000000Z",
        "why": {"fact": "It is full.", "action": "Make room."}, "behind_files": 3, "behind_bytes": 900,
        "behind_folders": 1, "behind_since_utc": "2023-11-14T22:13:20.000000Z", "is_too_late": True,
        "progress": {"file": "Bow.mp4", "done_bytes": 5, "bytes": 10, "is_checking": False}, "copied_files": 8,
        "copied_bytes": 4_000, "newest_utc": "2023-11-14T22:13:20.000000Z",
    }


async def test_the_complete_copies_of_a_recording(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    recorder.catalogue.held = [Recording("r", 1, 2, RecordingState.FINISHED)]
    recorder.copies.held["r"] = (VerifiedCopy("NAS", "disk 1", NOW_NS, 5, 5_000),)
    assert (await client.get("/api/v1/recordings/r/copies")).json() == {"items": [
        {"target": "NAS", "place": "disk 1", "verified_utc": "2023-11-14T22:13:20.000000Z", "files": 5, "bytes": 5_000}
    ]}
    recorder.catalogue.held.append(Recording("new", 1, 2, RecordingState.FINISHED))
    assert (await client.get("/api/v1/recordings/new/copies")).json() == {"items": []}
    assert (await client.get("/api/v1/recordings/none/copies")).status_code == 404
