"""Resolves what generated Python services install, for `make locks`: every package by version and hash, no address.

`requirements.lock` is what runs, `requirements-dev.lock` what checks and tests it besides. All that the stack may
need is resolved together, so that services share one environment and no two of them run different versions.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PACK = Path(__file__).parent
LOCK, DEV_LOCK = PACK / "template/requirements.lock", PACK / "template/requirements-dev.lock"
COMPILE = (
    *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade"),
    *("--no-annotate", "--no-header", "--no-emit-index-url"),
)


def resolved(*arguments: str) -> list[str]:
    """The packages that uv finds, each with its hashes as one text."""
    command = [sys.executable, "-m", *COMPILE, *arguments]
    done = subprocess.run(command, cwd=PACK, check=True, text=True, stdout=subprocess.PIPE)
    return [f"{block.rstrip()}\n" for block in done.stdout.replace("\n    ", "\0    ").replace("\n", "\n\1").split("\1")]


if __name__ == "__main__":
    LOCK.write_text("".join(resolved("locks.in")))
