"""The figures: `python -m bench`, or `make bench`. Linux only, since processor time and memory come from /proc.

Seacorder and ffmpeg record the same cameras in turn, in one run on one machine; what counts is their ratio.
"""
