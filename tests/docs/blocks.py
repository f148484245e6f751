"""Documents whose examples run: fenced blocks, what is typed in them, and what is printed.

In a document, a block of `console` is a session: a line that begins with `$ ` is typed (lines that go on end with a
backslash), the lines below are what is printed, and `...` in them stands for anything. `yaml FILE` and `python FILE`
are files, written in the folder where the session began; `yaml` without a name is a blueprint or a part of one, which must be readable.
A comment before a block says when it runs: `<!-- alive -->` with what takes minutes, `<!-- not run: why -->` never.
All blocks of a document share one shell, in an empty folder.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))

BLOCK = re.compile(
    r"(?:<!-- (?P<when>alive|not run: [^\n]+) -->\n)?^(?P<fence>`{3,})(?P<language>\w+)(?: (?P<file>[^\n]+))?\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
SEEN = "\x1e"
"""Stands before what each command prints."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `when` is "", "alive", or why it is not run."""

    language: str
    file: str
    text: str
    when: str
    line: int


@dataclass(frozen=True, slots=True)
class Step:
    """A command of a session, and what it is said to print."""

    command: str
    prints: str


def blocks(document: Path) -> tuple[Block, ...]:
    text = document.read_text(encoding="utf-8")
    return tuple(
        Block(b["language"], b["file"] or "", b["text"], b["when"] or "", text.count("\n", 0, b.start()) + 1)
        for b in BLOCK.finditer(text)
    )


def steps(block: Block) -> Iterator[Step]:
    """The commands of a session with what each prints."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        typed = re.match(r"(?:[^\n]*\\\n)*[^\n]*\n", part)
        assert typed is not None
        yield Step(typed[0].rstrip("\n"), part[typed.end() :])


def matches(said: str, printed: str) -> bool:
    """Whether what was printed is what is said, with `...` for anything."""
    pattern = ".*".join(re.escape(part) for part in said.rstrip().split("..."))
    return re.fullmatch(pattern, printed.rstrip(), re.DOTALL) is not None


def session(document: Path, folder: Path, *, alive: bool) -> list[tuple[Step, str]]:
    """Type the commands of a document into one shell; each with what it printed."""
    chosen = [b for b in blocks(document) if b.when == "" or (alive and b.when == "alive")]
    script, typed = ["exec 2>&1"], []
    for block in chosen:
        if block.file:
            file = folder / block.file
            script.append(f"mkdir -p {file.parent}; cat > {file} <<'END_OF_FILE'\n{block.text}END_OF_FILE")
        elif block.language == "console":
            for step in steps(block):
                typed.append(step)
                script.append(f"printf '{SEEN}'\n{step.command}")
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    printed = done.stdout.split(SEEN)[1:]
    assert len(printed) == len(typed), done.stdout
    return list(zip(typed, printed, strict=True))


def environment(folder: Path) -> dict[str, str]:
    """A clean one, in which `svcforge` is this checkout's."""
    home = os.environ.get("HOME", str(folder))
    kept = {name: value for name, value in os.environ.items() if name.startswith(("UV_", "PIP_", "SSL_", "SVCFORGE_"))}
    path = f"{Path(sys.executable).parent}:{os.defpath}:/usr/local/bin"
    ours = {"PATH": path, "HOME": home, "LC_ALL": "C.UTF-8", "COLUMNS": "80", "PYTHONDONTWRITEBYTECODE": "1"}
    # A document that changes svcforge itself does so in a copy.
    return {**ours, **kept, "PYTHONPATH": str((folder if (folder / "src").exists() else ROOT) / "src")}


def wrong(done: Iterable[tuple[Step, str]]) -> list[str]:
    """The commands that printed something else than their document says."""
    return [
        f"$ {step.command}\n--- said\n{step.prints}--- printed\n{printed}"
        for step, printed in done
        if not matches(step.prints, printed)
    ]
