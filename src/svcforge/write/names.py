"""Changes of names that only the operating system can do in one step, with what to fall back on elsewhere."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from functools import cache

NO_REPLACE, EXCHANGE = (4, 2) if sys.platform == "darwin" else (1, 2)
"""RENAME_EXCL and RENAME_SWAP of renameatx_np; RENAME_NOREPLACE and RENAME_EXCHANGE of renameat2."""

UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
"""What file systems answer (NFS, FUSE, some overlays) that cannot do it."""


def exchange(from_folder: int, from_name: str, to_folder: int, to_name: str) -> bool:
    """Let two names swap what they stand for, in one step; False when this file system cannot."""
    return _rename(from_folder, from_name, to_folder, to_name, EXCHANGE)


def move_new(from_folder: int, from_name: str, to_folder: int, to_name: str) -> None:
    """Move to a name that must be free; raises FileExistsError when it is not."""
    if _rename(from_folder, from_name, to_folder, to_name, NO_REPLACE):
        return
    try:
        os.link(from_name, to_name, src_dir_fd=from_folder, dst_dir_fd=to_folder, follow_symlinks=False)
    except OSError as error:
        # A folder, or a file system without hard links. What is left can lose a race with another writer.
        if isinstance(error, FileExistsError) or error.errno not in (*UNSUPPORTED, errno.EPERM, errno.EXDEV):
            raise
        if _exists(to_folder, to_name):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), to_name) from None
        os.rename(from_name, to_name, src_dir_fd=from_folder, dst_dir_fd=to_folder)
        return
    os.unlink(from_name, dir_fd=from_folder)


def sync(folder: int) -> None:
    """Put everything written to the file system of an open folder onto the disk."""
    call = getattr(_library(), "syncfs", None)
    if call is None or call(folder):
        os.sync()


def sync_names(folder: int) -> None:
    """Put the names in an open folder onto the disk, on file systems that can be asked for that."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise


def _rename(from_folder: int, from_name: str, to_folder: int, to_name: str, flags: int) -> bool:
    call = getattr(_library(), "renameatx_np" if sys.platform == "darwin" else "renameat2", None)
    if call is None:
        return False
    if not call(from_folder, os.fsencode(from_name), to_folder, os.fsencode(to_name), flags):
        return True
    number = ctypes.get_errno()
    if number in UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), to_name)


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


@cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
