"""Packs of somebody else's are rendered apart: the same bytes, with limits, and nothing of theirs is run untold."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from svcforge.errors import SvcforgeError
from svcforge.packs.card import Card
from svcforge.packs.foreign import foreign_pack
from svcforge.packs.pack import Origin, Pack, read_pack
from svcforge.packs.trust import trust
from svcforge.packs.unit import File, Part, Unit
from svcforge.process import Limits
from svcforge.render import foreign
from svcforge.render.fast import FastRenderer
from svcforge.render.foreign import ForeignRenderer
from svcforge.render.unit import input_hash, render

PACKS = sorted(path.parent for path in Path(__file__).parent.glob("packs/*/pack.yaml"))
TIGHT = Limits(memory=1 << 30, cpu=1, file_size=1 << 20)
QUESTION = "name:\n  type: str\n  default: '{{ service.name }}'\n"
"""What only Copier answers."""


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def lay(root: Path, files: Mapping[str, str]) -> Pack:
    for path, text in {"copier.yml": "{}", **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return foreign_pack(root, root.name, Origin(f"./{root.name}"), {})


def made(pack: Pack, facts: Mapping[str, Any], limits: Limits = foreign.LIMITS) -> dict[str, str]:
    return {file.path: file.data.decode() for file in ForeignRenderer(pack, limits).render(facts)}


@pytest.mark.parametrize("root", PACKS, ids=lambda path: path.name)
def test_the_child_renders_as_we_do(root: Path) -> None:
    facts = json.loads((root / "facts.json").read_text())
    ours = read_pack(root)
    theirs = ForeignRenderer(Pack(ours.card, root, Origin("./x")))
    assert (theirs.name, theirs.render(facts)) == ("fast", FastRenderer(ours).render(facts))


@pytest.mark.parametrize("root", PACKS, ids=lambda path: path.name)
def test_copier_renders_what_is_beyond_us_to_the_same_files(root: Path, tmp_path: Path) -> None:
    facts = json.loads((root / "facts.json").read_text())
    copy = tmp_path / root.name
    shutil.copytree(root, copy)
    with (copy / "copier.yml").open("a") as settings:
        settings.write("\nquestion:\n  type: str\n  default: none\n")
    renderer = ForeignRenderer(foreign_pack(copy, root.name, Origin("./x"), {}))
    assert (renderer.name, renderer.render(facts)) == ("copier", FastRenderer(read_pack(root)).render(facts))


def test_a_question_is_answered_by_its_default_and_facts_come_as_they_are(tmp_path: Path) -> None:
    odd = "a\u2028b\x85\x7f\ufeff é😀 'x' \"y\" {{ z }} yes 1e5\n"
    files = {
        "copier.yml": QUESTION,
        "{{ name }}.txt.jinja": "{{ service.text }}",
        "answers.yml.jinja": "{{ _src_path }}",
    }
    files["answers.yml.jinja"] = "{{ _copier_answers | to_json }}"
    pack = lay(tmp_path / "kit", files)
    assert made(pack, {"service": {"name": "orders", "text": odd}}) == {
        "orders.txt": odd,
        "answers.yml": '{"_src_path": "kit", "name": "orders"}',
    }


def test_a_question_without_an_answer_is_told(tmp_path: Path) -> None:
    pack = lay(tmp_path / "kit", {"copier.yml": "who:\n  type: str\n", "a.txt": ""})
    with pytest.raises(SvcforgeError, match=r'Copier cannot render the pack "kit": .*"who" is required'):
        made(pack, {})


def test_what_a_card_and_copier_say_of_files_holds_for_copiers_too(tmp_path: Path) -> None:
    card = "pack: kit\nkind: stack\nunit: service\ninto: x\nfiles: {owned: [a.txt]}\n"
    files = {"pack.yaml": card, "copier.yml": f"_subdirectory: t\n_skip_if_exists: [b.txt]\n{QUESTION}"}
    pack = lay(tmp_path / "kit", files | {"t/a.txt": "", "t/b.txt": "", "t/c.txt": ""})
    found = ForeignRenderer(pack).render({"service": {"name": "orders"}})
    assert [(file.path, file.kind) for file in found] == [("a.txt", "owned"), ("b.txt", "once"), ("c.txt", "managed")]


def test_without_copier_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = lay(tmp_path / "kit", {"copier.yml": QUESTION})
    monkeypatch.setattr(foreign, "find_spec", lambda name: None)
    with pytest.raises(SvcforgeError, match=r'the pack "kit" needs Copier: "kit/copier.yml" line 1') as caught:
        made(pack, {})
    assert caught.value.hint == 'install it beside svcforge: pip install "svcforge[copier]"'


def test_a_pack_with_literals_is_ours_to_render_or_nobodys(tmp_path: Path) -> None:
    card = "pack: kit\nkind: platform\nunit: system\ninto: x\nliterals: true\n"
    pack = lay(tmp_path / "kit", {"pack.yaml": card, "copier.yml": QUESTION})
    with pytest.raises(SvcforgeError, match='the question "name" is not among those that svcforge renders'):
        ForeignRenderer(pack)


def test_tasks_run_where_the_user_trusts_this_very_pack_and_nowhere_else(tmp_path: Path) -> None:
    task = "_tasks: ['echo ran > ran.txt']\n"
    pack = lay(tmp_path / "kit", {"copier.yml": task, "a.txt": "a"})
    assert made(pack, {}) == {"a.txt": "a"}
    before = ForeignRenderer(pack).mark
    trust(pack.digest, "kit")
    assert made(pack, {}) == {"a.txt": "a", "ran.txt": "ran\n"}
    assert ForeignRenderer(pack).mark != before
    changed = lay(tmp_path / "kit", {"copier.yml": task, "a.txt": "b"})
    assert made(changed, {}) == {"a.txt": "b"}


def test_extensions_are_refused_with_the_command_that_allows_them(tmp_path: Path) -> None:
    pack = lay(tmp_path / "kit", {"copier.yml": "_jinja_extensions: [jinja2.ext.do]\n", "a.txt": "a"})
    with pytest.raises(SvcforgeError, match=r"wants to run code of its own: .*_jinja_extensions") as caught:
        made(pack, {})
    assert caught.value.hint == f"look at it, then: svcforge pack trust kit@{pack.digest[:12]}"


ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}"


@pytest.mark.parametrize("settings", ["{}", QUESTION], ids=["ours", "copier"])
@pytest.mark.parametrize(
    ("template", "message"),
    [
        (ENDLESS, "more than 1 s of processor"),
        ("{{ 'x' * 9000000000 }}", "memory|MemoryError"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recursion"),
        ("{{ ''.__class__.__mro__ }}", "unsafe|undefined|no attribute"),
        ("{% include '/etc/hostname' %}", "no template|not found|hostname"),
        ("{% include '../../../../etc/hostname' %}", "no template|not found|hostname"),
    ],
    ids=["loop", "memory", "recursion", "sandbox", "absolute", "outside"],
)
def test_a_template_that_takes_too_much_or_looks_around_is_refused(
    tmp_path: Path, settings: str, template: str, message: str
) -> None:
    pack = lay(tmp_path / "kit", {"copier.yml": settings, "a.txt.jinja": template})
    with pytest.raises(SvcforgeError, match=message):
        made(pack, {"service": {"name": "orders"}}, TIGHT)


def test_a_file_that_is_larger_than_one_may_be_ends_copier(tmp_path: Path) -> None:
    pack = lay(tmp_path / "kit", {"copier.yml": QUESTION, "a.txt.jinja": "{{ 'x' * 2000000 }}"})
    with pytest.raises(SvcforgeError, match=r"makes more than|File too large"):
        made(pack, {"service": {"name": "orders"}}, TIGHT)


HOSTILE = (
    *("../outside.txt", "/tmp/outside.txt", ".git/hooks/post-checkout", "a/../../outside.txt", ".GIT/config"),
    *("nul.txt", "aux", "a\x07b.txt", "a\u202eb.txt", "x/.svcforge/manifest.json", "a:b.txt", "end."),
)


@pytest.mark.parametrize("settings", ["_exclude: [never]\n", f"_exclude: [never]\n{QUESTION}"], ids=["ours", "copier"])
@pytest.mark.parametrize("path", HOSTILE, ids=ascii)
def test_no_path_leads_out_or_to_what_is_not_for_templates(tmp_path: Path, settings: str, path: str) -> None:
    pack = lay(tmp_path / "kit", {"copier.yml": settings, "{{ service.path }}.jinja": "x"})
    unit = Unit("orders", "services/orders", (Part(pack, {"service": {"path": path, "name": "orders"}}),))
    with pytest.raises(SvcforgeError):
        render(unit)


def test_two_files_that_differ_by_case_alone_are_refused(tmp_path: Path) -> None:
    pack = lay(tmp_path / "kit", {"Read.md": "", "read.md": ""})
    with pytest.raises(SvcforgeError, match="the same file where case is ignored"):
        render(Unit("orders", "o", (Part(pack, {}),)))


def test_a_link_that_a_task_leaves_is_refused(tmp_path: Path) -> None:
    pack = lay(tmp_path / "kit", {"copier.yml": "_tasks: ['ln -s /etc/hostname stolen']\n"})
    trust(pack.digest, "kit")
    with pytest.raises(SvcforgeError, match='makes "stolen", which is no regular file'):
        made(pack, {})


@pytest.mark.parametrize("limit", ["MOST", "LARGEST"])
def test_a_pack_that_makes_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(foreign, limit, 1)
    pack = lay(tmp_path / "kit", {"copier.yml": QUESTION, "a.txt": "aa", "b.txt": "bb"})
    with pytest.raises(SvcforgeError, match="makes more than"):
        made(pack, {"service": {"name": "orders"}})


def test_what_a_unit_is_made_from_says_who_rendered_it(tmp_path: Path) -> None:
    card = Card(pack="kit", kind="stack", unit="service", into="x")
    (tmp_path / "a.txt").write_text("a")
    ours, theirs = Pack(card, tmp_path), Pack(card, tmp_path, Origin("./kit"))
    units = [Unit("o", "o", (Part(pack, {}),)) for pack in (ours, theirs)]
    assert [render(unit) for unit in units] == [[File("a.txt", b"a")]] * 2
    assert input_hash(units[0]) != input_hash(units[1])
