"""The real setup over a settings file in a folder of the test; nothing is really tried or started again."""

from pathlib import Path

from seacorder.config.load import source_of
from seacorder.control.events.log import EventKind
from seacorder.control.settings.setup import Setup
from seacorder.model.channel import PictureFormat
from seacorder.model.command import PreviewOverlay, TryInput
from seacorder.model.report import InputTried, JpegPicture


class FakeTrials:
    """Every camera shows `answer`."""

    def __init__(self) -> None:
        self.answer = InputTried(PictureFormat("h264", 1280, 720, 25.0), b"picture")
        self.orders: list[TryInput] = []
        self.previews: list[PreviewOverlay] = []

    async def result(self, order: TryInput) -> InputTried:
        self.orders.append(order)
        return self.answer

    async def preview(self, order: PreviewOverlay) -> JpegPicture:
        self.previews.append(order)
        return JpegPicture(0, order.jpeg, order.utc_ns)


class SetupBench:
    """A settings file, and the setup of a recorder that was started with it."""

    def __init__(self, folder: Path, text: str) -> None:
        self.path, self.page = folder / "seacorder.toml", folder / "seacorder.page.toml"
        self.path.write_text(text, encoding="utf-8")
        self.trials = FakeTrials()
        self.said: list[str] = []
        self.busy = ""
        self.restarts = 0
        self.setup = self.started()

    def started(self) -> Setup:
        """The setup of a program that is started now."""
        source = source_of(self.path, {})
        settings = source.in_use().settings
        return Setup(source, settings, self, self.trials, lambda: self.busy, self.restart)  # type: ignore[arg-type]

    def restart(self) -> None:
        self.restarts += 1

    def note(self, kind: EventKind, fact: str, action: str = "") -> None:
        assert kind is EventKind.SETTINGS_CHANGED
        self.said.append(fact)
