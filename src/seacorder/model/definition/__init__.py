"""What a record of an instrument means, as values: definitions, the arithmetic in them, and the ready ones as tables.

`config` makes definitions from the settings file, `telemetry.definitions` reads records by them. Pure; any process.
"""
