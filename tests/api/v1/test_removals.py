"""Removing a recording over the API: what would go, the order, and what was removed."""

import httpx
import pytest

from fakes.recorder import FakeRecorder
from seacorder.base.message import Message
from seacorder.model.dive_context import DiveContext
from seacorder.model.removal import PHRASE, Removal, RemovalOrder, RemovalState, RemovalView

WAITING = RemovalView("r1", RemovalState.WAITING, files=3, bytes=70, folders=("/d",), left=("/d/x.pdf",))


@pytest.fixture(autouse=True)
def known(recorder: FakeRecorder) -> None:
    recorder.removals.views["r1"] = WAITING


async def test_what_would_go_and_what_is_in_the_way(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    plan = (await client.get("/api/v1/recordings/r1/removal")).json()
    assert (plan["state"], plan["files"], plan["bytes"], plan["utc"]) == ("waiting", 3, 70, None)
    assert (plan["folders"], plan["left"], plan["hindrance"], plan["phrase"]) == (["/d"], ["/d/x.pdf"], None, PHRASE)
    recorder.removals.views["r1"] = RemovalView("r1", RemovalState.WAITING, hindrance=Message("It runs.", "Stop it."))
    plan = (await client.get("/api/v1/recordings/r1/removal")).json()
    assert plan["hindrance"] == {"fact": "It runs.", "action": "Stop it."}
    assert (await client.get("/api/v1/recordings/none/removal")).status_code == 404


async def test_an_order_says_by_whom_and_which_copy(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    body = {"verified_copy": "/usb", "by": " Ines\n Berg ", "why": "Handed over"}
    answer = await client.post("/api/v1/recordings/r1/remove", json=body)
    assert (answer.status_code, answer.json()["state"], answer.json()["copies"]) == (200, "verifying", ["/usb"])
    recorder.dive_context = DiveContext(operator="Ann")
    await client.post("/api/v1/recordings/r1/remove", json={"phrase": PHRASE})
    assert recorder.removals.orders == [
        RemovalOrder("r1", "Ines Berg", "Handed over", ("/usb",)), RemovalOrder("r1", "Ann", phrase=PHRASE)
    ]


@pytest.mark.parametrize(
    "body", [{"verified_copy": ""}, {"verified_copy": "/a\0b"}, {"force": True}, {"by": "x" * 300}]
)
async def test_what_is_not_accepted_orders_nothing(
    client: httpx.AsyncClient, recorder: FakeRecorder, body: dict[str, object]
) -> None:
    assert (await client.post("/api/v1/recordings/r1/remove", json=body)).status_code == 400
    assert recorder.removals.orders == []


async def test_what_was_removed_is_listed(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    recorder.catalogue.held = [
        Removal("r1", 1000, 2000, 3000, RemovalState.REMOVED, "Ines", "", "/usb\n/nas", 3, 70, "[]")
    ]
    (row,) = (await client.get("/api/v1/removals")).json()["items"]
    assert (row["recording_id"], row["state"], row["by"], row["copies"]) == ("r1", "removed", "Ines", ["/usb", "/nas"])
    assert "document" not in row


async def test_what_is_missing_is_listed_and_somebody_can_know_it(
    client: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    recorder.catalogue.held = [recorder.absences.missing]
    (row,) = (await client.get("/api/v1/absences")).json()["items"]
    assert (row["path"], row["seen_utc"], row["back_utc"]) == ("/d/Bow.mp4", None, None)
    for named in ("r1", "/d/Bow.mp4"):
        answer = await client.post("/api/v1/absences/seen", json={"of": named, "by": "Ines"})
        assert [(one["path"], one["seen_by"]) for one in answer.json()["items"]] == [("/d/Bow.mp4", "Ines")]
    assert (await client.post("/api/v1/absences/seen", json={"of": "other"})).status_code == 404
    assert (await client.post("/api/v1/absences/seen", json={"by": "Ines"})).status_code == 400
