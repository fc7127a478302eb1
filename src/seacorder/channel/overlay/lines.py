"""The lines of the overlay as text: what subtitles show where pictures do not carry the overlay themselves."""

from seacorder.base.clock import NS_PER_MS
from seacorder.channel.overlay.fields import Fields
from seacorder.channel.overlay.texts import ShownTexts
from seacorder.model.overlay import Layer, LayerKind
from seacorder.model.overlay_line import line_or_text

STEP_NS = 200 * NS_PER_MS
"""Values in subtitles change at most five times a second: nobody reads faster, and each change is a cue."""


class ShownLines:
    """One channel's; safe from any thread."""

    def __init__(self, layers: tuple[Layer, ...], texts: ShownTexts, fields: Fields) -> None:
        own = [layer.text for layer in sorted(layers, key=lambda layer: layer.z) if layer.kind is LayerKind.TEXT]
        self._lines = [line_or_text(text) if text else None for text in own]
        """Of the text layers, from the lowest on; None: the client's text."""
        if None not in self._lines:
            self._lines.append(None)
        self._has_fields = any(line is not None and line.fields for line in self._lines)
        self._texts = texts
        self._fields = fields

    def clients(self, instant_ns: int) -> str:
        """The client's text valid at an instant (monotonic), with the values of its fields."""
        text = self._texts.at(instant_ns)
        return line_or_text(text).text(self._fields.over_picture(instant_ns)) if "{" in text else text

    def at(self, instant_ns: int) -> str:
        """All lines valid at an instant (monotonic). Without a field in any of them, the client's text alone."""
        if not self._has_fields:
            return self.clients(instant_ns)
        lookup = self._fields.over_picture(instant_ns - instant_ns % STEP_NS)
        shown = [self.clients(instant_ns) if line is None else line.text(lookup) for line in self._lines]
        return "\n".join(line for line in shown if line)

    @property
    def has_fields(self) -> bool:
        """There is always something to show: the values of fields, or dashes."""
        return self._has_fields

    @property
    def are_beside(self) -> bool:
        """The same, where the pictures do not carry it."""
        return self._has_fields and not self._texts.is_burned_in

    def beside(self, instant_ns: int) -> str:
        """The same, where the pictures do not carry it."""
        texts = self._texts
        if texts.is_burned_in or (texts.is_unused and not self._has_fields):
            return ""  # nothing is looked up, since this is asked for every picture
        return self.at(instant_ns)
