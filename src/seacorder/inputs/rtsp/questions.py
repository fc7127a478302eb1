"""Which request an answer belongs to (RFC 2326, 12.17), also with cameras that count sloppily.

Pure. An answer bears the CSeq of its request. Some cameras leave it out, some answer every request with one number, and
some are off by one. Two rules cover them all:

* As long as a camera has counted right, the number decides. A number that belongs to no open request is in doubt: it
  may be a late second answer. If nothing better comes, the only answer to the only open request is its answer, and the
  camera counts wrongly from then on. A number that was never sent is no late answer, so it is not waited for.
* With a camera that counts wrongly the order decides: it answers requests in the order in which they were sent.
"""

from dataclasses import dataclass

from seacorder.inputs.rtsp.messages import Message

_OPEN_MAX = 8
"""Requests without an answer that are remembered; a camera that never answers is not to fill the memory."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request, by its CSeq."""

    sequence: int
    method: str


class Questions:
    """The requests of one connection that wait for their answers."""

    def __init__(self, *, counts_wrongly: bool = False) -> None:
        """`counts_wrongly`: an earlier connection has shown it."""
        self.counts_wrongly = counts_wrongly
        self._sent = 0
        self._open: list[Question] = []
        self._doubtful: Message | None = None

    def ask(self, method: str) -> Question:
        """A new request."""
        self._sent += 1
        self._doubtful = None
        question = Question(self._sent, method)
        self._open = [*self._open, question][-_OPEN_MAX:]
        return question

    def take(self, answer: Message) -> Question | None:
        """The request that `answer` belongs to; None when it is in doubt, or belongs to none."""
        if not self._open or answer.status is None or answer.status < 200:  # 100 Continue: the answer is still to come
            return None
        number = answer.sequence
        if number is None or self.counts_wrongly:
            return self._open.pop(0)
        found = next((one for one in self._open if one.sequence == number), None)
        if found is not None:
            self._open.remove(found)
            return found
        if len(self._open) > 1:
            return None
        if not 0 < number <= self._sent:
            return self._only()
        self._doubtful = answer
        return None

    @property
    def is_in_doubt(self) -> bool:
        """An answer waits for `settle`."""
        return self._doubtful is not None

    def settle(self) -> tuple[Question, Message] | None:
        """Nothing better came: the answer in doubt belongs to the only open request."""
        answer, self._doubtful = self._doubtful, None
        if answer is None or len(self._open) != 1:
            return None
        return self._only(), answer

    def _only(self) -> Question:
        self.counts_wrongly = True
        return self._open.pop(0)
