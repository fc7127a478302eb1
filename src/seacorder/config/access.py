"""Who may read a settings file. It holds passwords, so often only the service's user may."""

import os
import stat
import sys
from pathlib import Path

_ANY = "Run this command as the user of the service, or with `sudo`."


def who_may_read(path: Path) -> str:
    """What somebody who may not read the file should do. Never advises to loosen its permissions. Blocks."""
    if sys.platform == "win32":
        return "Run this command as the user that Seacorder runs as."
    try:
        facts = path.stat()
    except OSError:
        return _ANY
    name = reader(facts)
    return _ANY if name is None else f"Run this command as the user of the service: write `sudo -u {name}` before it."


def reader(facts: os.stat_result) -> str | None:
    """The user that may read a file, other than root: its owner, or the user that has the name of its group."""
    if sys.platform == "win32":
        return None
    import grp
    import pwd

    try:
        if facts.st_uid != 0 and facts.st_mode & stat.S_IRUSR:
            return pwd.getpwuid(facts.st_uid).pw_name
        if facts.st_gid != 0 and facts.st_mode & stat.S_IRGRP:
            return pwd.getpwnam(grp.getgrgid(facts.st_gid).gr_name).pw_name
    except KeyError:
        return None
    return None
