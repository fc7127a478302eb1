"""How much of a keyframe is decoded: as little as tells that the picture lives. All of it where it may not.

See docs/design/pictures.md.
"""

from collections.abc import Callable

from seacorder.channel.picture_check.judge import COLUMNS, ROWS, KeyframeLook, PictureJudge
from seacorder.channel.picture_check.luma import luma_of, upper_luma_of
from seacorder.model.channel import PictureFault
from seacorder.model.sample import Sample, SourceFormat

LEAST_SHARE = 1 / 16
FIRST_SHARE = 1 / 8
MOST_SHARE = 1 / 2
"""Of a picture's height, for a glance. With more, it costs as much as a look at the whole picture."""
LOOKS = 8
"""A smaller share is tried when a third of the lines have been enough so many times one after the other."""
LOOKS_MAX = 512
"""After each trial that fails, twice as many, up to this."""


class GlanceShare:
    """The share of a picture's height that a glance decodes, learned from what was needed. Pure."""

    def __init__(self) -> None:
        self.height = FIRST_SHARE
        self._patience = LOOKS
        self._roomy = 0
        """How many of the latest looks, one after the other, needed no more than a third of their lines."""
        self._trial = 0
        """How many more looks must tell before a share that has just become smaller counts as proven."""

    @property
    def is_whole(self) -> bool:
        return self.height > MOST_SHARE

    def told(self, lines: int | None, of: int) -> None:
        """It took so many of so many lines to see that the picture was new; None: all were too few."""
        if self._trial == 1:
            self._patience = LOOKS
        self._trial = max(0, self._trial - 1)
        self._roomy = self._roomy + 1 if lines is not None and 3 * lines <= of else 0
        if self._roomy >= self._patience and self.height > LEAST_SHARE:
            self.height, self._roomy, self._trial = self.height / 2, 0, LOOKS

    def failed(self) -> None:
        """A glance did not tell."""
        if self._trial:
            self._patience = min(2 * self._patience, LOOKS_MAX)
        self.height, self._roomy, self._trial = 2 * self.height, 0, 0


class Glances:
    """Looks at keyframes on behalf of a judge. What it finds is what looks at whole keyframes would find. Not
    thread-safe."""

    def __init__(
        self,
        whole: Callable[[Sample, SourceFormat], bytes | None] = luma_of,
        upper: Callable[[Sample, SourceFormat, float], bytes] = upper_luma_of,
    ) -> None:
        """`whole` and `upper` decode: all of a keyframe, and the upper share of its height."""
        self._whole, self._upper = whole, upper
        self._judge = PictureJudge()
        self._share = GlanceShare()
        self._unfinished: tuple[Sample, SourceFormat] | None = None
        """The keyframe of the last look, where only its upper part was decoded."""

    @property
    def is_suspicious(self) -> bool:
        return self._judge.is_suspicious

    def begin_anew(self) -> None:
        """A new connection: see `PictureJudge.begin_anew`."""
        self._judge.begin_anew()
        self._unfinished = None

    def see(self, keyframe: Sample, source: SourceFormat) -> PictureFault | None:
        """The fault after a look at this keyframe; one that cannot be decoded changes nothing. Blocks while it
        decodes."""
        if not (self._share.is_whole or self._judge.is_suspicious) and self._glances(keyframe, source):
            return self._judge.fault
        self._finish_last()
        luma = self._whole(keyframe, source)
        if luma is None:
            return self._judge.fault
        if self._share.is_whole and not self._judge.is_suspicious:
            self._share.told(self._judge.lines_to_tell(luma), ROWS)
        return self._judge.see(KeyframeLook(keyframe.instant_ns, luma))

    def _glances(self, keyframe: Sample, source: SourceFormat) -> bool:
        """True when the upper part of the keyframe has told that the picture is new."""
        if self._judge.is_first:
            return False
        upper = self._upper(keyframe, source, self._share.height)
        lines = self._judge.lines_to_tell(upper)
        if lines is None:
            self._share.failed()
            return False
        self._share.told(lines, len(upper) // COLUMNS)
        self._judge.see_new(KeyframeLook(keyframe.instant_ns, upper))
        self._unfinished = (keyframe, source)
        return True

    def _finish_last(self) -> None:
        """Decodes the rest of the keyframe before, since now all of its lines are compared."""
        if self._unfinished is None:
            return
        luma = self._whole(*self._unfinished)
        self._unfinished = None
        if luma is None:
            self._judge.begin_anew()
        else:
            self._judge.complete_last(luma)
