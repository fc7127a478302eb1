"""Addresses of sources: text of the settings file, parsed once into typed values. Pure.

`address.parse_address` parses those of pictures, `sound.parse_sound_address` those of narration. Used by `config`,
which refuses what cannot be an address, and by `inputs`, which opens them in a worker.
"""
