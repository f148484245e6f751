"""The entry: `--help` and `--version` are answered from a text, everything else by the command line."""

from __future__ import annotations

import os
import sys

from svcforge import __version__
from svcforge.cli import stream


def main() -> int:
    """Run svcforge with the process's arguments; returns the exit code (cli.md)."""
    stream.complete()
    arguments = sys.argv[1:]
    completing = any(name.startswith("_SVCFORGE") for name in os.environ)
    if not completing and arguments in ([], ["-h"], ["--help"]):
        from svcforge.cli.help import TEXT

        stream.put(TEXT)
        return 0
    if not completing and arguments == ["--version"]:
        stream.put(f"svcforge {__version__}\n")
        return 0
    try:
        from svcforge.cli.app import run

        return run(arguments)
    except KeyboardInterrupt:
        # Before there is an error door, or in it.
        return 130


if __name__ == "__main__":
    sys.exit(main())
