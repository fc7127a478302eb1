"""Whether a source's files begin at recovery points instead of keyframes, and the sentence that says so. Pure."""

from seacorder.model.sample import Sample


class IntraRefresh:
    """One channel."""

    def __init__(self) -> None:
        self.is_on = False
        self._was_said = False

    def sentence(self, channel: str, beginning: Sample) -> str | None:
        """A picture has come with which a file may begin: what is to be said of it, once."""
        self.is_on = beginning.recovery_frames > 0
        if not self.is_on or self._was_said:
            return None
        self._was_said = True
        return (
            f"{channel} sends intra refresh instead of keyframes. It is recorded; each file begins at a recovery "
            f"point, and its first {beginning.recovery_frames} pictures are shown incomplete. "
            "Switch intra refresh off in the camera for files that are complete from the first picture on."
        )
