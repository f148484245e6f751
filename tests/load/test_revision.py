"""Blueprints read from a revision in git, and globs that match there what they match on disk."""

from __future__ import annotations

import glob
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcforge.errors import SvcforgeError
from svcforge.load import load_revision
from svcforge.load.revision import matches, revision

MAIN = "svcforge: 1\nsystem: s\ninclude: [contexts/*.yaml]\n"
PART = "contexts: {c: {services: {a: {}}}}\n"


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.test", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def committed(folder: Path, files: dict[str, str | bytes]) -> None:
    """A commit of these files; the repository is made where there is none."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet")
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "x")


def test_a_blueprint_is_read_with_its_includes_as_it_was(tmp_path: Path) -> None:
    committed(tmp_path, {"deep/sys/blueprint.yaml": MAIN, "deep/sys/contexts/a.yaml": PART, "deep/other.yaml": "x"})
    (tmp_path / "deep/sys/contexts/a.yaml").write_text("{}")
    loaded = load_revision(revision("HEAD", tmp_path / "deep/sys"), Path("blueprint.yaml"))
    assert loaded.findings == ()
    assert loaded.blueprint is not None
    assert list(loaded.blueprint.services) == ["a"]
    assert list(loaded.sources) == ["HEAD:deep/sys/blueprint.yaml", "HEAD:deep/sys/contexts/a.yaml"]
    span = loaded.locate(("contexts", "c", "services", "a"))
    assert span is not None
    assert span.file == "HEAD:deep/sys/contexts/a.yaml"


def test_a_blueprint_at_the_top_and_names_that_are_no_ascii_are_read(tmp_path: Path) -> None:
    committed(tmp_path, {"blueprint.yaml": MAIN, "contexts/é b.yaml": PART})
    git(tmp_path, "tag", "v1")
    loaded = load_revision(revision("v1", tmp_path), Path("blueprint.yaml"))
    assert list(loaded.sources) == ["v1:blueprint.yaml", "v1:contexts/é b.yaml"]


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("blueprint.yaml", '"contexts/*.yaml" matches no file'),
        ("none.yaml", '"HEAD:none.yaml" does not exist'),
        ("junk.yaml", '"HEAD:junk.yaml" is not text in UTF-8'),
        ("link.yaml", '"HEAD:link.yaml" does not exist'),
    ],
)
def test_what_cannot_be_read_is_a_finding(tmp_path: Path, file: str, message: str) -> None:
    (tmp_path / "link.yaml").symlink_to("blueprint.yaml")
    committed(tmp_path, {"blueprint.yaml": MAIN, "junk.yaml": b"\xff\xfe\x00"})
    assert [f.message for f in load_revision(revision("HEAD", tmp_path), Path(file)).findings] == [message]


def test_without_a_repository_there_is_no_revision(tmp_path: Path) -> None:
    with pytest.raises(SvcforgeError, match='there is no file "main", and no git repository here'):
        revision("main", tmp_path)


def test_what_git_itself_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare")
    with pytest.raises(SvcforgeError, match='git cannot look for "main": this operation must be run in a work tree'):
        revision("main", tmp_path)


@pytest.mark.parametrize("name", ["nope", "--output=x", "-n", "HEAD:blueprint.yaml"])
def test_a_name_that_is_no_revision_is_told(tmp_path: Path, name: str) -> None:
    committed(tmp_path, {"blueprint.yaml": MAIN})
    with pytest.raises(SvcforgeError, match=f'"{name}" is neither a file nor a revision'):
        revision(name, tmp_path)


def test_without_git_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SvcforgeError, match="there is no git"):
        revision("main", tmp_path)


NAMES = ("a.yaml", "b.yml", ".h.yaml", "c/a.yaml", "c/d/a.yaml", "c/.h/a.yaml", ".g/a.yaml", "c/[x].yaml", "ab.yaml")
PATTERNS = st.lists(
    st.sampled_from(
        ["*", "**", "c", "d", "a.yaml", "*.yaml", ".*", "?", "[a-c]*", "[!a]*", "..yaml", ".h", ".", "[[]x].yaml"]
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for name in NAMES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


@given(PATTERNS)
def test_a_glob_matches_what_it_matches_on_disk(tree: Path, pattern: list[str]) -> None:
    found = glob.glob("/".join(pattern), root_dir=tree, recursive=True)  # noqa: PTH207 - what includes are matched with
    # `a.yaml/**` names the file as a folder that it is not.
    on_disk = {(tree / name).resolve() for name in found if (tree / name).is_file() and not name.endswith("/")}
    assert {(tree / name).resolve() for name in NAMES if matches(name.split("/"), pattern)} == on_disk
