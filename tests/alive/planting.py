"""Plants faults in copies of generated services and runs their tests.

`python -m tests.alive.planting SHOP PYTHON` does so for a generated shop, with a Python that has the services' locks
installed, and says which test found each fault.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.alive.faults import FAULTS, Fault

TIME_LIMIT = 300.0
"""Seconds that the tests of one service may take; what hangs has been noticed as well."""


def planted(fault: Fault, service: Path) -> None:
    """Change the service's file; raises LookupError if there is nothing in it that the fault would change."""
    [package] = (service / "src").iterdir()
    file = package / fault.file
    text = file.read_text()
    changed = re.sub(fault.pattern, fault.replacement, text)
    if changed == text:
        raise LookupError(f'"{fault.name}": there is no "{fault.pattern}" in {fault.service}/{fault.file}')
    file.write_text(changed)


def first_red(service: Path, python: str) -> str | None:
    """The first generated test that fails, or None if all are green."""
    command = [python, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:cacheprovider"]
    try:
        done = subprocess.run(command, cwd=service, capture_output=True, text=True, timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        return "the tests hang"
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return None if done.returncode == 0 else lines[0] if lines else done.stdout[-500:]


def main(shop: Path, python: str) -> int:
    """Plant every fault; 1 if one of them was not found."""
    unseen = 0
    for fault in FAULTS:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / fault.service
            [service] = [path for path in shop.glob(f"*/{fault.service}") if (path / "src").is_dir()]
            shutil.copytree(service, copy, ignore=shutil.ignore_patterns("__pycache__", ".*cache"))
            planted(fault, copy)
            red = first_red(copy, python)
        unseen += red is None
        print(f"{'GREEN' if red is None else 'red  '} {fault.service}: {fault.name}  {red or ''}"[:200], flush=True)
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
