"""An operation that gets a second version and loses its first: what is the user's of either stays where it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.test_generate import GOOD, files, folder
from tests.cli.test_growth import CODE, MINE, become, clean, edited, texts

from svcforge.cli.app import run

__all__ = ["folder"]

FIELDS = GOOD.replace("{name: text}", "{name: text, colour: text = red}")
FIRST = "{http: POST /weigh, in: {n: int}, out: {sum: int}, public: a test}"
SECOND = "{http: POST /weigh, in: {n: int, of: text}, out: {sum: int}, public: a test}"
ADD = "{http: POST /things, creates: Thing, public: a test}"
ADD_TWO = '{http: POST /things, creates: Thing, in: [name, colour], public: a test, rule: "not twice"}'


def having(add: str, weigh: str) -> str:
    """Two operations, one with a verb and one that is the user's."""
    assert f"add: {ADD}\n" in FIELDS
    return FIELDS.replace(f"add: {ADD}\n", f"add: {add}\n          weigh: {weigh}\n")


def several(**versions: str) -> str:
    return f"{{versions: {{{', '.join(f'{number[1:]}: {body}' for number, body in versions.items())}}}}}"


ONE = having(ADD, FIRST)
BOTH = having(several(v1=ADD, v2=ADD_TWO), several(v1=FIRST, v2=SECOND))
TWO = having(several(v2=ADD_TWO), several(v2=SECOND))


def written(folder: Path, name: str) -> Path:
    """The file of an operation's logic, in which the user has written."""
    file = folder / CODE / "logic" / f"{name}.py"
    text = file.read_text()
    mine = text.replace("    raise", "    if n:\n        return WeighAnswer(sum=n)\n    raise").replace(
        "WeighAnswer", "WeighV2Answer" if name.endswith("_v2") else "WeighAnswer"
    )
    assert mine != text
    file.write_text(mine)
    return file


def block(text: str, name: str) -> str:
    """A function of a module, up to the next one."""
    start = text.index(f"async def {name}(")
    return text[start:].split("\n\n\n")[0].rstrip("\n")


def test_a_second_version_moves_nothing_of_the_first(folder: Path) -> None:
    assert become(folder, ONE) == 0
    before = edited(folder)
    logic = written(folder, "weigh")
    mine = logic.read_bytes()
    paths = files(folder)
    assert become(folder, BOTH) == 0
    after = texts(folder)
    assert logic.read_bytes() == mine
    assert (folder / CODE / "logic/weigh_v2.py").is_file()
    for name in MINE:
        assert "# Mine.\n" in after[name]
    for name, operation in (("api.py", "add"), ("api.py", "weigh"), ("operations.py", "add")):
        assert block(after[name], operation) == block(before[name], operation)
        assert block(after[name], f"{operation}_v2")
    assert '@router.post("/v1/weigh"' in after["api.py"]
    assert '@router.post("/v2/weigh"' in after["api.py"]
    assert after["domain.py"] == before["domain.py"]
    # Nothing is gone.
    assert set(paths) <= set(files(folder))
    clean(folder)
    assert run(["generate", "--check"]) == 0


def test_the_first_is_dropped_and_the_second_stays_where_it_is(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert become(folder, BOTH) == 0
    before = texts(folder)
    first = (folder / CODE / "logic/weigh.py").read_bytes()
    second = written(folder, "weigh_v2")
    mine = second.read_bytes()
    assert become(folder, TWO) == 0
    after = texts(folder)
    assert not (folder / CODE / "logic/weigh.py").exists()
    assert second.read_bytes() == mine
    for name, operation in (("api.py", "add"), ("api.py", "weigh"), ("operations.py", "add")):
        assert f"async def {operation}(" not in after[name]
        assert block(after[name], f"{operation}_v2") == block(before[name], f"{operation}_v2")
    clean(folder)
    assert run(["generate", "--check"]) == 0
    assert become(folder, BOTH) == 0
    assert texts(folder) == before
    assert (folder / CODE / "logic/weigh.py").read_bytes() == first


def test_a_first_version_in_which_the_user_has_written_outlives_its_end(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert become(folder, BOTH) == 0
    first = written(folder, "weigh")
    mine = first.read_bytes()
    capsys.readouterr()
    become(folder, TWO)
    assert "logic/weigh.py" in capsys.readouterr().out
    assert first.read_bytes() == mine


def test_the_tests_that_are_generated_ask_each_version_under_its_own_path(folder: Path) -> None:
    assert become(folder, BOTH) == 0
    service = folder / "services/things"
    asked = "".join(file.read_text() for file in sorted((service / "tests").rglob("*.py")))
    for path in ("/v1/things", "/v2/things", "/v1/weigh", "/v2/weigh"):
        assert path in asked


def test_lint_fix_mends_a_reference_to_the_name_in_code(folder: Path) -> None:
    wrong = BOTH + "      asks: {operations: {ask: {http: POST /ask, public: a test, calls: [things.weigh_v2]}}}\n"
    (folder / "blueprint.yaml").write_text(wrong)
    command = [sys.executable, "-m", "svcforge", "lint", "--fix", "--unsafe-fixes", "--select", "SF001"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "blueprint.yaml").read_text() == wrong.replace("things.weigh_v2", "things.weigh.v2")
