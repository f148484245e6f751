"""Packs from git: pinned by `pack update`, taken from the cache by `generate`, and never moved by it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.pipeline.test_shelving import blueprint, lay

from svcforge.cli.app import run
from svcforge.errors import SvcforgeError
from svcforge.packs import git as packs_git
from svcforge.packs.git import fetched, taken_out
from svcforge.packs.trust import trusted
from svcforge.pipeline.packing import trust_pack, update
from svcforge.render.unit import _renderers

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def tagged(repository: Path, tag: str) -> str:
    """Commit what there is and tag it; the commit."""
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "--allow-empty", "-m", tag)
    git(repository, "tag", "-f", tag)
    return git(repository, "rev-parse", "HEAD")


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a pack, at v1; the cache and what is trusted are the test's own."""
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    repository = lay(tmp_path / "go-kit", {"copier.yml": "{}", "main.txt.jinja": "{{ service.name }} 1\n"})
    git(repository, "init", "-q", "-b", "main")
    tagged(repository, "v1")
    return repository


@pytest.fixture
def system(kit: Path, tmp_path: Path) -> Path:
    return blueprint(tmp_path / "system", "{from: ../go-kit, at: v1}", "go-kit")


def pin(system: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((system.parent / "svcforge.lock").read_text())["packs"]["stack/go-kit"]
    return found


def told(system: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Generate in vain; what was said."""
    assert run(["generate", str(system)]) == 2
    return capsys.readouterr().err


def test_a_version_is_pinned_as_the_commit_and_the_digest_that_it_is(system: Path, kit: Path) -> None:
    [moved] = update(str(system), None)
    assert (moved.before, moved.now) == (None, git(kit, "rev-parse", "v1"))
    assert pin(system) == {
        "source": "../go-kit", "ref": "v1", "commit": moved.now, "digest": moved.pack.digest, "renderer": "fast"
    }  # fmt: skip
    assert run(["generate", str(system)]) == 0
    assert (system.parent / "services/orders/main.txt").read_text() == "orders 1\n"
    assert pin(system)["commit"] == moved.now


def test_generate_moves_no_pin_and_needs_no_repository(system: Path, kit: Path) -> None:
    [first] = update(str(system), None)
    (kit / "main.txt.jinja").write_text("{{ service.name }} 2\n")
    second = tagged(kit, "v1")
    assert run(["generate", str(system)]) == 0
    assert (system.parent / "services/orders/main.txt").read_text() == "orders 1\n"
    assert [(one.before, one.now) for one in update(str(system), None)] == [(first.now, second)]
    shutil.rmtree(kit)
    assert run(["generate", str(system)]) == 0
    assert (system.parent / "services/orders/main.txt").read_text() == "orders 2\n"


def test_what_is_not_pinned_is_refused(system: Path, kit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 'the pack "../go-kit" at "v1" is not pinned yet' in told(system, capsys)
    update(str(system), None)
    system.write_text(system.read_text().replace("at: v1", "at: v2"))
    assert 'the pack "../go-kit" at "v2" is not pinned yet' in told(system, capsys)


def test_what_is_not_here_is_refused_until_it_is_fetched_as_it_was_pinned(
    system: Path, kit: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [first] = update(str(system), None)
    shutil.rmtree(tmp_path / "xdg_cache_home")
    (kit / "main.txt.jinja").write_text("2")
    tagged(kit, "v1")
    assert "is not on this machine\n  help: svcforge pack update --locked" in told(system, capsys)
    assert [one.now for one in update(str(system), None, locked=True)] == [first.now]
    assert run(["generate", str(system)]) == 0
    assert pin(system)["commit"] == first.now


@pytest.mark.parametrize("what", ["cache", "lock"])
def test_what_has_another_digest_is_refused(system: Path, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    [moved] = update(str(system), None)
    if what == "cache":
        (moved.pack.root / "main.txt.jinja").write_text("evil")
    else:
        lock = system.parent / "svcforge.lock"
        lock.write_text(lock.read_text().replace(moved.pack.digest, "0" * 64))
    assert "is not what svcforge.lock pins: its files have another digest" in told(system, capsys)
    if what == "cache":
        assert [one.pack.digest for one in update(str(system), None, locked=True)] == [moved.pack.digest]
    else:
        with pytest.raises(SvcforgeError, match="another digest"):
            update(str(system), None, locked=True)


@pytest.mark.parametrize(
    ("key", "value"),
    [("commit", "../../../etc"), ("commit", "--upload-pack=x"), ("digest", "x"), ("renderer", "shell"), ("source", 1)],
)
def test_a_lock_that_somebody_has_written_into_is_refused(
    system: Path, key: str, value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    update(str(system), None)
    lock = system.parent / "svcforge.lock"
    found = json.loads(lock.read_text())
    found["packs"]["stack/go-kit"][key] = value
    lock.write_text(json.dumps(found))
    assert f'"svcforge.lock" does not pin packs as svcforge does: "packs.stack/go-kit.{key}"' in told(system, capsys)


def test_one_pack_is_updated_and_the_others_stay(system: Path, kit: Path, tmp_path: Path) -> None:
    other = lay(tmp_path / "other", {"copier.yml": "{}"})
    git(other, "init", "-q", "-b", "main")
    tagged(other, "v1")
    blueprint(system.parent, "{from: ../go-kit, at: v1}, {from: ../other, at: v1}", "go-kit")
    assert [one.pack.card.pack for one in update(str(system), None)] == ["go-kit", "other"]
    before = pin(system)
    tagged(kit, "v1")
    tagged(other, "v1")
    assert [one.pack.card.pack for one in update(str(system), None, ["other"])] == ["other"]
    assert pin(system) == before
    with pytest.raises(SvcforgeError, match='no pack "third" comes from git') as caught:
        update(str(system), None, ["third"])
    assert caught.value.hint == "these do: go-kit, other"


def test_what_is_pinned_is_what_the_repository_has_whatever_has_become_of_the_cache(system: Path) -> None:
    [first] = update(str(system), None)
    before = pin(system)
    (first.pack.root / "main.txt.jinja").write_text("evil")
    update(str(system), None)
    assert pin(system) == before


def test_a_branch_and_a_commit_are_versions_too_and_a_tag_comes_first(kit: Path) -> None:
    first = git(kit, "rev-parse", "v1")
    (kit / "new.txt").write_text("")
    second = tagged(kit, "v2")
    git(kit, "branch", "v1")
    assert [fetched(str(kit), ref) for ref in ("v1", "main", first, "v2")] == [first, second, first, second]


@pytest.mark.parametrize("ref", ["v9", "--upload-pack=touch pwned", "v1..v2", "HEAD^{tree}", ""])
def test_what_is_no_version_is_refused(kit: Path, ref: str) -> None:
    with pytest.raises(SvcforgeError, match="version"):
        fetched(str(kit), ref)


@pytest.mark.parametrize("source", ["ext::sh -c 'touch pwned'", "ext://x", "file:///etc", "--upload-pack=touch"])
def test_no_address_runs_a_program_or_reads_a_folder_unasked(
    kit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SvcforgeError, match="git cannot fetch the pack"):
        fetched(source, "v1")
    assert not list(tmp_path.rglob("pwned"))


def test_an_address_without_a_version_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = blueprint(tmp_path, "{from: 'https://example.com/kit.git'}", "kit")
    assert 'the pack "https://example.com/kit.git" has no version\n  help: say which: at: v1.2.0' in told(file, capsys)


def test_no_hook_and_no_filter_runs_when_a_pack_is_taken_out(
    kit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hook in ("post-checkout", "post-update", "reference-transaction", "pre-receive"):
        file = kit / ".git/hooks" / hook
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\ntouch {tmp_path}/pwned\n")
        file.chmod(0o755)
    home = lay(tmp_path / "home", {".gitconfig": f'[filter "x"]\n  smudge = touch {tmp_path}/pwned\n'})
    monkeypatch.setenv("HOME", str(home))
    lay(kit, {".gitattributes": "*.txt filter=x\n"})
    (kit / "plain.txt").write_text("plain")
    commit = tagged(kit, "v3")
    (tmp_path / "pwned").unlink(missing_ok=True)
    assert (taken_out(str(kit), fetched(str(kit), "v3")) / "plain.txt").exists()
    assert fetched(str(kit), "v3") == commit
    assert not (tmp_path / "pwned").exists()


def test_links_in_a_repository_are_refused(kit: Path) -> None:
    (kit / "link").symlink_to("/etc/hostname")
    commit = tagged(kit, "v1")
    fetched(str(kit), "v1")
    with pytest.raises(SvcforgeError, match='holds "link", which is no plain file of a pack'):
        taken_out(str(kit), commit)
    assert not packs_git.tree_of(str(kit), commit).exists()


def test_a_repository_that_is_too_large_is_refused(kit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = fetched(str(kit), "v1")
    monkeypatch.setattr(packs_git, "LARGEST", 10)
    with pytest.raises(SvcforgeError, match=r"git cannot fetch|is too large for a pack"):
        taken_out(str(kit), commit)


def test_a_cache_that_others_can_write_to_is_not_used(kit: Path, tmp_path: Path) -> None:
    fetched(str(kit), "v1")
    (tmp_path / "xdg_cache_home/svcforge/packs").chmod(0o777)
    with pytest.raises(SvcforgeError, match="others can write to"):
        fetched(str(kit), "v1")


def test_trust_is_of_the_commit_that_is_pinned(system: Path) -> None:
    [moved] = update(str(system), None)
    for version in ("0" * 12, moved.now[:6]):
        with pytest.raises(SvcforgeError, match=f'"go-kit" is at {moved.now[:12]}'):
            trust_pack(str(system), None, "go-kit", version)
    assert trusted(moved.pack.digest) is False
    trust_pack(str(system), None, "go-kit", moved.now[:12])
    assert trusted(moved.pack.digest) is True
    with pytest.raises(SvcforgeError, match='the blueprint brings no pack "python"'):
        trust_pack(str(system), None, "python", moved.now)


def test_a_pack_of_a_folder_is_trusted_at_its_digest(system: Path, tmp_path: Path) -> None:
    lay(tmp_path / "tasks", {"copier.yml": "_tasks: ['echo ran > ran.txt']\n"})
    file = blueprint(tmp_path / "other", "{from: ../tasks}", "tasks")
    assert run(["generate", str(file)]) == 0
    made = tmp_path / "other/services/orders/ran.txt"
    assert made.exists() is False
    digest = json.loads((tmp_path / "other/svcforge.lock").read_text())["packs"]["stack/tasks"]["digest"]
    trust_pack(str(file), None, "tasks", digest[:12])
    _renderers.clear()  # as in the next process
    assert run(["generate", str(file)]) == 0
    assert made.read_text() == "ran\n"


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(SvcforgeError, match="cannot be read as a blueprint"):
        update(str(lay(tmp_path, {"blueprint.yaml": "svcforge: ["})), None)
