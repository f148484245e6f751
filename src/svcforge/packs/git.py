"""Packs from git: fetched into mirrors in the user's cache, taken out by commit; nothing of a repository is ever run."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from svcforge import process
from svcforge.errors import SvcforgeError
from svcforge.packs.pack import LARGEST, LITTER, MOST
from svcforge.packs.places import cache_folder, private
from svcforge.process import Completed, Limits

URL = re.compile(r"[a-z][a-z0-9+.-]*://|[\w.-]+@[\w.-]+:")
"""What is an address for git and no folder: `https://...`, `git@host:...`."""

REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]*")
COMMIT = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")

SAFE = (
    *("-c", f"core.hooksPath={os.devnull}", "-c", "protocol.ext.allow=never", "-c", "core.fsmonitor=false"),
    *("-c", "fetch.recurseSubmodules=false", "-c", "gc.auto=0"),
)
ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
"""No configuration but the mirror's own: a filter of the user's would run on what a repository says."""

ASKED = ("SSH_AUTH_SOCK", "*_PROXY", "*_proxy")
"""Of our environment, what fetching needs: keys for private repositories, the way out."""

PATIENCE = 300.0
"""Seconds that fetching may take."""


def is_address(source: str) -> bool:
    """Whether git must be asked for it, and it is no folder of this machine."""
    return URL.match(source) is not None


def fetched(source: str, ref: str) -> str:
    """Fetch a repository, and find the commit that a version of it is.

    Args:
        source: an address, or the absolute path of a repository on this machine.
        ref: a tag, else a branch or a whole commit id.

    Raises SvcforgeError where it cannot be fetched, or has no such version.
    """
    if not REF.fullmatch(ref) or ".." in ref:
        raise SvcforgeError(f'"{ref}" is no version of a pack', "name a tag, such as v1.2.0")
    mirror = _folder(source) / "mirror.git"
    if not mirror.is_dir():
        mirror.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _checked(_git(["init", "--quiet", "--bare", "--template=", mirror], ALONE), source)
    local = "always" if not is_address(source) else "never"
    safe = ("-c", f"protocol.file.allow={local}")
    refs = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
    asked = [*safe, f"--git-dir={mirror}", "fetch", "--quiet", "--force", "--no-tags", "--prune", "--", source, *refs]
    _checked(_git(asked), source)
    for name in (f"refs/tags/{ref}", f"refs/heads/{ref}", *([ref] if COMMIT.fullmatch(ref) else [])):
        found = _git(
            [f"--git-dir={mirror}", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"], ALONE
        )
        if found.ok:
            return found.out.strip()
    raise SvcforgeError(f'"{source}" has no version "{ref}"', 'name one of its tags: "at: v1.2.0"')


def tree_of(source: str, commit: str) -> Path:
    """Where the files of a commit are in the cache, once they have been taken out; nothing is fetched."""
    return _folder(source) / commit


def taken_out(source: str, commit: str) -> Path:
    """Take the files of a fetched commit out of its mirror, if they are not out already.

    Raises SvcforgeError where the mirror does not have it, or it holds anything but plain files.
    """
    tree = tree_of(source, commit)
    if tree.is_dir():
        return tree
    with tempfile.TemporaryDirectory(prefix="new-", dir=tree.parent) as scratch:
        archive, files = Path(scratch, "pack.tar"), Path(scratch, "files")
        mirror = f"--git-dir={tree.parent / 'mirror.git'}"
        made = _git(
            [mirror, "archive", "--format=tar", f"--output={archive}", commit],
            ALONE,
            limits=Limits(file_size=2 * LARGEST),
        )
        _checked(made, source)
        files.mkdir()
        with tarfile.open(archive) as opened:
            _unpack(opened, files, source)
        with contextlib.suppress(OSError):  # another run was first
            files.rename(tree)
    return tree


def forget(source: str, commit: str) -> None:
    """Drop the files of a commit from the cache, so that they are taken out again."""
    shutil.rmtree(tree_of(source, commit), ignore_errors=True)


def _unpack(archive: tarfile.TarFile, into: Path, source: str) -> None:
    """The regular files of an archive: a repository may name a file anything, and hold links."""
    size = 0
    for number, member in enumerate(archive):
        parts = PurePosixPath(member.name).parts
        if any(part in LITTER for part in parts):
            continue
        if member.isdir():
            continue
        strange = member.name.startswith("/") or "\\" in member.name or ":" in member.name or ".." in parts
        if strange or not member.isreg() or any(part.lower() == ".git" for part in parts):
            name = "".join(char if char.isprintable() else "?" for char in member.name)
            raise SvcforgeError(
                f'"{source}" holds "{name}", which is no plain file of a pack', "a pack holds files, not links"
            )
        size += member.size
        if size > LARGEST or number > 2 * MOST:
            raise SvcforgeError(f'"{source}" is too large for a pack')
        content = archive.extractfile(member)
        assert content is not None
        file = into / PurePosixPath(*parts)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.read())
        file.chmod(0o755 if member.mode & 0o111 else 0o644)


def _folder(source: str) -> Path:
    """Where the cache keeps what comes from there.

    Raises SvcforgeError when there is no cache, or others can write to it.
    """
    cache = cache_folder()
    if cache is None:
        raise SvcforgeError("there is no folder for the packs that are fetched", "set XDG_CACHE_HOME or HOME")
    packs = cache / "packs"
    if packs.exists() and not private(packs):
        raise SvcforgeError(f'others can write to "{packs}"', f"chmod go-w {packs}")
    return packs / hashlib.sha256(source.encode()).hexdigest()[:32]


def _git(args: Sequence[str | Path], env: dict[str, str] | None = None, limits: Limits | None = None) -> Completed:
    asking = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **(env or {})}
    usable = None if sys.platform == "win32" else limits
    return process.run(["git", *SAFE, *args], None, asking, PATIENCE, inherit=ASKED, limits=usable)


def _checked(done: Completed, source: str) -> None:
    if not done.ok:
        said = [line.strip() for line in done.err.splitlines() if line.strip()]
        why = "".join(char for char in said[-1] if char.isprintable())[:300] if said else f"code {done.code}"
        raise SvcforgeError(f'git cannot fetch the pack "{source}": {why}')
