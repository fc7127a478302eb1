"""What a file's name is made from. The evaluation itself is in `storage.names`."""

from dataclasses import dataclass

from seacorder.model.recording import FileKind


@dataclass(frozen=True, slots=True)
class Naming:
    """Everything a worker needs to name one file: `<base_folder>/<directory_template>/<file_template>.<extension>`."""

    base_folder: str
    """Absolute and already checked against the allowed folders."""
    directory_template: str
    directory_utc_ns: int
    """The instant whose time tags the directory carries."""
    file_template: str
    file_utc_ns: int
    """The instant whose time tags the file name carries."""
    kind: FileKind
    use_utc: bool = False
    """Time tags in UTC instead of local time."""
    fallback_folder: str | None = None
    """Takes the place of `base_folder` while that volume has no room or fails; None: there is no second volume."""
