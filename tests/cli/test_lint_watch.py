"""`svcforge lint --watch`: what appears and goes on each save, on a terminal and without one."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.terminal import CTRL_C, PATIENCE, Terminal

from svcforge.cli.app import run

HEAD = "svcforge: 1\nsystem: s\n"
CALM = HEAD + "contexts: {c: {services: {a: {calls: [b]}, b: {}}}}\n"
CYCLE = CALM.replace("b: {}", "b: {calls: [a]}")


class Watched:
    """A watching svcforge whose lines can be waited for."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process, self.lines = process, list[str]()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def until(self, pattern: str, *, after: int = 0) -> int:
        """Wait for a line; returns how many there are up to and with it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for number, line in enumerate(list(self.lines[after:]), after + 1):
                if re.fullmatch(pattern, line):
                    return number
            time.sleep(0.01)
        raise AssertionError(f"{pattern!r} never came: {self.lines}")

    def interrupted(self) -> int:
        """Press Ctrl-C, and return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


@contextmanager
def watching(folder: Path, *arguments: str) -> Iterator[Watched]:
    process = subprocess.Popen(
        [sys.executable, "-m", "svcforge", "lint", "--watch", "--select", "SF003,SF101,SF01,SF013", *arguments],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        yield Watched(process)
    finally:
        process.kill()
        process.wait()


def test_a_save_shows_what_appeared_and_what_went(tmp_path: Path) -> None:
    file = tmp_path / "blueprint.yaml"
    file.write_text(CALM)
    with watching(tmp_path, "--format", "concise", "--output", "json:found.json") as watched:
        start = watched.until("watching 2 files; Ctrl-C ends")
        file.write_text(CYCLE)
        appeared = watched.until(r"\d\d:\d\d:\d\d blueprint.yaml changed: 1 appeared, 0 gone", after=start)
        found = watched.until(r'blueprint.yaml:3:\d+: SF101 error synchronous cycle "a -> b -> a"', after=appeared)
        assert "SF101" in (tmp_path / "found.json").read_text()
        file.write_text("# a line above moves it, and it stays the same\n" + CYCLE)
        same = watched.until(r".* changed: 0 appeared, 0 gone", after=found)
        file.write_text(CALM)
        gone = watched.until(r".* changed: 0 appeared, 1 gone", after=same)
        watched.until(r'gone: blueprint.yaml:4:\d+: SF101 error synchronous cycle "a -> b -> a"', after=gone)
        assert watched.interrupted() == 130
        assert watched.lines[-1] == "interrupted"


def test_a_file_that_a_glob_matches_now_and_one_that_is_gone_are_seen(tmp_path: Path) -> None:
    (tmp_path / "blueprint.yaml").write_text(HEAD + "include: [parts/*.yaml]\n")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/a.yaml").write_text("contexts: {c: {services: {a: {calls: [a]}}}}\n")
    with watching(tmp_path, "--format", "concise") as watched:
        start = watched.until("watching 3 files; Ctrl-C ends")
        (tmp_path / "parts/b.yaml").write_text("contexts: {c: {services: {b: {}}}}\n")
        added = watched.until(r".* parts/b.yaml changed: 1 appeared, 0 gone", after=start)
        (tmp_path / "parts/a.yaml").unlink()
        removed = watched.until(r".* parts/a.yaml changed: 0 appeared, 1 gone", after=added)
        (tmp_path / "parts/b.yaml").unlink()
        watched.until(r".* parts/b.yaml changed: 1 appeared, 0 gone", after=removed)
        watched.until('blueprint.yaml:3:11: SF013 error "parts/[*].yaml" matches no file', after=removed)


def test_a_blueprint_that_cannot_be_read_for_a_moment_still_has_what_it_had(tmp_path: Path) -> None:
    file = tmp_path / "blueprint.yaml"
    file.write_text(CYCLE)
    with watching(tmp_path) as watched:
        start = watched.until("watching 2 files; Ctrl-C ends")
        file.write_text(CYCLE + "contexts: {")
        broken = watched.until(r".* changed: [12] appeared, 0 gone", after=start)
        file.write_text(CYCLE)
        mended = watched.until(r".* changed: 0 appeared, [12] gone", after=broken)
        watched.until(r"gone: blueprint.yaml:4:\d+: SF010 error .*", after=mended)


def test_what_stops_a_later_judgement_is_told_and_the_next_goes_on(tmp_path: Path) -> None:
    (tmp_path / "blueprint.yaml").write_text(CALM)
    (tmp_path / "old.yaml").write_text(CALM)
    with watching(tmp_path, "--format", "concise", "--against", "old.yaml") as watched:
        start = watched.until("watching 3 files; Ctrl-C ends")
        (tmp_path / "old.yaml").write_text("{")
        told = watched.until(
            r'.* old.yaml changed: error: the older version "old.yaml" cannot be read: .*', after=start
        )
        (tmp_path / "old.yaml").write_text(CALM)
        watched.until(r".* old.yaml changed: 0 appeared, 0 gone", after=told)


def test_a_terminal_shows_it_too(tmp_path: Path) -> None:
    (tmp_path / "blueprint.yaml").write_text(CALM)
    terminal = Terminal(["lint", "--watch", "--select", "SF101"], tmp_path)
    terminal.wait_for("Ctrl-C ends")
    (tmp_path / "blueprint.yaml").write_text(CYCLE)
    terminal.wait_for("Found 1 error")
    terminal.press(CTRL_C)
    assert terminal.ended() == 130
    assert "1 appeared, 0 gone" in terminal.screen


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-"], "standard input is read once, and cannot be watched"),
        (["--format", "json"], '--watch shows full or concise, not "json"'),
        (["--fix"], "--watch looks, and changes nothing"),
        (["--select", "nothing-like-it"], 'there is no rule "nothing-like-it"'),
    ],
)
def test_what_cannot_be_watched_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "blueprint.yaml").write_text(CALM)
    assert run(["lint", "--watch", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"error: {message}\n")
