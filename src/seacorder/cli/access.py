"""The commands `password` and `token`: they print what lets somebody in, for the settings file. They change nothing."""

import sys
from typing import Annotated

import typer

from seacorder.base.duration import count_text
from seacorder.base.errors import BadRequest
from seacorder.cli import streams

NameOption = Annotated[str, typer.Option("--name", metavar="NAME", help="Who it is, in the log and on the page.")]
ViewerOption = Annotated[
    bool, typer.Option("--viewer", help="A viewer, who looks and changes nothing, instead of an operator.")
]
_TO_DO = "Add these lines at the end of the settings file, and restart Seacorder:"


def add_to(app: typer.Typer) -> None:
    """Declares the commands."""
    app.command()(password)
    app.command()(token)


def password(name: NameOption = "Operator", viewer: ViewerOption = False) -> None:
    """Set a password for the page. Asks for it, and prints the lines for the settings file, in which it cannot be read.

    Reads it from standard input if that is no terminal.
    """
    from seacorder.base.stored_secret import stored_password

    chosen = asked() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    print(lines(streams.as_meant(name), "password", stored_password(checked(chosen)), is_viewer=viewer))


def token(name: NameOption = "Program", viewer: ViewerOption = False) -> None:
    """Make a token for a program. Prints it once, and the lines for the settings file, in which it cannot be read."""
    from seacorder.base.stored_secret import new_token, stored_token

    made = new_token()
    print(f"The program sends this header with each request; it is shown only now:\n\nAuthorization: Bearer {made}\n")
    print(lines(streams.as_meant(name), "token", stored_token(made), is_viewer=viewer))


def asked() -> str:
    """A password that is typed twice. Blocks; raises BadRequest if both differ."""
    from getpass import getpass

    first = getpass("New password: ")
    if getpass("The same again: ") != first:
        raise BadRequest("The two passwords differ.", "Try again.")
    return first


def checked(chosen: str) -> str:
    """The password. Raises BadRequest if it is too short or too long."""
    from seacorder.base.stored_secret import PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN

    if not PASSWORD_CHARACTERS_MIN <= len(chosen) <= PASSWORD_CHARACTERS_MAX:
        raise BadRequest(
            f"The password has {count_text(len(chosen), 'character')}.",
            f"Take {PASSWORD_CHARACTERS_MIN} to {PASSWORD_CHARACTERS_MAX}: three words are easy to remember.",
        )
    return chosen


def lines(name: str, kind: str, stored: str, *, is_viewer: bool) -> str:
    """The table for the settings file, with what to do with it."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    role = "viewer" if is_viewer else "operator"
    return f'{_TO_DO}\n\n[[server.access]]\nname = "{quoted}"\nrole = "{role}"\n{kind} = "{stored}"'
