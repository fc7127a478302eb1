"""What the rules of `[removal]` come to, over the API and in the status."""

import httpx

from fakes.recorder import FakeRecorder
from seacorder.base.message import Message
from seacorder.model.removal_rules import RemovalRules, RuleItem, RuleName, RulesView

NOW_NS = 1_700_000_000_000_000_000
WHY = "It ended 61 days ago, and older_than_days is 60."
STAYS = Message("No verified copy of it is known.", "See `seacorder copies`.")


def item(name: str, hindrance: Message | None = None) -> RuleItem:
    return RuleItem(name, NOW_NS, NOW_NS, 70, RuleName.OLDER_THAN, WHY, hindrance)


async def test_without_a_rule_there_is_nothing(client: httpx.AsyncClient) -> None:
    rules = (await client.get("/api/v1/removals/rules")).json()
    assert (rules["is_on"], rules["items"]) == (False, [])
    assert (await client.get("/api/v1/status")).json()["removal_rules"] is None


async def test_what_goes_and_what_stays(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    items = (item("r1", STAYS), item("r2"))
    recorder.removal_rules.shown = RulesView(
        RemovalRules(older_than_days=60, copies=2), 900, NOW_NS, items=items, removing="r2"
    )
    rules = (await client.get("/api/v1/removals/rules")).json()
    assert (rules["is_on"], rules["older_than_days"], rules["copies"], rules["held_bytes"]) == (True, 60.0, 2, 900)
    assert (rules["ages_count_from_utc"], rules["clock"], rules["removing"]) == (
        "2023-11-14T22:13:20.000000Z", None, "r2"
    )
    assert [one["hindrance"] for one in rules["items"]] == [{"fact": STAYS.fact, "action": STAYS.action}, None]
    assert (rules["items"][1]["rule"], rules["items"][1]["why"]) == ("older_than_days", WHY)
    assert (await client.get("/api/v1/status")).json()["removal_rules"] == {
        "going": 1, "going_bytes": 70, "staying": 1, "why": {"fact": STAYS.fact, "action": STAYS.action},
        "removing": "r2",
    }


async def test_a_clock_that_is_not_believed_stands_in_the_status(
    client: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    clock = Message("This computer's clock is in 1970.", "Set it.")
    recorder.removal_rules.shown = RulesView(RemovalRules(older_than_days=60), clock=clock)
    assert (await client.get("/api/v1/status")).json()["removal_rules"]["why"]["fact"] == clock.fact
    assert (await client.get("/api/v1/removals/rules")).json()["clock"]["action"] == "Set it."
