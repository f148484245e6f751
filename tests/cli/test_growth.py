"""What a user wrote grows with the blueprint: what is new appears among it, what is gone goes, and there and back is home."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cli.test_generate import GOOD, files, folder

from svcforge.cli.app import run

__all__ = ["folder"]

CODE = "services/things/src/things"
MINE = {
    "api.py": '@router.post("/v1/things"',
    "operations.py": "        return ThingView.model_validate(thing)\n",
    "domain.py": '    __tablename__ = "things"\n',
}
LOGIC = f"{CODE}/logic/weigh.py"
PURGE = "          purge: {http: 'DELETE /things/{id}', deletes: Thing, public: a test}\n"
WEIGH = "          weigh: {http: POST /weigh, in: {n: int}, out: {sum: int}, public: a test}\n"
COLOUR = GOOD.replace("{name: text}", "{name: text, colour: red | blue = red}")
CapSys = pytest.CaptureFixture[str]


def become(folder: Path, text: str) -> int:
    (folder / "blueprint.yaml").write_text(text)
    return run(["generate"])


def edited(folder: Path) -> dict[str, str]:
    """The user writes into each file, where the blueprint changes nothing: above a route, into a body, above a class."""
    for name, at in MINE.items():
        file = folder / CODE / name
        text = file.read_text()
        assert text.count(at) == 1
        file.write_text(text.replace(at, at[: len(at) - len(at.lstrip(" "))] + "# Mine.\n" + at))
    return texts(folder)


def texts(folder: Path) -> dict[str, str]:
    return {name: (folder / CODE / name).read_text() for name in MINE}


def clean(folder: Path) -> None:
    """All code parses, and ruff finds nothing in it by the rules of its repository."""
    for file in (folder / CODE).rglob("*.py"):
        ast.parse(file.read_text())
    ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "src", "tests"]
    found = subprocess.run(ruff, cwd=folder / "services/things", capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_what_is_new_appears_in_edited_files_and_goes_again(folder: Path, capsys: CapSys) -> None:
    assert become(folder, GOOD) == 0
    before = edited(folder)
    capsys.readouterr()
    assert become(folder, COLOUR + PURGE + WEIGH) == 0
    assert "merged" in capsys.readouterr().out
    grown = texts(folder)
    assert "async def purge(" in grown["api.py"]
    assert "async def purge(" in grown["operations.py"]
    assert "colour: Mapped[" in grown["domain.py"]
    for text in grown.values():
        assert "# Mine.\n" in text
    clean(folder)
    assert become(folder, COLOUR) == 0
    after = texts(folder)
    assert (after["api.py"], after["domain.py"]) == (before["api.py"], grown["domain.py"])
    assert after["operations.py"] == before["operations.py"].replace(
        "name=name)", "name=name, colour=ThingColour.RED)"
    ).replace("import Thing\n", "import Thing, ThingColour\n")
    assert not (folder / LOGIC).exists()
    clean(folder)
    assert run(["generate", "--check"]) == 0


def test_an_operation_that_is_gone_stays_where_the_user_changed_it(folder: Path, capsys: CapSys) -> None:
    assert become(folder, GOOD + PURGE) == 0
    file = folder / CODE / "operations.py"
    head, tail = file.read_text().split("async def purge(")
    body = tail.replace("    return await work.commit", "    print('mine')\n    return await work.commit")
    body = body if body != tail else tail.replace("    await work.commit", "    print('mine')\n    await work.commit")
    assert body != tail
    file.write_text(f"{head}async def purge({body}")
    capsys.readouterr()
    assert become(folder, GOOD) == 3
    assert f"{CODE}/operations.py: conflict, between markers in the file\n" in capsys.readouterr().out
    assert "print('mine')" in file.read_text()
    assert run(["resolve", "--take", "generated", f"{CODE}/operations.py"]) == 0
    clean(folder)
    assert run(["generate", "--check"]) == 0


def test_logic_that_the_user_wrote_outlives_its_operation(folder: Path, capsys: CapSys) -> None:
    assert become(folder, GOOD + WEIGH) == 0
    file = folder / LOGIC
    mine = file.read_text().replace("    raise", "    if n:\n        return WeighAnswer(sum=n)\n    raise")
    assert mine != file.read_text()
    file.write_text(mine)
    capsys.readouterr()
    become(folder, GOOD)
    assert "logic/weigh.py" in capsys.readouterr().out
    assert file.read_text() == mine
    become(folder, GOOD + WEIGH)
    assert file.read_text() == mine
    clean(folder)


ADDITIONS = {
    "an operation": PURGE,
    "an operation of the user's": WEIGH,
    "a query": "          get_thing: {http: 'GET /things/{id}', reads: Thing, public: a test}\n",
    "an event": "        events: {ThingSeen: {thing: uuid, name: text}}\n",
    "a service": "      others:\n        owns: {Other: {name: text}}\n        operations: {make: {creates: Other}}\n",
    "a caller": "      callers:\n        calls: [things.add]\n        operations: {ask: {http: POST /ask, public: a test}}\n",
}
ORDER = list(ADDITIONS)
"""As they stand in the file: what belongs to the service comes before its neighbours."""


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sets(st.sampled_from(ORDER)), other=st.sets(st.sampled_from(ORDER)))
def test_there_and_back_is_where_one_began(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, start: set[str], other: set[str]
) -> None:
    def having(which: set[str]) -> str:
        return GOOD + "".join(ADDITIONS[name] for name in ORDER if name in which)

    folder = tmp_path_factory.mktemp("there")
    monkeypatch.chdir(folder)

    def become(which: set[str]) -> dict[str, bytes]:
        (folder / "blueprint.yaml").write_text(having(which))
        assert run(["generate", "--prune"]) == 0
        found = files(folder)
        assert run(["generate"]) == 0
        assert files(folder) == found
        # What has shipped stays shipped, migrations only ever grow.
        kept = ("/migrations/", ".svcforge/")
        return {path: data for path, data in found.items() if not any(word in path for word in kept)}

    first = become(start)
    become(other)
    last = become(start)
    assert sorted(p for p in {*first, *last} if first.get(p) != last.get(p)) == []
