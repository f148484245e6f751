"""How long the shop takes from nothing to all healthy, against only importing its services."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.cases import Lines, Scale
from tests.bench.measuring import Failed, Taken, least, svcforge, taken
from tests.bench.table import Note, Row

RUNS = 2


def up(scale: Scale, folder: Path) -> Lines:
    """`up --detach` of the shop, once it is installed; memory is that of all its parts together."""
    yield Note("up: against `import` of every service in its own interpreter, all at once")
    if not scale.up:
        yield Note("  skipped: --quick")
        return
    shop = folder / "shop"
    try:
        taken([*svcforge(), "init", shop, "--from", "shop", "--no-input"])
        taken([*svcforge(), "generate", shop])
        # The first time installs.
        taken([*svcforge(), "up", shop, "--detach", "--timeout", "300"])
    except Failed as why:
        taken([*svcforge(), "down", shop]) if (shop / "run.json").exists() else None
        yield Note("  skipped: the shop did not come up\n" + "\n".join(f"    {line}" for line in str(why).splitlines()))
        return
    try:
        floor = least([_imported(shop) for _ in range(RUNS)])
    finally:
        taken([*svcforge(), "down", shop])
    yield Row("  shop", least([_once(shop) for _ in range(RUNS)]), floor, "8 s")


def _once(shop: Path) -> Taken:
    started = taken([*svcforge(), "up", shop, "--detach"])
    try:
        told = json.loads(subprocess.check_output([*svcforge(), "status", str(shop), "--json"]))
    finally:
        taken([*svcforge(), "down", shop])
    return Taken(started.seconds, sum(part["memory"] or 0 for part in told["parts"]))


def _imported(shop: Path) -> Taken:
    """The interpreters that the running services have, once more, only to import them."""
    commands = list(_services(shop))
    start = time.perf_counter()
    children = [subprocess.Popen(args, env=env, cwd=cwd) for args, env, cwd in commands]
    codes = [child.wait() for child in children]
    if any(codes):
        raise Failed("a service could not be imported")
    return Taken(time.perf_counter() - start, 0)


def _services(shop: Path) -> Iterator[tuple[list[str], dict[str, str], Path]]:
    """Interpreter, environment and folder of each part that runs as `python -m PACKAGE`."""
    told = json.loads(subprocess.check_output([*svcforge(), "status", str(shop), "--json"]))
    for part in told["parts"]:
        process = Path(f"/proc/{part['pid']}")
        python, *options = (process / "cmdline").read_text().rstrip("\0").split("\0")
        if part["kind"] not in ("service", "bff") or options[:1] != ["-m"]:
            continue
        pairs = (pair.partition("=") for pair in (process / "environ").read_text().rstrip("\0").split("\0"))
        yield [python, "-c", f"import {options[1]}.main"], {n: v for n, _, v in pairs}, (process / "cwd").readlink()
