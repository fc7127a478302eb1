"""Addresses of sources, parsed once from the text of the settings file into typed values. Pure.

`address.parse_address` is the door for pictures, `sound.parse_sound_address` for narration.
"""
