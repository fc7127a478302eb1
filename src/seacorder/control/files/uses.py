"""Who needs the files of a recording just now, so that nobody removes them meanwhile."""

from collections.abc import Callable


class Uses:
    """For the event loop alone; nothing waits."""

    def __init__(self) -> None:
        self._by: dict[str, dict[object, str]] = {}

    def begin(self, recording_id: str, why: str) -> Callable[[], None]:
        """Somebody begins to need it. `why` is a sentence about the recording, such as "An archive of it is being
        made."; the function that is returned says that it is over, and may be called again."""
        mark = object()
        self._by.setdefault(recording_id, {})[mark] = why

        def end() -> None:
            mine = self._by.get(recording_id, {})
            mine.pop(mark, None)
            if not mine:
                self._by.pop(recording_id, None)

        return end

    def why(self, recording_id: str) -> str:
        """Why it is needed; empty if it is not."""
        return next(iter(self._by.get(recording_id, {}).values()), "")

    @property
    def needed(self) -> tuple[str, ...]:
        """The ids of the recordings that are needed."""
        return tuple(self._by)
