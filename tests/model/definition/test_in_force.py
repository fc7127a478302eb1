"""Which definition of a name is in force, and which a source is read with that names none."""

from seacorder.model.definition.definition import Definition, FieldRule, RecordKind
from seacorder.model.definition.in_force import InForce
from seacorder.model.definition.ready import READY
from seacorder.model.framing import Framing, FramingKind

FIELDS = (FieldRule("depth", 1, unit="m"),)
NMEA, LINES = Framing(), Framing(FramingKind.LINE)
READY_SENTENCES = [name for name, ones in READY.items() for one in ones if one.kind is RecordKind.NMEA]


def sentence(name: str, header: str = "PXYZ") -> tuple[Definition, ...]:
    return (Definition(name, RecordKind.NMEA, FIELDS, header=header),)


def line(name: str) -> tuple[Definition, ...]:
    return (Definition(name, RecordKind.DELIMITED, FIELDS),)


def names(in_force: InForce, framing: Framing, *wanted: str) -> list[str]:
    return [one.name for one in in_force.of_source(wanted, framing)]


def test_a_clients_goes_before_the_files_and_that_before_a_ready_one() -> None:
    assert InForce().known == READY
    file = InForce({"GGA": sentence("GGA", "A"), "HDT": sentence("HDT", "A")}, {"HDT": sentence("HDT", "B")})
    assert [file.known[name][0].header for name in ("GGA", "HDT", "RMC")] == ["A", "B", "RMC"]
    assert [one.header for one in file.of_source(("HDT", "RMC", "GGA"), NMEA)] == ["B", "RMC", "A"]


def test_a_source_without_names_is_read_with_every_sentence_and_clients_new_ones_before_them() -> None:
    assert names(InForce(), NMEA) == names(InForce(), LINES) == READY_SENTENCES
    clients = {"Z": sentence("Z"), "A": sentence("A"), "GGA": sentence("GGA", "PXYZ")}
    in_force = InForce({"File": sentence("File")}, clients)
    assert names(in_force, NMEA) == ["A", "Z", *READY_SENTENCES]
    assert next(one for one in in_force.of_source((), NMEA) if one.name == "GGA").header == "PXYZ"


def test_another_form_is_used_without_being_named_only_if_no_sentence_can_come() -> None:
    in_force = InForce({"File": line("File")}, {"Bare": line("Bare"), "File": line("File"), "DEPTH": line("DEPTH")})
    assert names(in_force, NMEA) == READY_SENTENCES
    found = names(in_force, LINES)
    assert found[0] == "Bare"
    assert sorted(found) == sorted(["Bare", "DEPTH", *READY_SENTENCES])
    assert names(in_force, NMEA, "File", "Bare") == ["File", "Bare"]
