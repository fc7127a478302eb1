"""`/api/v1/context`."""

import httpx
import pytest

from fakes.recorder import FakeRecorder
from seacorder.model.dive_context import DiveContext

PATH = "/api/v1/context"


async def test_fields_are_changed_one_by_one_and_null_leaves_one(
    client: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    answer = await client.patch(PATH, json={"project": "North field", "Dive": "12"})
    assert answer.status_code == 200
    answer = await client.patch(PATH, json={"project": None, "dive": "", "operator": "Ines"})
    assert answer.json() == {"project": "North field", "dive": "", "task": "", "component": "", "operator": "Ines"}
    assert (await client.get(PATH)).json() == answer.json()
    assert recorder.dive_context == DiveContext(project="North field", operator="Ines")


async def test_put_sets_the_whole_and_delete_empties_it(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    recorder.dive_context = DiveContext(project="North field", dive="12")
    answer = await client.put(PATH, json={"task": "anodes"})
    assert answer.json() == {"project": "", "dive": "", "task": "anodes", "component": "", "operator": ""}
    assert (await client.delete(PATH)).json()["task"] == ""
    assert recorder.dive_context == DiveContext()


@pytest.mark.parametrize(
    ("body", "field"), [({"projekt": "x"}, "projekt"), ({"dive": 12}, "dive"), ({"project": "x" * 201}, "project")]
)
async def test_mistakes_change_nothing(
    client: httpx.AsyncClient, recorder: FakeRecorder, body: dict[str, object], field: str
) -> None:
    recorder.dive_context = DiveContext(dive="12")
    answer = await client.patch(PATH, json=body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert recorder.dive_context == DiveContext(dive="12")
