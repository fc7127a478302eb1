import json

from seacorder.model.encoders import ENCODERS


def test_encoders_lists_what_this_machine_has_without_a_recorder(seacorder) -> None:
    ended = seacorder("encoders", "--json")
    rows = {row["name"]: row for row in json.loads(ended.out)}
    assert (ended.code, list(rows)) == (0, [encoder.name for encoder in ENCODERS])
    assert rows["libx264"] == {
        "name": "libx264", "short_name": "x264", "codec": "h264", "is_hardware": False, "runs_on": "software",
        "is_usable": True, "sentence": "",
    }
    assert all(row["is_usable"] or row["sentence"].endswith(".") for row in rows.values())


def test_the_table_is_for_people(seacorder) -> None:
    ended = seacorder("encoders")
    assert ended.code == 0
    assert all(encoder.name in ended.out for encoder in ENCODERS)
    assert "NVIDIA NVENC" in ended.out
