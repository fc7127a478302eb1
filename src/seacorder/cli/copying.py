"""The command about copies: `copies`. What it does is in `copies_table`, which is imported when it runs."""

import typer

from seacorder.cli.options import DEFAULT_URL, JsonOption, OnceOption, UrlOption


def add_to(app: typer.Typer) -> None:
    """Declares the command."""
    app.command()(copies)


def copies(url: UrlOption = DEFAULT_URL, once: OnceOption = False, as_json: JsonOption = False) -> None:
    """Show where recordings are copied to, and what is not copied yet. Renewed until Ctrl-C."""
    from seacorder.cli.copies_table import show_copies

    show_copies(url, once=once, as_json=as_json)
