"""Installs what parts need, once for each different set of things to install, and only when that has changed."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from svcforge.errors import SvcforgeError
from svcforge.process import INSTALLERS
from svcforge.run.children import Children
from svcforge.run.logs import last_lines
from svcforge.run.manifest import Part

TIME_LIMIT = 900.0
"""Seconds one installing command may take: a slow line and an empty cache included."""

_DONE = "installed"
"""The file that says an environment is whole; one without it is thrown away."""

_UV_ENV = {
    # The interpreter that runs svcforge runs the services; bytecode is compiled now rather than by ten
    # services that start at once.
    "UV_PYTHON_DOWNLOADS": "never",
    "UV_COMPILE_BYTECODE": "1",
    "UV_NO_PROGRESS": "1",
}


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python environment to be: commands run in `folder`, each with the environment's `bin` first on PATH.

    `without` is the option of `up` that does without it, if there is one.
    """

    path: Path
    folder: Path
    commands: tuple[tuple[str, ...], ...]
    without: str = ""

    @property
    def programs(self) -> Path:
        """The folder of its executables."""
        return self.path / "bin"

    @property
    def log(self) -> Path:
        """What installing it printed."""
        return self.path.with_name(self.path.name + ".log")

    @property
    def ready(self) -> bool:
        """Whether it has been installed, from these very inputs."""
        return (self.path / _DONE).exists()


def of_part(part: Part, folder: Path, store: Path) -> tuple[Environment, ...]:
    """What a part's programs are found in, the part's own environment before that of its tools.

    Parts that install the same share one: compiling its bytecode takes ten times as long as linking its files.
    """
    own = (_environment(part.install, folder, store),) if part.install else ()
    found = (*own, tools(part.tools, store)) if part.tools else own
    return tuple(replace(one, without="--no-gateway") for one in found) if part.kind == "gateway" else found


def tools(requirements: Sequence[str], store: Path) -> Environment:
    """An environment with packages named as pip does."""
    return _environment((("uv", "pip", "install", *requirements),), store, store)


def _environment(commands: tuple[tuple[str, ...], ...], folder: Path, store: Path) -> Environment:
    digest = hashlib.sha256(repr((str(store), sys.executable, sys.version, commands)).encode())
    if any(command[0] != "uv" for command in commands):
        # Another installer may well write into the part's own folder.
        digest.update(str(folder).encode())
    for argument in (argument for command in commands for argument in command[1:]):
        path = folder / argument.rpartition("=")[2]
        if path.is_dir():
            # A project installed from its own folder belongs to that folder.
            digest.update(str(path).encode())
            path = path / "pyproject.toml"
        if path.is_file():
            digest.update(path.read_bytes())
    return Environment(store / digest.hexdigest()[:16], folder, commands)


async def install(wanted: Iterable[Environment], children: Children, at_once: int, say: Callable[[str], None]) -> None:
    """Install those that are not there yet, `at_once` at a time; raises SvcforgeError for the first that fails."""
    missing = list({one.path: one for one in wanted if not one.ready}.values())
    turn = asyncio.Semaphore(at_once)
    done = 0

    async def one(environment: Environment) -> None:
        nonlocal done
        async with turn:
            await _install(environment, children)
        done += 1
        say(f"installed environment {done} of {len(missing)}")

    if missing:
        say(f"installing {len(missing)} environment{'s' if len(missing) > 1 else ''}")
    try:
        async with asyncio.TaskGroup() as group:
            for environment in missing:
                group.create_task(one(environment))
    except* SvcforgeError as errors:
        raise errors.exceptions[0] from None


async def _install(environment: Environment, children: Children) -> None:
    shutil.rmtree(environment.path, ignore_errors=True)
    environment.path.parent.mkdir(parents=True, exist_ok=True)
    environment.log.unlink(missing_ok=True)
    without = environment.without
    env = {**_UV_ENV, "VIRTUAL_ENV": str(environment.path), "PATH": search_path([environment])}
    make = ("uv", "venv", "--quiet", "--python", sys.executable, str(environment.path))
    for command in (make, *environment.commands):
        program = [_uv(), *command[1:]] if command[0] == "uv" else list(command)
        try:
            code = await children.run(program, environment.folder, env, environment.log, TIME_LIMIT, INSTALLERS)
        except TimeoutError:
            code = None
        if code != 0:
            why = f"took longer than {TIME_LIMIT:g} s" if code is None else f"ended with exit code {code}"
            said = "\n".join(last_lines(environment.log, 20))
            raise SvcforgeError(
                f'installing in "{environment.folder}" failed: "{" ".join(command)}" {why}\n{said}',
                "mend what it says, then run `svcforge up` again" + (without and f", or {without}"),
                exit_code=1,
            )
    (environment.path / _DONE).touch()


def forget_others(store: Path, kept: Iterable[Environment]) -> None:
    """Remove the environments that no part uses any more."""
    names = {environment.path.name for environment in kept}
    for path in store.iterdir() if store.is_dir() else ():
        if path.name.removesuffix(".log") not in names:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def search_path(environments: Sequence[Environment]) -> str:
    """PATH for a part: its environments, else svcforge's own interpreter, then what the machine has."""
    first = [str(one.programs) for one in environments] or [str(Path(sys.executable).parent)]
    return os.pathsep.join([*first, os.environ.get("PATH", os.defpath)])


def _uv() -> str:
    from uv import find_uv_bin

    return find_uv_bin()
