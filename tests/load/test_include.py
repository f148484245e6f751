"""Includes: many files, one tree, and every path knows its file."""

from pathlib import Path

from svcforge.load import Loaded, load_file

MAIN = "svcforge: 1\nsystem: shop\n"


def loaded(folder: Path, **files: str) -> Loaded:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / f"{path.name}.yaml").write_text(text)
    return load_file(folder / "main.yaml", "main.yaml")


def told(found: Loaded) -> list[tuple[str, str, int]]:
    return [(f.message, f.span.file, f.span.line) for f in found.findings if f.span]


def test_mappings_of_the_same_name_are_joined(tmp_path: Path):
    found = loaded(
        tmp_path,
        main=MAIN + "include: ['parts/*.yaml']\ncontexts: {a: {services: {s: {about: One.}}}}\n",
        parts__x="contexts:\n  a:\n    services:\n      s: {team: t}\n      other: {}\n",
        parts__y="stores: {crm: {engine: oracle}}\n",
    )
    assert found.findings == ()
    assert found.blueprint is not None
    assert (found.blueprint.services["s"].about, found.blueprint.services["s"].team) == ("One.", "t")
    assert list(found.blueprint.stores) == ["crm"]


def test_every_path_knows_its_file(tmp_path: Path):
    found = loaded(tmp_path, main=MAIN + "include: [x.yaml]\n", x="contexts:\n  a: {servces: {}}\n")
    assert told(found) == [('unknown key "servces"', "x.yaml", 2)]


def test_one_thing_given_in_two_files_is_a_finding_with_both_places(tmp_path: Path):
    found = loaded(
        tmp_path,
        main=MAIN + "include: [x.yaml]\ncontexts: {a: {team: one}}\n",
        x="contexts: {a: {team: two}}\n",
    )
    (finding,) = found.findings
    assert finding.message == '"team" is given in two files'
    assert [(r.message, r.span.file) for r in finding.related if r.span] == [("first here", "main.yaml")]


def test_includes_stay_inside_the_folder(tmp_path: Path):
    outside = tmp_path / "outside"
    home = tmp_path / "home"
    outside.mkdir()
    home.mkdir()
    (outside / "o.yaml").write_text("contexts: {}\n")
    (home / "link.yaml").symlink_to(outside / "o.yaml")
    found = loaded(home, main=MAIN + "include: [../outside/o.yaml, /etc/passwd, link.yaml, none.yaml, 'n*.yaml']\n")
    assert [m for m, _, _ in told(found)] == [
        '"../outside/o.yaml" leaves the blueprint\'s folder',
        '"/etc/passwd" leaves the blueprint\'s folder',
        '"link.yaml" is a link that leaves the blueprint\'s folder',
        '"none.yaml" matches no file',
        '"n*.yaml" matches no file',
    ]


def test_a_cycle_is_a_finding(tmp_path: Path):
    found = loaded(tmp_path, main=MAIN + "include: [x.yaml]\n", x="include: [main.yaml]\n")
    assert told(found) == [('"main.yaml" includes itself', "x.yaml", 1)]


def test_a_glob_does_not_take_the_file_that_names_it(tmp_path: Path):
    assert loaded(tmp_path, main=MAIN + "include: ['*.yaml']\n", x="contexts: {}\n").findings == ()


def test_what_belongs_to_the_main_file_may_not_stand_elsewhere(tmp_path: Path):
    found = loaded(tmp_path, main=MAIN + "include: [x.yaml]\n", x="platform: {}\n")
    assert told(found) == [('"platform" may not stand in an included file', "x.yaml", 1)]
