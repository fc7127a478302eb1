"""Ids in the paths of `/api/v1`: how long they may be, and what the reference says of each."""

from typing import Annotated

from fastapi import Path

_CHARACTERS_MAX = 80

RecordingId = Annotated[str, Path(max_length=_CHARACTERS_MAX, description="`id` of the recording")]
ObservationId = Annotated[str, Path(max_length=_CHARACTERS_MAX, description="`id` of the observation")]
RowId = Annotated[
    str, Path(max_length=_CHARACTERS_MAX, description="`id` of the row; of a recording's file, `recording_id`")
]
