"""`/api/v1/removals/rules`: what the rules of `[removal]` come to now. Nothing is removed by asking."""

from typing import Any

from starlette.responses import Response

from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.view import MessageView, Utc, View, answered, shown
from seacorder.model.removal_rules import RuleItem, RuleName, RulesView


class RuleItemView(View):
    """A recording that a rule is about."""

    recording_id: str
    start_utc: Utc
    end_utc: Utc
    bytes: int
    rule: RuleName
    why: str
    """Why the rule is about it."""
    hindrance: MessageView | None
    """Why it stays for now; null: it goes."""


class RemovalRulesView(View):
    """The rules of `[removal]`, and what they come to now."""

    is_on: bool
    """False: the settings have no rule, and nothing is removed by itself."""
    older_than_days: float
    keep_at_most_bytes: int
    keep_free_bytes: int
    copies: int
    held_bytes: int
    """Of all recordings that are there; 0 while there is no rule."""
    ages_count_from_utc: Utc | None
    """Recordings from before count as old as those from then, because the clock was changed; null: no matter."""
    clock: MessageView | None
    """Why no age is believed now; null: they are."""
    removing: str | None
    """Id of the recording that a rule removes just now: its copies are being read."""
    items: list[RuleItemView]
    """In the order in which they go, those that stay for now among them. At most 500."""


class RulesInStatus(View):
    """What the rules came to when they were looked at last, within the last minute or so."""

    going: int
    going_bytes: int
    """Recordings that go."""
    staying: int
    """Recordings that a rule is about, and that stay for now."""
    why: MessageView | None
    """Why the first of them stays, or why no age is believed; null: nothing is in the way."""
    removing: str | None
    """Id of the recording that a rule removes just now."""


class RuleAnswers:
    """Answers what would go."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def rules(self) -> Response:
        """Which recordings go by themselves, which stay, and why."""
        return answered(rules_view(await self._recorder.removal_rules.view()))


def rules_view(view: RulesView) -> RemovalRulesView:
    """The whole answer."""
    rules = view.rules
    given: dict[str, Any] = {
        "is_on": rules.is_on, "older_than_days": rules.older_than_days, "keep_at_most_bytes": rules.keep_at_most_bytes,
        "keep_free_bytes": rules.keep_free_bytes, "copies": rules.copies,
    }
    clock = None if view.clock is None else shown(MessageView, view.clock)
    return shown(RemovalRulesView, view, clock=clock, items=[_item(one) for one in view.items], **given)


def rules_in_status(view: RulesView) -> RulesInStatus:
    """What the status says of it."""
    going = [one for one in view.items if one.hindrance is None]
    staying = [one.hindrance for one in view.items if one.hindrance is not None]
    why = view.clock or next(iter(staying), None)
    return RulesInStatus(
        going=len(going),
        going_bytes=sum(one.bytes for one in going),
        staying=len(staying),
        why=None if why is None else shown(MessageView, why),
        removing=view.removing,
    )


def _item(one: RuleItem) -> RuleItemView:
    hindrance = None if one.hindrance is None else shown(MessageView, one.hindrance)
    return shown(RuleItemView, one, hindrance=hindrance)
