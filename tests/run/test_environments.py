"""Environments are installed once for each different set of things to install."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from svcforge.errors import SvcforgeError
from svcforge.run import environments
from svcforge.run.children import Children
from svcforge.run.environments import Environment
from svcforge.run.manifest import Part

SYNC = ("uv", "pip", "sync", "--allow-empty-requirements", "requirements.lock")


def environment(root: Path, name: str, lock: str = "", install: tuple[str, ...] = SYNC) -> Environment:
    folder = root / name
    folder.mkdir(exist_ok=True)
    (folder / "requirements.lock").write_text(lock)
    part = Part(name=name, kind="service", folder=name, port=20000, run=("x",), health="/", install=(install,))
    [found] = environments.of_part(part, folder, root / "store")
    return found


async def install(*wanted: Environment) -> list[str]:
    said: list[str] = []
    with Children({}) as children:
        await environments.install(wanted, children, 2, said.append)
    return said


def test_parts_that_install_the_same_share_an_environment(tmp_path: Path) -> None:
    a, b, c = (environment(tmp_path, name, lock) for name, lock in (("a", ""), ("b", ""), ("c", "# other")))
    assert a.path == b.path
    assert a.path != c.path


def test_a_part_that_installs_its_own_folder_shares_with_nobody(tmp_path: Path) -> None:
    install = ("uv", "pip", "install", "-e", ".")
    assert environment(tmp_path, "a", install=install).path != environment(tmp_path, "b", install=install).path


def test_a_part_with_another_installer_shares_with_nobody(tmp_path: Path) -> None:
    install = ("npm", "ci")
    assert environment(tmp_path, "a", install=install).path != environment(tmp_path, "b", install=install).path


def test_tools_are_found_after_what_the_part_itself_installs(tmp_path: Path) -> None:
    part = Part(
        name="a", kind="gateway", folder="a", port=20000, run=("x",), health="/", install=(SYNC,), tools=("b==1",)
    )
    own, tools = environments.of_part(part, tmp_path, tmp_path / "store")
    assert (own.commands, tools.commands) == ((SYNC,), (("uv", "pip", "install", "b==1"),))
    assert environments.search_path([own, tools]).startswith(f"{own.path}/bin:{tools.path}/bin:")
    assert environments.search_path([]).startswith(f"{Path(sys.executable).parent}:")


async def test_what_is_installed_is_not_installed_again(tmp_path: Path) -> None:
    one = environment(tmp_path, "a")
    assert not one.ready
    assert await install(one, environment(tmp_path, "b")) == [
        "installing 1 environment",
        "installed environment 1 of 1",
    ]
    assert one.ready
    assert (one.programs / "python").exists()
    assert await install(one) == []
    assert not environment(tmp_path, "a", "# changed").ready


async def test_an_installation_that_broke_off_is_begun_anew(tmp_path: Path) -> None:
    one = environment(tmp_path, "a")
    await install(one)
    (one.path / "installed").unlink()
    (one.path / "rubbish").touch()
    await install(one)
    assert one.ready
    assert not (one.path / "rubbish").exists()


async def test_a_failed_installation_says_what_the_installer_said(tmp_path: Path) -> None:
    one = environment(tmp_path, "a", install=("python", "-c", "exit('no such thing')"))
    with pytest.raises(SvcforgeError, match="no such thing") as error:
        await install(one)
    assert error.value.exit_code == 1
    assert not one.ready


async def test_environments_that_nobody_uses_any_more_are_removed(tmp_path: Path) -> None:
    old, new = environment(tmp_path, "a"), environment(tmp_path, "a", "# changed")
    await install(old, new)
    environments.forget_others(tmp_path / "store", [new])
    assert sorted(path.name.removesuffix(".log") for path in (tmp_path / "store").iterdir()) == [new.path.name] * 2
