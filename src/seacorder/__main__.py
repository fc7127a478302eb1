"""`python -m seacorder` is the same as the `seacorder` command."""

from seacorder.cli.main import main

main()
