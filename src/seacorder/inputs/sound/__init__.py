"""Where the sound of a narration comes from: sound devices, a file in real time, the test tone.

Used by the narrator, on its capture thread.
"""
