"""`svcforge init`: a first blueprint without findings, asked for or not, and never over a file."""

from __future__ import annotations

import io
import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.terminal import CTRL_C, Terminal

from svcforge import pipeline
from svcforge.cli.app import run
from svcforge.errors import SvcforgeError
from svcforge.load.schema import json_schema
from svcforge.pipeline import starting

PROFILES = ("minimal", "recommended")
"""Production asks for what an example on one machine has not: a mesh and a secret store."""
ANSWERS = [
    dict(zip(starting.STARTER_QUESTIONS, a, strict=True))
    for a in itertools.product(*starting.STARTER_QUESTIONS.values())
]
posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a POSIX matter")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder of a plain name."""
    home = tmp_path / "corner-shop"
    home.mkdir()
    monkeypatch.chdir(home)
    return home


def test_without_a_terminal_nothing_is_asked(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert run(["init"]) == 0
    assert capsys.readouterr().out == (
        "created blueprint.yaml\ncreated blueprint.schema.json\n"
        "next: svcforge lint && svcforge generate && svcforge up\n"
    )
    assert "\nsystem: corner-shop\n" in (folder / "blueprint.yaml").read_text()


def test_input_that_is_no_terminal_is_not_read(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "svcforge", "init"],
        cwd=folder,
        input="bakery\n" * 4,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "bakery" not in (folder / "blueprint.yaml").read_text()


@posix
def test_enter_at_every_question_is_the_same_as_no_input(folder: Path) -> None:
    assert run(["init", "--no-input"]) == 0
    expected = (folder / "blueprint.yaml").read_bytes()
    (folder / "asked" / "corner-shop").mkdir(parents=True)
    terminal = Terminal(["init"], folder / "asked" / "corner-shop")
    for question in ("System [corner-shop]", "Stack", "Broker", "Mesh"):
        terminal.wait_for(question)
        terminal.press("\n")
    assert terminal.ended() == 0
    assert (folder / "asked" / "corner-shop" / "blueprint.yaml").read_bytes() == expected


@posix
def test_answers_are_taken_and_wrong_ones_asked_again(folder: Path) -> None:
    terminal = Terminal(["init"], folder)
    for question, answer in [
        ("System", "bakery"),
        ("Stack (python, typescript, java, dotnet) [python]", ""),
        ("Broker (rabbitmq, kafka, nats, sqs) [rabbitmq]", "rabbit"),
        ("Broker [rabbitmq]", "kafka"),
        ("Mesh (none, istio, linkerd, consul) [none]", "linkerd"),
    ]:
        terminal.wait_for(question)
        terminal.press(f"{answer}\n")
    assert terminal.ended() == 0
    assert '"rabbit" is none of rabbitmq, kafka, nats, sqs' in terminal.screen
    lines = (folder / "blueprint.yaml").read_text().splitlines()
    assert "system: bakery" in lines
    assert "  mesh: linkerd" in lines
    assert [line.split("#")[0].strip() for line in lines if "broker:" in line or " stack:" in line] == [
        "broker: kafka",
        "stack: python",
    ]


@posix
def test_no_input_asks_nothing_on_a_terminal_either(folder: Path) -> None:
    assert Terminal(["init", "--no-input"], folder).ended() == 0
    assert (folder / "blueprint.yaml").exists()


@posix
@pytest.mark.parametrize("key", [CTRL_C, "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_an_interrupted_question_exits_130_and_leaves_nothing(folder: Path, key: str) -> None:
    terminal = Terminal(["init"], folder)
    terminal.wait_for("System")
    terminal.press("bakery\n")
    terminal.wait_for("[python]: ")
    terminal.press(key)
    assert terminal.ended() == 130
    assert terminal.screen.endswith("interrupted\r\n")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["Shop!", "9lives", "a_b", "x" * 41, "con", ""])
@posix
def test_a_bad_name_is_refused_with_a_sentence(folder: Path, name: str) -> None:
    answers = {question: choices[0] for question, choices in starting.STARTER_QUESTIONS.items()}
    with pytest.raises(SvcforgeError):
        starting.init(folder, answers | {"system": name})
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("folder_name", "system"),
    [
        ("shop", "shop"),
        ("My Shop 2", "my-shop-2"),
        ("2 go", "go"),
        ("__", "shop"),
        ("x" * 60, "x" * 40),
        ("läden", "l-den"),
    ],
)
def test_the_system_is_named_after_the_folder(folder: Path, folder_name: str, system: str) -> None:
    assert run(["init", "--no-input", folder_name]) == 0
    assert f"\nsystem: {system}\n" in (folder / folder_name / "blueprint.yaml").read_text()
    assert run(["lint", folder_name]) == 0


@pytest.mark.parametrize("there", ["blueprint.yaml", "blueprint.schema.json"])
@pytest.mark.parametrize("arguments", [["--no-input"], ["--from", "minimal"]], ids=["starter", "example"])
def test_a_file_that_is_there_is_never_overwritten(
    folder: Path, capsys: pytest.CaptureFixture[str], there: str, arguments: list[str]
) -> None:
    (folder / there).write_text("mine")
    assert run(["init", *arguments]) == 2
    assert capsys.readouterr().err == (
        f'error: "{there}" exists already\n  help: choose another folder, or move the file away\n'
    )
    assert {f.name: f.read_text() for f in folder.iterdir()} == {there: "mine"}


def test_a_dangling_link_is_a_file_that_is_there(folder: Path) -> None:
    (folder / "blueprint.yaml").symlink_to("elsewhere.yaml")
    assert run(["init", "--no-input"]) == 2
    assert not (folder / "elsewhere.yaml").exists()


def test_a_file_where_the_folder_would_be_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "taken").write_text("mine")
    assert run(["init", "--no-input", "taken"]) == 2
    assert capsys.readouterr().err.startswith('error: "taken" cannot be written: ')


def test_an_unknown_example_has_a_nearest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "--from", "shopp"]) == 2
    assert capsys.readouterr().err == 'error: there is no example "shopp"\n  help: did you mean "shop"?\n'


@pytest.mark.parametrize("answers", ANSWERS, ids=lambda a: "-".join(a.values()))
def test_the_starter_gives_no_finding_at_all(folder: Path, answers: dict[str, str]) -> None:
    starting.init(folder, {"system": "shop", **answers})
    for profile in PROFILES:
        assert pipeline.lint(str(folder), profile=profile).report.findings == ()


@pytest.mark.parametrize("example", starting.examples())
def test_an_example_gives_no_finding_at_all(folder: Path, example: str) -> None:
    assert run(["init", "--from", example]) == 0
    for profile in PROFILES:
        assert pipeline.lint(str(folder), profile=profile).report.findings == ()


def test_the_starter_is_small_and_commented(folder: Path) -> None:
    assert run(["init", "--no-input"]) == 0
    lines = (folder / "blueprint.yaml").read_text().splitlines()
    assert len(lines) < 80
    assert sum("#" in line for line in lines) >= 12


def test_the_modeline_names_the_schema_beside_it(folder: Path) -> None:
    assert run(["init", "--no-input"]) == 0
    opening = (folder / "blueprint.yaml").read_text().splitlines()[0]
    assert opening == "# yaml-language-server: $schema=blueprint.schema.json"
    assert json.loads((folder / "blueprint.schema.json").read_text()) == json_schema()


def test_the_examples_name_the_schema_too(folder: Path) -> None:
    for example in starting.examples():
        assert run(["init", "--from", example, example]) == 0
        opening = (folder / example / "blueprint.yaml").read_text().splitlines()[0]
        assert opening == "# yaml-language-server: $schema=blueprint.schema.json"
