"""`export`: a bag of what was recorded, from a running recorder, into a file."""

from collections.abc import Mapping
from pathlib import Path

from seacorder.base.errors import BadRequest, StorageFailed
from seacorder.cli.streams import progress_bar
from seacorder.client.recorder import RecorderClient
from seacorder.client.transport import Query

PATIENCE_SECONDS = 120.0
"""Before it sends the first byte, the recorder looks at every file; while it records, it sends slowly."""


def write_bag(url: str, file: Path, what: str, identity: str, query: Mapping[str, Query]) -> None:
    """Writes the file, which is there whole or not at all. Raises BadRequest where it exists, StorageFailed where it
    cannot be written, InspectorError."""
    if file.suffix.lower() != ".zip":
        raise BadRequest(f"{file} does not end with .zip.", "Name a file that does.")
    if file.exists():
        raise BadRequest(f"{file} exists.", "Name another file; none is overwritten.")
    try:
        with RecorderClient(url, timeout_seconds=PATIENCE_SECONDS) as recorder, progress_bar() as progress:
            bar = progress.add_task("Fetching", total=None)
            recorder.export(what, identity, file, lambda count: progress.advance(bar, count), **query)
    except OSError as fault:
        raise StorageFailed(f"{file} cannot be written ({fault.strerror}).", "Check the folder.") from fault
    print(f"Written: {file} ({file.stat().st_size:,} bytes)")
