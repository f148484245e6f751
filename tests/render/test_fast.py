"""A pack that is wrong, or beyond what svcforge renders, is named with file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from svcforge.errors import SvcforgeError
from svcforge.packs.pack import read_pack
from svcforge.packs.unit import File, Part, Unit
from svcforge.render import unit as units
from svcforge.render.fast import FastRenderer
from svcforge.render.unit import input_hash, render

CARD = "pack: p\nkind: stack\nunit: service\ninto: x\n"
STRICT = "_subdirectory: t\n_envops: {undefined: jinja2.StrictUndefined}\n"


def lay(root: Path, files: dict[str, str], card: str = CARD, config: str = STRICT) -> Path:
    for path, text in ({"pack.yaml": card, "copier.yml": config} | files).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def rendered(root: Path, facts: dict[str, Any], cache: Path | None = None) -> dict[str, str]:
    return {file.path: file.data.decode() for file in FastRenderer(read_pack(root), cache).render(facts)}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"t/a.jinja": "one\n{{ nothing }}\n"}, '"p/t/a.jinja" line 2: "nothing" is undefined'),
        ({"t/a.jinja": "{{ some.thing }}"}, '"p/t/a.jinja" line 1: "dict object" has no attribute "thing"'),
        ({"t/a.jinja": "\n\n{% if %}"}, '"p/t/a.jinja" line 3: Expected an expression, got'),
        ({"t/a.jinja": "\n{{ some|nonsense }}"}, '"p/t/a.jinja" line 2: No filter named'),
        ({"t/a.jinja": "{% include 'm' %}", "m": "\n{{ nothing }}"}, '"p/m" line 2: "nothing" is undefined'),
        ({"t/a.jinja": "{% include 'no' %}"}, '"p/t/a.jinja" line 1: there is no template "no" in the pack'),
        ({"t/a.jinja": "{% include '../../etc/passwd' %}"}, "there is no template"),
        ({"t/a.jinja": "{{ 1 // 0 }}"}, '"p/t/a.jinja" line 1: integer division or modulo by zero'),
        ({"t/a.jinja": "{{ some.__class__.__mro__ }}"}, "is unsafe"),
        ({"t/a.jinja": "{{ some.update({'x': 1}) }}"}, "is unsafe"),
        ({"t/a.jinja": "{{ [1, 2]|random }}"}, '"random" is refused: what it prints does not come from the facts'),
        ({"t/a.jinja": "{{ '*'|fileglob }}"}, '"fileglob" is refused'),
        ({"t/a.jinja": "{% yield x from some %}{% endyield %}"}, 'line 1: Encountered unknown tag "yield"'),
        ({"t/{{ nothing }}": ""}, '"p/t/{{ nothing }}": "nothing" is undefined'),
        ({"t/{{ 'a' }}": "", "t/a": ""}, '"p": two templates make "a"'),
        ({"t/{% yield x from xs %}{% yield y from xs %}{% endyield %}{% endyield %}": ""}, "only one yield tag"),
    ],
)
def test_what_a_template_does_wrong_is_said_with_file_and_line(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    lay(tmp_path, files)
    with pytest.raises(SvcforgeError) as caught:
        rendered(tmp_path, {"some": {}, "xs": [1]})
    assert message in caught.value.message.replace("'", '"')


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            "_tasks: [rm -rf /]\n",
            '"p/copier.yml" line 1: the setting "_tasks" is not among those that svcforge renders',
        ),
        ("_subdirectory: t\n_jinja_extensions: [x]\n", 'line 2: the setting "_jinja_extensions"'),
        ("name: {type: str}\n", 'line 1: the question "name" is not among those'),
        ("_subdirectory: '{{ x }}'\n", '"_subdirectory" must be a folder of the pack'),
        ("_subdirectory: ../..\n", '"_subdirectory" must be a folder of the pack'),
        ("_envops: {trim_blocks: maybe}\n", 'line 1: "trim_blocks" must be "true" or "false"'),
        ("_envops: {extensions: [x]}\n", '"extensions" with this value is not among the options'),
        ("_envops: {undefined: os.system}\n", '"undefined" with this value'),
        ("_exclude: nothing\n", '"_exclude" must be a list of texts'),
        ("_exclude: [\n", '"p/copier.yml" line 2'),
        ("- a\n", '"p/copier.yml" is no mapping'),
    ],
)
def test_settings_beyond_the_subset_are_named(tmp_path: Path, config: str, message: str) -> None:
    lay(tmp_path, {}, config=config)
    with pytest.raises(SvcforgeError) as caught:
        rendered(tmp_path, {})
    assert message in caught.value.message


def test_kinds_come_from_the_card_and_from_what_copier_skips(tmp_path: Path) -> None:
    card = CARD + 'files: {once: ["src/*/logic/*.py", notes.md], owned: ["**/openapi.json", "*.lock"]}\n'
    files = [
        "src/a/logic/b.py",
        "src/a/logic/c/d.py",
        "notes.md",
        "docs/notes.md",
        "openapi.json",
        "api/v1/openapi.json",
    ]
    files += ["x.lock", "sub/x.lock", "user/settings.ini"]
    lay(tmp_path, {f"t/{file}": "" for file in files}, card, STRICT + '_skip_if_exists: ["*.ini"]\n')
    kinds = {file.path: file.kind for file in FastRenderer(read_pack(tmp_path)).render({})}
    assert kinds == {
        "src/a/logic/b.py": "once",
        "src/a/logic/c/d.py": "managed",
        "notes.md": "once",
        "docs/notes.md": "managed",
        "openapi.json": "owned",
        "api/v1/openapi.json": "owned",
        "x.lock": "owned",
        "sub/x.lock": "managed",
        "user/settings.ini": "once",
    }


def test_only_packs_that_say_so_print_literals(tmp_path: Path) -> None:
    files = {"t/a.yaml.jinja": "v: {{ v }}\n", "t/b.txt.jinja": "v: {{ v }}\n"}
    lay(tmp_path / "plain", files)
    lay(tmp_path / "literal", files, CARD + "literals: true\n")
    assert rendered(tmp_path / "plain", {"v": "no"}) == {"a.yaml": "v: no\n", "b.txt": "v: no\n"}
    assert rendered(tmp_path / "literal", {"v": "no"}) == {"a.yaml": 'v: "no"\n', "b.txt": "v: no\n"}


def test_a_file_that_is_there_on_a_condition_is_of_the_format_that_its_name_ends_in(tmp_path: Path) -> None:
    name = "t/{% yield one from many %}{{ one }}{% endyield %}/{% if v %}a.yaml{% endif %}.jinja"
    lay(tmp_path, {name: "v: {{ v }}\n"}, CARD + "literals: true\n")
    assert rendered(tmp_path, {"v": "no", "many": ["x"]}) == {"x/a.yaml": 'v: "no"\n'}


def test_included_templates_of_such_packs_print_literals_too(tmp_path: Path) -> None:
    files = {
        "t/a.yaml.jinja": "a: {{ v }}\n{% include 'part.yaml.jinja' %}b:\n  {% include 'part.yaml.jinja' %}\n",
        "part.yaml.jinja": "# {{ v }}\n",
    }
    lay(tmp_path, files, CARD + "literals: true\n", STRICT[:-2] + ", trim_blocks: true, lstrip_blocks: true}\n")
    assert rendered(tmp_path, {"v": "1.10"}) == {"a.yaml": 'a: "1.10"\n# 1.10\nb:\n# 1.10\n'}


def test_a_hole_that_cannot_be_placed_is_said_with_file_and_line(tmp_path: Path) -> None:
    lay(tmp_path, {"t/a.yaml.jinja": "a: 1\nb: {{ v }}.{{ v }}\n"}, CARD + "literals: true\n")
    with pytest.raises(SvcforgeError, match=r'"p/t/a.yaml.jinja" line 2: .*put quotes around it'):
        rendered(tmp_path, {"v": 1})


def test_the_cache_is_the_users_alone_and_a_damaged_one_is_not_read(tmp_path: Path) -> None:
    pack = lay(tmp_path / "pack", {"t/a.jinja": "{{ v }}"})
    cache = tmp_path / "cache"
    assert rendered(pack, {"v": 1}, cache) == {"a": "1"}
    (kept,) = (cache / "templates").iterdir()
    assert [oct(path.stat().st_mode & 0o777) for path in (cache / "templates", kept)] == ["0o700", "0o600"]
    whole = kept.read_bytes()
    for damage in (b"", whole[:40], whole[:-1] + bytes([whole[-1] ^ 1])):
        kept.write_bytes(damage)
        assert rendered(pack, {"v": 2}, cache) == {"a": "2"}
        assert kept.read_bytes() == whole
    kept.chmod(0o666)
    renderer = FastRenderer(read_pack(pack), cache)
    assert renderer.library.fresh is True
    (cache / "templates").chmod(0o777)
    assert FastRenderer(read_pack(pack), cache).library.fresh is True


def test_no_cache_is_no_error(tmp_path: Path) -> None:
    pack = lay(tmp_path / "pack", {"t/a.jinja": "{{ v }}"})
    (tmp_path / "file").write_text("")
    assert rendered(pack, {"v": 1}, tmp_path / "file") == {"a": "1"}


def test_another_pack_has_another_cache(tmp_path: Path) -> None:
    pack, cache = lay(tmp_path / "pack", {"t/a.jinja": "{{ v }}"}), tmp_path / "cache"
    rendered(pack, {"v": 1}, cache)
    lay(tmp_path / "pack", {"t/a.jinja": "v{{ v }}"})
    assert rendered(pack, {"v": 1}, cache) == {"a": "v1"}
    assert len(list((cache / "templates").iterdir())) == 2


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(units, "_renderers", {})


@pytest.mark.usefixtures("own_cache")
def test_a_unit_gathers_parts_and_files_in_one_order(tmp_path: Path) -> None:
    pack = read_pack(lay(tmp_path / "pack", {"t/b.jinja": "{{ v }}"}))
    unit = Unit("u", "x", (Part(pack, {"v": 1}), Part(pack, {"v": 2}, "in/here")), (File("a", b"0"), File("z", b"3")))
    assert [(file.path, file.data) for file in render(unit)] == [
        ("a", b"0"),
        ("b", b"1"),
        ("in/here/b", b"2"),
        ("z", b"3"),
    ]
    for clash in (Unit("u", "x", unit.parts, (File("b", b""),)), Unit("u", "x", (Part(pack, {"v": 1}, "../x"),))):
        with pytest.raises(SvcforgeError, match='in "u": '):
            render(clash)


def test_the_input_hash_knows_everything_a_unit_is_made_from(tmp_path: Path) -> None:
    one = read_pack(lay(tmp_path / "one", {"t/b.jinja": "{{ v }}"}))
    two = read_pack(lay(tmp_path / "two", {"t/b.jinja": "{{ v }} "}))
    hashes = {
        input_hash(Unit("u", "x", parts, files))
        for parts in (
            (),
            (Part(one, {"v": 1}),),
            (Part(one, {"v": "1"}),),
            (Part(one, {"v": 1, "w": 1}),),
            (Part(one, {"w": 1, "v": 1}),),
            (Part(one, {"v": 1}, "in"),),
            (Part(two, {"v": 1}),),
            (Part(one, {"v": 1}), Part(two, {"v": 1})),
        )
        for files in (
            (),
            (File("a", b""),),
            (File("a", b"", True),),
            (File("a", b"", kind="once"),),
            (File("a", b"x"),),
        )
    }
    assert len(hashes) == 40
    assert input_hash(Unit("u", "x", (Part(one, {"v": 1}),))) == input_hash(Unit("other", "y", (Part(one, {"v": 1}),)))
