"""The standard fields of readings: their names, units, meanings, and the values that they can have.

Ready definitions use these names alone, and so do pictures, subtitles, framegrabs and tracks. A definition of the
settings file may give other names; those have the unit that it says.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadingField:
    """One standard field."""

    name: str
    unit: str
    """Empty for a text and for a plain number."""
    meaning: str
    least: float | None = None
    """A number below this is out of range, whatever the record says; None if there is no limit."""
    most: float | None = None


CLOCK_DIFFERENCE = ReadingField(
    "clock_difference", "s", "The time in a source's records less this computer's; from the source, not from a record."
)
READING_FIELDS = (
    ReadingField("latitude", "°", "Latitude, north positive.", -90, 90),
    ReadingField("longitude", "°", "Longitude, east positive.", -180, 180),
    ReadingField("height", "m", "Height of the antenna above mean sea level.", -12_000, 100_000),
    ReadingField("easting", "m", "Easting in the grid of the survey."),
    ReadingField("northing", "m", "Northing in the grid of the survey."),
    ReadingField("kp", "km", "Kilometre point: the distance along the pipeline or cable."),
    ReadingField("distance_off_line", "m", "Distance across from the planned line; the sign as it is sent."),
    ReadingField("heading", "°", "Heading, from true north.", 0, 360),
    ReadingField("heading_magnetic", "°", "Heading by a magnetic compass, from magnetic north.", 0, 360),
    ReadingField("magnetic_variation", "°", "Magnetic north from true north, east positive.", -180, 180),
    ReadingField("magnetic_deviation", "°", "The compass's own error, east positive.", -180, 180),
    ReadingField("rate_of_turn", "°/min", "Rate of turn, to starboard positive."),
    ReadingField("course", "°", "Course over ground, from true north.", 0, 360),
    ReadingField("course_magnetic", "°", "Course over ground, from magnetic north.", 0, 360),
    ReadingField("speed", "kn", "Speed over ground.", 0, 2000),
    ReadingField("water_speed", "kn", "Speed through the water, astern negative."),
    ReadingField("velocity_starboard", "m/s", "Velocity over the bottom to starboard."),
    ReadingField("velocity_forward", "m/s", "Velocity over the bottom forward."),
    ReadingField("velocity_east", "m/s", "Velocity over the bottom to the east."),
    ReadingField("velocity_north", "m/s", "Velocity over the bottom to the north."),
    ReadingField("velocity_up", "m/s", "Velocity over the bottom upward."),
    ReadingField("depth", "m", "Depth: of the vehicle below the surface, or of the water below an echo sounder."),
    ReadingField("depth_offset", "m", "Of an echo sounder: to the waterline if positive, to the keel if negative."),
    ReadingField("altitude", "m", "Height of the vehicle above the bottom.", 0, 12_000),
    ReadingField("pressure", "dbar", "Pressure of the water."),
    ReadingField("pressure_reading", "", "Of a pressure sensor, in the unit that it is set to and does not send."),
    ReadingField("pitch", "°", "Pitch; bow up is positive, unless its maker says otherwise.", -90, 90),
    ReadingField("roll", "°", "Roll; port side up is positive, unless its maker says otherwise.", -180, 180),
    ReadingField("heave", "m", "Heave; the sign as it is sent."),
    ReadingField("acceleration_x", "m/s²", "Horizontal acceleration of a motion sensor."),
    ReadingField("acceleration_z", "m/s²", "Vertical acceleration of a motion sensor."),
    ReadingField("status", "", "A letter of a sensor about itself, as its maker defines it."),
    ReadingField("water_temperature", "°C", "Temperature of the water.", -273.15, 1000),
    ReadingField("salinity", "", "Salinity of the water, on the practical scale.", 0, 1000),
    ReadingField("sound_speed", "m/s", "Speed of sound in the water.", 0, 3000),
    ReadingField("cp", "V", "Potential of a cathodic protection probe."),
    ReadingField("beacon", "", "Name or number of the acoustic beacon that a position belongs to."),
    ReadingField("beacon_north", "m", "Of a beacon: how far north of the transducer."),
    ReadingField("beacon_east", "m", "Of a beacon: how far east of the transducer."),
    ReadingField("beacon_forward", "m", "Of a beacon: how far ahead of the transducer."),
    ReadingField("beacon_starboard", "m", "Of a beacon: how far to starboard of the transducer."),
    ReadingField("beacon_depth", "m", "Of a beacon: below the transducer."),
    ReadingField("beacon_accuracy", "m", "Of a beacon: expected accuracy of its position.", 0, None),
    ReadingField("fix_quality", "", "Quality of a position, as GGA counts it: 1 satellites alone, 2 corrected, 4 RTK."),
    ReadingField("satellites", "", "Satellites used.", 0, 200),
    ReadingField("hdop", "", "Horizontal dilution of precision.", 0, 10_000),
    CLOCK_DIFFERENCE,
)
"""In the order in which people are shown them."""

FIELD_BY_NAME = {field.name: field for field in READING_FIELDS}
