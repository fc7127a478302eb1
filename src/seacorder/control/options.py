"""What the recorder is made with: what the settings file says about it as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.blackbox.door import NO_BLACKBOX, BlackboxOptions
from seacorder.control.context import Timeouts
from seacorder.control.settings.store import FixedSettings, SettingsStore
from seacorder.control.workers.encoder_probe import EncoderProbe
from seacorder.model.channel import ChannelSettings
from seacorder.model.completion import NO_PROOF, Proof
from seacorder.model.copies import CopyTarget
from seacorder.model.data_log import DataLogSettings
from seacorder.model.definition.in_force import Named
from seacorder.model.observation_kind import READY_KINDS, ObservationKind
from seacorder.model.observation_rule import ObservationRule
from seacorder.model.removal_rules import NO_RULES, RemovalRules
from seacorder.model.settings import ChannelEncoding, RecorderSettings
from seacorder.model.telemetry import TelemetrySettings
from seacorder.model.volume import MarkedFolder
from seacorder.storage.allowed_folders import AllowedFolders


@dataclass(frozen=True, slots=True)
class RecorderOptions:
    """What the settings file says about the recorder as a whole."""

    first_settings: RecorderSettings = field(default_factory=RecorderSettings)
    """In force until a client changes them."""
    reserve_bytes: int = 2_000_000_000
    file_folders: tuple[str, ...] = ()
    """Folders of recorded files, from which a damaged catalogue is made again."""
    use_utc: bool = False
    """Time tags in UTC instead of local time."""
    fallback_root: str | None = None
    """Absolute folder on a second volume, for recordings that the first cannot take."""
    timeouts: Timeouts = field(default_factory=Timeouts)
    narrator: ChannelSettings | None = None
    """Settings of the worker that reads the narration's sound device; None without narration."""
    telemetry: TelemetrySettings | None = None
    """Settings of the worker that reads the instruments; None without sources of survey data."""
    definitions: Named = field(default_factory=dict)
    """Definitions of the settings file."""
    data_log: DataLogSettings = field(default_factory=DataLogSettings)
    """What is written beside a recording from survey data."""
    own_encodings: Mapping[str, ChannelEncoding] = field(default_factory=dict)
    """By channel: the encoding settings that the settings file gives to it alone."""
    volumes: tuple[MarkedFolder, ...] = ()
    """The folders that files go to, each with the mark by which its volume is known again: another volume may be
    mounted there later."""
    cores: float = 1.0
    """Processor cores that all channels together may use."""
    channels_per_process: int = 0
    """How many channels that pass their pictures through may share a process; 0: as many as is usual."""
    kinds: tuple[ObservationKind, ...] = READY_KINDS
    """What can be observed."""
    rules: tuple[ObservationRule, ...] = ()
    """What is entered by itself."""
    interval_seconds: float = 0.0
    """How often a snapshot of all readings is entered; 0: never."""
    proof: Proof = NO_PROOF
    """By what manifests are proved."""
    copies: tuple[CopyTarget, ...] = ()
    """Where recorded files are copied to."""
    removal: RemovalRules = NO_RULES
    blackbox: BlackboxOptions = NO_BLACKBOX


def settings_store(
    channels: Sequence[ChannelSettings],
    folders: AllowedFolders,
    catalogue: Catalogue,
    probe: EncoderProbe,
    options: RecorderOptions,
) -> SettingsStore:
    """What clients may set, over what `options` say."""
    own = {one.name: options.own_encodings.get(one.name, ChannelEncoding()) for one in channels}
    fixed = FixedSettings(own, options.use_utc, options.fallback_root)
    return SettingsStore(options.first_settings, folders, catalogue, probe, fixed)
