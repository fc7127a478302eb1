import pickle

import pytest

from seacorder.base.errors import WorkerLost
from seacorder.base.message import Message
from seacorder.base.unpickle import report_in
from seacorder.model.channel import ChannelState, ChannelStatus, PictureFormat
from seacorder.model.loss import Loss, LossCause
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.recording import FileState, FileStatus, Part
from seacorder.model.report import Answer, JpegPicture, PartClosed

REPORTS = [
    ChannelStatus("Bow", ChannelState.LIVE, 1, None, PictureFormat("h264", 1, 1, 25.0)),
    ChannelStatus("Bow", ChannelState.FAILED, 1, Message("why"), recording=FileStatus("a", "b", 1, 2, 3, 4, 5)),
    Answer(1, ChannelOutcome("Bow", ok=True)),
    JpegPicture(2, b"\xff\xd8"),
    PartClosed(Part("r", "Bow", 1, "/a", 1, 2, 0, 3, 4, FileState.WHOLE)),
    Loss("Bow", 1, 2, None, LossCause.STALL, None),
]


@pytest.mark.parametrize("report", REPORTS)
def test_reports_come_back_equal(report: object) -> None:
    assert report_in(pickle.dumps(report, protocol=pickle.HIGHEST_PROTOCOL)) == report


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x80\x05",
        b"cos\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cseacorder.model.instant\nClock\n.",
        b"\x80\x04\x8c\x16seacorder.model.report\x8c\x15Answer.__init__.x.y.z\x93.",
    ],
)
def test_nothing_else_comes_in(payload: bytes) -> None:
    with pytest.raises(WorkerLost):
        report_in(payload)


def test_getattr_reaches_nothing_but_members_of_enumerations() -> None:
    payload = b"\x80\x04cbuiltins\ngetattr\n(cseacorder.model.report\nAnswer\nV__init__\ntR."
    with pytest.raises(WorkerLost):
        report_in(payload)
