"""The real setup over a settings file in a folder of the test; nothing is really tried or started again."""

from collections.abc import Collection
from pathlib import Path

from seacorder.base.errors import BadRequest
from seacorder.base.message import Message
from seacorder.config.load import source_of
from seacorder.config.schema import ServerSettings, Settings
from seacorder.control.events.log import EventKind
from seacorder.control.settings.setup import Restarting, Setup
from seacorder.model.channel import ChannelSettings, PictureFormat
from seacorder.model.command import PreviewOverlay, TryInput, TryLine
from seacorder.model.report import InputTried, JpegPicture, LineTried
from seacorder.model.setup import Difference
from seacorder.telemetry.line_trial import read_line


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

    async def line(self, order: TryLine) -> LineTried:
        return read_line(order)


class FakeChannels:
    """Puts channels into force at once, but for those in `recorded`."""

    def __init__(self, settings: Settings) -> None:
        self.channels = self._wanted = settings.channel_settings()
        self.recorded: set[str] = set()

    def waiting(self, channel: str) -> Difference:
        present = {one.name: one for one in self.channels}.get(channel)
        wanted = {one.name: one for one in self._wanted}.get(channel)
        if present is None:
            return Difference.NONE
        changed = Difference.REMOVED if wanted is None else Difference.CHANGED
        return Difference.NONE if wanted is not None and wanted.address == present.address else changed

    async def use(self, settings: Settings, changed: Collection[str]) -> None:
        self._wanted = settings.channel_settings()
        assert changed
        kept = {one.name: one for one in self.channels if one.name in self.recorded}
        new = [kept.pop(one.name, one) for one in self._wanted]
        self.channels: tuple[ChannelSettings, ...] = (*new, *kept.values())


class FakeListening:
    """Port 13009 is taken by another program."""

    def __init__(self, now: ServerSettings) -> None:
        self._now = now

    def now(self) -> ServerSettings:
        return self._now

    def after(self, coming: ServerSettings) -> ServerSettings:
        return coming

    def check(self, coming: ServerSettings) -> None:
        if coming.inspector_port == 13009:
            raise BadRequest("Port 13009 is taken.", "Choose another port.", field="inspector_port")


class SetupBench:
    """A settings file, and the setup of a recorder that was started with it."""

    def __init__(self, folder: Path, text: str) -> None:
        self.path, self.page = folder / "seacorder.toml", folder / "seacorder.page.toml"
        self.path.write_text(text, encoding="utf-8")
        self.trials = FakeTrials()
        self.said: list[str] = []
        self.busy: Message | None = None
        self.restarts = 0
        self.setup = self.started()

    def started(self) -> Setup:
        """The setup of a program that is started now."""
        source = source_of(self.path, {})
        settings = source.in_use().settings
        self.channels = FakeChannels(settings)
        again = Restarting(lambda: self.busy, self.restart, FakeListening(settings.server))
        return Setup(source, settings, self, self.channels, self.trials, again)  # type: ignore[arg-type]

    def restart(self) -> None:
        self.restarts += 1

    def note(self, kind: EventKind, fact: str, action: str = "") -> None:
        assert kind is EventKind.SETTINGS_CHANGED
        self.said.append(fact)
