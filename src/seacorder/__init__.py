"""Seacorder: a multi-channel inspection video recorder."""

__version__ = "0.1.0"
