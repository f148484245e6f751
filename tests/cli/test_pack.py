"""`svcforge pack`: a pack of one's own is begun, checked, fetched and trusted."""

from __future__ import annotations

import runpy
import threading
import urllib.error
import urllib.request
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
import typer
from tests.pipeline.test_packing import git, kit, system, tagged
from tests.pipeline.test_shelving import lay
from typer.main import get_command

from svcforge.cli import pack
from svcforge.cli.app import run

__all__ = ["kit", "system"]

BLUEPRINT = """\
svcforge: 1
system: corner
packs: [{from: ./packs/mine}]
defaults: {stack: mine}
contexts:
  a:
    services:
      orders: {operations: {get_order: {http: "GET /orders/{id}", in: {id: text}, out: {name: text}, public: anyone}}}
"""


def got(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_every_option_of_every_part_says_what_it_does() -> None:
    group = get_command(pack.group)
    assert isinstance(group, typer.core.TyperGroup)
    assert sorted(group.commands) == ["check", "new", "trust", "update"]
    silent = [
        f"{name} {parameter.name}"
        for name, command in group.commands.items()
        for parameter in command.params
        if not getattr(parameter, "help", None)
    ]
    assert silent == []


def test_a_new_stack_makes_services_that_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["pack", "new", "mine"]) == 0
    assert capsys.readouterr().out.endswith("  packs: [{from: ./packs/mine}]\n  defaults: {stack: mine}\n")
    lay(tmp_path, {"blueprint.yaml": BLUEPRINT})
    assert run(["generate"]) == 0
    module = runpy.run_path(str(tmp_path / "services/orders/main.py"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), module["Service"])
    monkeypatch.setattr(module["Service"], "log_message", lambda *_: None)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    try:
        assert [got(base + path) for path in ("/health/ready", "/v1/orders/7?x=1", "/v1/orders", "/")] == [
            (200, "ready"), (501, "get_order is not written yet"), (404, "there is nothing here"),
            (404, "there is nothing here"),
        ]  # fmt: skip
    finally:
        server.shutdown()
        server.server_close()


def test_a_new_platform_knows_the_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["pack", "new", "fleet", "--kind", "platform"]) == 0
    assert run(["init", "--no-input", "."]) == 0
    blueprint = tmp_path / "blueprint.yaml"
    text = blueprint.read_text().replace("deploy: [compose]", "deploy: [fleet]")
    blueprint.write_text(text.replace("platform: ", "packs: [{from: ./packs/fleet}]\nplatform: ", 1))
    assert run(["generate"]) == 0
    assert "- orders: `services/orders`, port " in (tmp_path / "platform/fleet/README.md").read_text()


@pytest.mark.parametrize("name", ["Go", "go_kit", "../go", "", "go-"])
def test_a_name_that_no_pack_may_have_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["pack", "new", name]) == 2
    assert f'error: a pack cannot be called "{name}"' in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lay(tmp_path, {"packs/mine/pack.yaml": "mine"})
    assert run(["pack", "new", "mine"]) == 2
    assert (tmp_path / "packs/mine/pack.yaml").read_text() == "mine"


@pytest.mark.parametrize("kind", ["stack", "platform"])
def test_a_new_pack_passes_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["pack", "new", "mine", "--kind", kind]) == 0
    capsys.readouterr()
    assert run(["pack", "check", "packs/mine"]) == 0
    lines = capsys.readouterr().out.splitlines()
    each, made = ("service", "2 files in 2 parts") if kind == "stack" else ("system", "1 files in 1 parts")
    assert lines[0].startswith(f"mine: {kind}, once for each {each}; can: ")
    assert lines[1] == "rendered by svcforge itself"
    assert lines[2].startswith(f"minimal: {made}")


@pytest.mark.parametrize(
    ("files", "code", "said"),
    [
        ({"copier.yml": "{}", "a.txt.jinja": "{{ nothing }}"}, 1, '"kit/a.txt.jinja" line 1: "nothing" is undefined'),
        ({"copier.yml": "{}", "a.txt.jinja": "{% if %}"}, 1, '"kit/a.txt.jinja" line 1: '),
        ({"copier.yml": "{}", "{{ service.folder }}/..|.jinja": ""}, 1, "is no path to write to"),
        ({"copier.yml": "_tasks: [x]\n"}, 0, 'rendered by Copier: "kit/copier.yml" line 1: the setting "_tasks"'),
        ({"pack.yaml": "pack: kit\nkind: stack\nunit: service\ninto: x\nhooks: []\n"}, 2, '"hooks" is not a key of a card'),
        ({"README.md": ""}, 2, "is no pack"),
        (
            {"copier.yml": "{}", "Makefile": "", ".github/workflows/ci.yml": "", "Makefile.md": ""}, 0,
            "runs code where it is opened or built: .github/workflows/ci.yml, Makefile\n",
        ),
        ({"pack.yaml": "extends: envoy\n"}, 0, "its literals are svcforge's"),
    ],
    ids=["fact", "syntax", "path", "copier", "card", "none", "code", "literals"],
)  # fmt: skip
def test_the_check_says_what_is_wrong_and_who_renders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str], code: int, said: str
) -> None:
    lay(tmp_path / "kit", files)
    assert run(["pack", "check", str(tmp_path / "kit")]) == code
    printed = capsys.readouterr()
    assert said in printed.out + printed.err


def test_an_update_says_what_moved(system: Path, kit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = git(kit, "rev-parse", "v1")[:12]
    for said in (f"go-kit is now at {first}\n", f"go-kit is at {first}\n"):
        assert run(["pack", "update", "-b", str(system)]) == 0
        assert capsys.readouterr().out == said
    second = tagged(kit, "v1")[:12]
    assert run(["pack", "update", "go-kit", "-b", str(system)]) == 0
    assert capsys.readouterr().out == f"go-kit is now at {second}, was at {first}\n"
    assert run(["pack", "trust", f"go-kit@{second}", "-b", str(system)]) == 0
    assert capsys.readouterr().out.startswith(f"go-kit is trusted at {second}: ")


def test_without_packs_from_git_there_is_nothing_to_update(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lay(
        tmp_path,
        {
            "blueprint.yaml": BLUEPRINT.replace("packs: [{from: ./packs/mine}]\n", "").replace(
                "stack: mine", "stack: python"
            )
        },
    )
    assert run(["pack", "update", "-b", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "no pack comes from git\n"
    assert [path.name for path in tmp_path.iterdir()] == ["blueprint.yaml"]


def test_trust_must_name_a_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pack", "trust", "go-kit"]) == 2
    assert "help: svcforge pack trust go-kit@COMMIT" in capsys.readouterr().err
