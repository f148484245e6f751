"""The repositories that are generated from the examples and two systems more, and what the pack's card says to run in them."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.packs.python import kitchen

from svcforge import pipeline
from svcforge.packs.shelf import blueprints_folder, bundled

LOCK = "requirements-dev.lock"
COMMANDS = bundled().packs["stack", "python"].card.do.test
INSTALLS = [command for command in COMMANDS if command[0] == "uv"]
CHECKS = [command for command in COMMANDS if command[0] != "uv"]


def repositories(example: str) -> list[str]:
    """The folders of an example's services and BFFs."""
    at = kitchen.blueprint(example) if example in kitchen.SYSTEMS else blueprints_folder() / example
    blueprint = pipeline.read(str(at)).blueprint
    assert blueprint is not None
    return [f"services/{name}" for name in blueprint.services] + [f"bffs/{name}" for name in blueprint.bffs]


EXAMPLES = ("shop", "healthcare", "online-boutique", "minimal", *kitchen.SYSTEMS)
REPOSITORIES = [(example, folder) for example in EXAMPLES for folder in repositories(example)]


@dataclass(frozen=True)
class Outcome:
    """How a command ended in a repository."""

    code: int
    text: str


def outcome(
    command: tuple[str, ...], root: Path, variables: Mapping[str, str], programs: Path, *, limit_s: float = 600
) -> Outcome:
    """Run a command in a repository; its program is one of the folder `programs`. Raises subprocess.TimeoutExpired."""
    done = subprocess.run(
        [programs / command[0], *command[1:]],
        cwd=root,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=limit_s,
    )
    return Outcome(done.returncode, done.stdout)
