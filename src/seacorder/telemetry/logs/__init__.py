"""What is written beside a recording: raw bytes, readings as a table, and the track. Used by `telemetry.assembly`.

`raw_form`, `csv_form`, `gpx_form` and `geojson_form` say what the files look like, and are pure; `sampling` says what
was valid at which instant. A `data_file` holds what is not on disk yet, four of them are a part (`part_files`), and
`endings` are the parts that are complete and wait for their disk. Runs in the telemetry worker, on its main thread; the
files' own threads write to the disk.
"""
