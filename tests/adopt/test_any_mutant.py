"""Sources that somebody broke: whatever their files have become, the import says what it read and lists the rest."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from tests.adopt.sources import ALL

from svcforge.errors import SvcforgeError
from svcforge.load import load_text
from svcforge.pipeline.importing import imported

EACH = 40
"""Mutants of each form in one run of the tests."""
JUNK = ("", "~", "{", "}", "[", "- ", ": ", "&a ", "*a ", "<<: ", "|", '"', "{{", "}}", "{{ end }}", "{{- range . }}", "${", "$", "\t", "\x00",
        "日本", "\U0001f600\u202e", "e\u0301", "../", "/", "x" * 300, "https://a.b/c", "null", "!tag ", "%", "---\n", "\r\n", "#", "0", "-1",
        "(a*)*", "kustomization.yaml", "compose.yaml", "a.b.c", "~1")  # fmt: skip
NOTE = re.compile(r"[^\n]+:\d+( [^\n]*)?: [^\n]+")


def mutated(files: dict[str, str], random: Random) -> dict[str, bytes]:
    """The files with one to four changes, and now and then other line ends or a byte-order mark."""
    changed = dict(files)
    for _ in range(random.randint(1, 4)):
        name = random.choice([*changed])
        changed[name] = change(changed[name], random, [word for text in files.values() for word in text.split()])
    found = {name: text.encode("utf-8", "surrogatepass") for name, text in changed.items()}
    if random.random() < 0.2:
        found = {name: b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n") for name, text in found.items()}
    if random.random() < 0.1:
        found[random.choice([*found])] = random.randbytes(40)
    if random.random() < 0.1:
        del found[random.choice([*found])]
    return found


def change(text: str, random: Random, words: list[str]) -> str:
    """A text with a line lost, doubled, moved or shifted, a word replaced, something put in, or its end cut off."""
    lines = text.split("\n")
    at = random.randrange(len(lines))
    spot = random.randrange(len(text) + 1)
    match random.randrange(8):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case 2:
            lines.insert(random.randrange(len(lines)), lines.pop(at))
        case 3:
            lines[at] = "  " * random.randrange(4) + lines[at].lstrip()
        case 4:
            return text[:spot]
        case 5:
            return text[:spot] + random.choice(JUNK) + text[spot:]
        case 6:
            return text[:spot] + random.choice(words) + text[spot + random.randrange(12) :]
        case _:
            lines[at] = lines[at].replace(random.choice(lines[at].split() or ["x"]), random.choice(words), 1)
    return "\n".join(lines)


def placed(files: dict[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def verified(folder: Path) -> None:
    """Import a folder, and find that the result can be read, has a place on every line, and that notes have one too."""
    try:
        found = imported([str(folder)])
    except SvcforgeError:
        return
    assert [(f.code, f.message) for f in load_text(found.text).findings] == []
    assert [line for line in found.text.splitlines() if "#" not in line] == []
    assert [note for note in found.notes if not NOTE.fullmatch(note)] == []


@pytest.mark.parametrize("form", ALL)
def test_a_source_as_it_should_be_leaves_nothing_unread(form: str, tmp_path: Path) -> None:
    placed({name: text.encode() for name, text in ALL[form].items()}, tmp_path)
    verified(tmp_path)
    assert [note for note in imported([str(tmp_path)]).notes if "not read" in note or "not followed" in note] == []


@pytest.mark.parametrize("form", ALL)
def test_windows_line_ends_and_a_byte_order_mark_change_nothing(form: str, tmp_path: Path) -> None:
    texts = []
    for name, mark, end in (("a", b"", b"\n"), ("b", b"\xef\xbb\xbf", b"\r\n")):
        folder = tmp_path / name / "shop"
        placed({file: mark + text.encode().replace(b"\n", end) for file, text in ALL[form].items()}, folder)
        texts.append(imported([str(folder)]).text)
    assert texts[0] == texts[1]


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("seed", range(4))
def test_no_mutant_raises(form: str, seed: int) -> None:
    random = Random(f"{form} {seed}")
    for _ in range(EACH // 4):
        with TemporaryDirectory() as folder:
            placed(mutated(ALL[form], random), Path(folder))
            verified(Path(folder))
