"""Resolves what generated Python services install, for `make locks`: every package by version and hash, no address.

All that the stack may need is resolved together into `requirements.lock`, so that services share one environment and
no two of them run different versions; `requirements-dev.lock` adds what checks and tests them.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PACK = Path(__file__).parent
LOCK, DEV_LOCK = PACK / "template/requirements.lock", PACK / "template/requirements-dev.lock"
COMPILE = (
    *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-annotate", "--no-header", "--no-emit-index-url"),
)


def resolved(*arguments: str) -> list[str]:
    """The packages that the requirements ask for, one text each: version, marker, hashes."""
    command = [sys.executable, "-m", *COMPILE, *arguments]
    printed = subprocess.run(command, cwd=PACK, check=True, text=True, stdout=subprocess.PIPE).stdout
    return re.split(r"^(?=\S)", printed, flags=re.MULTILINE)[1:]


if __name__ == "__main__":
    LOCK.write_text("".join(resolved("locks.in")))
    runs = set(re.split(r"^(?=\S)", LOCK.read_text(), flags=re.MULTILINE))
    checks = [package for package in resolved("locks-dev.in") if package not in runs]
    DEV_LOCK.write_text("-r requirements.lock\n" + "".join(checks))
