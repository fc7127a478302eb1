"""Which definitions are in force, and which of them a source is read with. Pure.

Of one name, what a client has set goes before the settings file's, and that before a ready one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from seacorder.model.definition.definition import Definition, RecordKind
from seacorder.model.definition.ready import READY
from seacorder.model.framing import Framing, FramingKind

Named = Mapping[str, tuple[Definition, ...]]
"""By name: the definitions that the name means."""


@dataclass(frozen=True, slots=True)
class InForce:
    """All definitions beside the ready ones."""

    in_file: Named = field(default_factory=dict)
    by_clients: Named = field(default_factory=dict)

    @property
    def known(self) -> dict[str, tuple[Definition, ...]]:
        """What each name means: the ready ones first."""
        return {**READY, **self.in_file, **self.by_clients}

    def of_source(self, names: Sequence[str], framing: Framing) -> tuple[Definition, ...]:
        """What a source's records mean, the preferred first. `names` are those that its settings give. Without any it
        is read with what clients have set and with the ready definitions of NMEA sentences.

        Raises KeyError for a name that nobody has defined.
        """
        known = self.known
        if names:
            return tuple(one for name in names for one in known[name])
        new = [name for name in self.by_clients if name not in READY and name not in self.in_file]
        return tuple(
            one for name in (*sorted(new), *READY) for one in known[name] if self._fits_any_source(name, one, framing)
        )

    def _fits_any_source(self, name: str, definition: Definition, framing: Framing) -> bool:
        """Of sentences the header says which are meant. A definition of another form might take an unknown sentence for
        its own, so with the framing of NMEA it is used only by a source that names it.
        """
        if definition.kind is RecordKind.NMEA:
            return True
        is_clients = name in self.by_clients and name not in self.in_file
        return is_clients and framing.kind is not FramingKind.NMEA
