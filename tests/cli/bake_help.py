"""Writes the text that `svcforge --help` answers from, so that it costs no import: `make fmt` runs this."""

import contextlib
import io
import os
from pathlib import Path

TARGET = Path(__file__).parents[2] / "src" / "svcforge" / "cli" / "help.py"


def printed() -> str:
    """What typer prints for `svcforge --help` at 80 columns."""
    from svcforge.cli.app import run

    out = io.StringIO()
    os.environ["COLUMNS"] = "80"
    with contextlib.redirect_stdout(out):
        run(["--help"])
    return out.getvalue()


def module() -> str:
    """The text of `svcforge.cli.help`."""
    return f'"""What `svcforge --help` prints, baked by tests/cli/bake_help.py: answering it imports nothing."""\n\nTEXT = """\\\n{printed()}"""\n'


if __name__ == "__main__":
    TARGET.write_text(module())
