"""What every table of the settings file is made of."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class SettingsTable(BaseModel):
    """A table of the settings file: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


def key(default: Any, description: str, accepted: str, **limits: Any) -> Any:
    """A field with its meaning and, in words, what it takes."""
    return Field(default, description=description, json_schema_extra={"accepted": accepted}, **limits)
