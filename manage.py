#!/usr/bin/env python
"""Django's command line; starts the embedded servers for commands that need them."""

import os
import sys

WITHOUT_SERVERS = {"help", "--help", "-h", "version", "--version", "makemigrations", "collectstatic"}


def main() -> None:
    """Run one management command; `migrate` runs as the role that owns the log."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = (*sys.argv[1:2], "help")[0]
    if command == "migrate":
        os.environ["DAYBOOK_AS_OWNER"] = "1"
    from django.core.management import execute_from_command_line

    from config import embedded

    if command not in WITHOUT_SERVERS:
        try:
            embedded.ensure_running()
        except embedded.EmbeddedError as error:
            sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
