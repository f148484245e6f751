"""Every command, file and blueprint that a document shows does what the document says."""

from __future__ import annotations

import json
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from tests.docs.blocks import DOCUMENTS, ROOT, blocks, environment, matches, session, steps, wrong

from svcforge.load import load_text

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=[d.name for d in DOCUMENTS])
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")


@pytest.fixture
def folder(document: Path, tmp_path: Path) -> Path:
    """An empty folder; for the recipes of CONTRIBUTING, a copy of what they change."""
    if document.name == "CONTRIBUTING.md":
        for part in ("src", "templates", "blueprints"):
            shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@needs_bash
@each_document
def test_the_sessions_of_a_document_print_what_it_says(document: Path, folder: Path) -> None:
    assert wrong(session(document, folder, alive=False)) == []


@needs_bash
@pytest.mark.alive
@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
@pytest.mark.parametrize("document", [d for d in DOCUMENTS if any(b.when == "alive" for b in blocks(d))], ids=str)
def test_the_sessions_that_start_servers_do_too(document: Path, tmp_path: Path) -> None:
    try:
        assert wrong(session(document, tmp_path, alive=True)) == []
    finally:
        for run in tmp_path.rglob("run.json"):
            subprocess.run(["svcforge", "down", run.parent], env=environment(tmp_path), check=False)


@each_document
def test_the_blueprints_of_a_document_can_be_read(document: Path) -> None:
    refused = {}
    for block in blocks(document):
        if block.language == "yaml" and not block.file and not block.when:
            head = "" if block.text.startswith("svcforge:") else "svcforge: 1\nsystem: docs\n"
            found = load_text(head + block.text).findings
            refused |= {block.line: [f.message for f in found]} if found else {}
    assert refused == {}


@each_document
def test_blocks_of_other_languages_are_well_formed(document: Path) -> None:
    readers = {"json": json.loads, "toml": tomllib.loads, "yaml": yaml.safe_load}
    readers["python"] = lambda text: compile(text, document.name, "exec")
    for block in blocks(document):
        if block.language in readers:
            readers[block.language](block.text)
        else:
            assert block.language in ("console", "text")


@each_document
def test_only_few_things_are_not_run_and_each_has_a_reason(document: Path) -> None:
    silent = [block for block in blocks(document) if block.when.startswith("not run")]
    assert len(silent) <= 3


@pytest.mark.parametrize(
    ("said", "printed", "same"),
    [
        ("a\n", "a\n", True),
        ("a\n", "b\n", False),
        ("a ... z\n", "a b c\nd z\n", True),
        ("a ... z\n", "a b c\n", False),
        ("...\nz\n", "a\nb\nz\n", True),
        ("", "", True),
        ("", "something\n", False),
        ("(a.c)\n", "(abc)\n", False),
    ],
)
def test_three_dots_stand_for_anything_and_nothing_else_does(said: str, printed: str, same: bool) -> None:
    assert matches(said, printed) is same


def test_a_session_is_commands_with_what_they_print(tmp_path: Path) -> None:
    document = tmp_path / "d.md"
    document.write_text(
        "```console\n$ echo one \\\n  two\none two\n$ cat f.txt\nhere\n```\n"
        "<!-- alive -->\n```console\n$ exit 3\n```\n```text f.txt\nhere\n```\n"
    )
    shown = blocks(document)
    assert [(b.language, b.when, b.file) for b in shown] == [
        ("console", "", ""), ("console", "alive", ""), ("text", "", "f.txt")
    ]  # fmt: skip
    assert [(s.command, s.prints) for s in steps(shown[0])] == [
        ("echo one \\\n  two", "one two\n"), ("cat f.txt", "here\n")
    ]  # fmt: skip
    done = session(document, tmp_path, alive=False)
    assert [printed for _, printed in done] == ["one two\n", "cat: f.txt: No such file or directory\n"]
    assert len(wrong(done)) == 1
