"""What somebody is told: a fact and an action. Errors, alarms, events and answers all carry one."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """A message for people, in two fields of whole sentences. Either may be empty, never both."""

    fact: str
    """What is wrong, or what happened, and what it costs now."""

    action: str = ""
    """What the recorder does about it by itself, then what the reader should do, the likeliest first."""

    @property
    def text(self) -> str:
        """Both fields as one text, for places that have room for one."""
        return joined((self.fact, self.action))

    @property
    def both(self) -> tuple[str, str]:
        """Fact and action, for a call that takes the two."""
        return self.fact, self.action

    def __str__(self) -> str:
        return self.text


def all_of(messages: Iterable[Message]) -> Message | None:
    """Several messages as one, each fact and each action once; None if there is none."""
    several = list(messages)
    facts = dict.fromkeys(one.fact for one in several)
    actions = dict.fromkeys(one.action for one in several)
    return Message(joined(facts), joined(actions)) if several else None


def named(name: str | None, text: str) -> str:
    """The text with this name in front, unless it begins with it."""
    return text if not name or text.startswith(name) else f"{name}: {text}"


def joined(texts: Iterable[str]) -> str:
    """Sentences one after the other, without those that are empty."""
    return " ".join(text for text in texts if text)
