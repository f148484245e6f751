"""The stack of the manual makes a service in Go: its text is well-formed, and where Go is, it is built, vetted and run."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from tests.docs.blocks import ROOT, blocks

from svcforge.cli.app import run

DOCUMENT = ROOT / "docs" / "own-pack.md"

needs_go = pytest.mark.skipif(shutil.which("go") is None, reason="there is no go here")


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """What the manual's blueprint and pack make."""
    for block in blocks(DOCUMENT):
        if block.file:
            (tmp_path / block.file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / block.file).write_text(block.text)
    assert run(["generate", str(tmp_path)]) == 0
    return tmp_path / "services/greeter"


def go(service: Path, *arguments: str) -> str:
    offline = {
        "GOFLAGS": "-mod=mod",
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "GOCACHE": str(service.parent / "cache"),
    }
    done = subprocess.run(
        [*arguments], cwd=service, env=os.environ | offline, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def answer(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as found:
            return found.status, found.read().decode().strip()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode().strip()


def test_the_pack_is_about_forty_lines() -> None:
    lines = [line for b in blocks(DOCUMENT) if b.file.startswith("packs/go/") for line in b.text.splitlines() if line]
    assert 30 <= len(lines) <= 45


def test_every_operation_has_a_route_and_a_function(service: Path) -> None:
    text = (service / "main.go").read_text()
    assert re.findall(r'HandleFunc\("(.*?)", (\w+)\)', text) == [("GET /v1/greetings/{name}", "Greet")]
    assert re.findall(r"^func (\w+)\(", text, re.MULTILINE) == ["main", "Greet"]
    assert all(text.count(left) == text.count(right) for left, right in ("{}", "()"))
    assert (service / "go.mod").read_text() == "module greetings/greeter\n\ngo 1.22\n"
    [part] = json.loads((service.parents[1] / "run.json").read_text())["parts"]
    assert part["run"] == ["go", "run", "."]


@pytest.mark.alive
@needs_go
def test_go_builds_vets_and_formats_it_and_it_answers(service: Path) -> None:
    go(service, "go", "vet", "./...")
    go(service, "go", "build", "-o", str(service.parent / "built"), ".")
    if shutil.which("gofmt"):
        assert go(service, "gofmt", "-l", ".") == ""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    child = subprocess.Popen([service.parent / "built"], env={"PORT": str(port)})
    try:
        for _ in range(100):
            try:
                assert answer(port, "/health/ready") == (200, "ready")
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        assert answer(port, "/v1/greetings/ann") == (501, "greet is not written yet")
    finally:
        child.kill()
        child.wait()
