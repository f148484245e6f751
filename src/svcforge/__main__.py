"""The entry: `--help` and `--version` are answered from a text, everything else by the command line."""

from __future__ import annotations

import os
import sys

from svcforge import __version__


def main() -> int:
    """Run svcforge with the process's arguments; returns the exit code (cli.md)."""
    arguments = sys.argv[1:]
    completing = any(name.startswith("_SVCFORGE") for name in os.environ)
    if not completing and arguments in ([], ["-h"], ["--help"]):
        from svcforge.cli.help import TEXT

        sys.stdout.write(TEXT)
        return 0
    if not completing and arguments == ["--version"]:
        sys.stdout.write(f"svcforge {__version__}\n")
        return 0
    from svcforge.cli.app import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
