"""What goes wrong between a client and the recorder."""

from seacorder.base.errors import SeacorderError


class InspectorError(SeacorderError):
    """The recorder refused, failed or did not answer. `str()` is one sentence on what was wrong and what to do."""

    kind = "inspector"

    def __init__(self, sentence: str, *, status: int | None = None, field: str | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        """HTTP status of the answer; None when there was none."""
        self.field = field
        """The field that was not accepted, where the recorder named one."""
