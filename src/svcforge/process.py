"""The one way to start a child process: an argument list, a clean environment, a time limit, never a shell."""

from __future__ import annotations

import contextlib
import fnmatch
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from svcforge.errors import SvcforgeError

INHERITED = (
    *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_*", "TZ", "TMPDIR", "XDG_CACHE_HOME"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR"),
    # Windows starts no process without these.
    *("SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "TEMP", "TMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA"),
)
"""What a child sees of our own environment unless told otherwise; patterns as of the shell."""

INSTALLERS = ("UV_*", "PIP_*", "NPM_CONFIG_*", "npm_config_*", "*_PROXY", "*_proxy")
"""To be inherited besides by what fetches packages: indexes, caches, proxies."""

ASKING_GIT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
"""The environment in which git neither writes nor asks, nor fetches what a partial clone lacks."""

# Limits are set by the child itself, in an interpreter that then becomes the program: a `preexec_fn` may
# hang when the parent has threads.
_LIMITED = """
import os, resource, sys
for item in sys.argv[1].split(","):
    name, value = item.split("=")
    which = getattr(resource, "RLIMIT_" + name)
    hard = resource.getrlimit(which)[1]
    value = int(value) if hard == resource.RLIM_INFINITY else min(int(value), hard)
    resource.setrlimit(which, (value, value))
try:
    os.execvp(sys.argv[2], sys.argv[2:])
except OSError as error:
    sys.exit(f"cannot start {sys.argv[2]}: {error.strerror}")
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use at most: bytes of address space, seconds of processor, bytes of one file."""

    memory: int | None = None
    cpu: int | None = None
    file_size: int | None = None

    def __str__(self) -> str:
        pairs = (("AS", self.memory), ("CPU", self.cpu), ("FSIZE", self.file_size), ("CORE", 0))
        return ",".join(f"{name}={value}" for name, value in pairs if value is not None)


@dataclass(frozen=True, slots=True)
class Completed:
    """A child that has ended: its exit code (minus the signal that ended it) and what it printed, as text and as bytes."""

    args: tuple[str, ...]
    code: int
    out: str
    err: str
    raw: bytes = b""

    @property
    def ok(self) -> bool:
        """Whether it ended with code 0."""
        return self.code == 0


class Child:
    """A child that runs: in a process group of its own, so that it and its own children end together."""

    def __init__(self, popen: subprocess.Popen[bytes], args: tuple[str, ...]) -> None:
        self._popen = popen
        self.args = args
        self.pid = popen.pid

    @property
    def into(self) -> IO[bytes]:
        """What it reads, when it was started with `stdin="pipe"`."""
        if self._popen.stdin is None:
            raise ValueError("the child was not started with stdin='pipe'")
        return self._popen.stdin

    @property
    def out(self) -> IO[bytes]:
        """What it prints, when it was started with `out="pipe"`."""
        if self._popen.stdout is None:
            raise ValueError("the child was not started with out='pipe'")
        return self._popen.stdout

    @property
    def err(self) -> IO[bytes]:
        """What it prints on standard error, when it was started with `err="pipe"`."""
        if self._popen.stderr is None:
            raise ValueError("the child was not started with err='pipe'")
        return self._popen.stderr

    def poll(self) -> int | None:
        """The exit code, or None while it runs; once it has ended, what it started and left behind is killed."""
        before, code = self._popen.returncode, self._popen.poll()
        if before is None and code is not None:
            _signal_group(self._popen, _KILL)
        return code

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code, or None when it still runs after `timeout` seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self._popen.returncode is None:
                self._popen.wait(timeout)
                _signal_group(self._popen, _KILL)
        return self._popen.returncode

    def signal(self, number: int) -> None:
        """Send a signal to the whole group; one that is gone already is no error."""
        # An ended child's id may be another process's by now.
        if self.poll() is None:
            _signal_group(self._popen, number)

    def end(self, grace: float = 10.0) -> int:
        """Ask the group to stop, wait `grace` seconds, then kill what is left of it; the exit code."""
        self.signal(signal.SIGTERM)
        if self.wait(grace) is None:
            self.signal(_KILL)
        return self._popen.wait()


Output = Path | int | Literal["pipe", "none"]
"""Where a child's output goes: a file (appended to), an open descriptor, a pipe, or nowhere."""

_KILL = signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM


def environment(extra: Mapping[str, str] | None = None, inherit: Iterable[str] = ()) -> dict[str, str]:
    """A clean environment: what `INHERITED` and the patterns of `inherit` name of ours, then `extra`."""
    patterns = (*INHERITED, *inherit)
    ours = {name: value for name, value in os.environ.items() if any(fnmatch.fnmatchcase(name, p) for p in patterns)}
    return {**ours, **(extra or {})}


def run(
    args: Sequence[str | Path],
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = 60.0,
    *,
    inherit: Iterable[str] = (),
    limits: Limits | None = None,
    stdin: bytes = b"",
) -> Completed:
    """Run a program to its end and return what it printed.

    `env` is added to the clean environment; `timeout` is in seconds and ends the whole process group.
    Raises SvcforgeError when the program cannot be started or takes too long, never for its exit code.
    """
    command = tuple(str(arg) for arg in args)
    popen = _popen(command, cwd, environment(env, inherit), limits, subprocess.PIPE, subprocess.PIPE, subprocess.PIPE)
    try:
        out, err = popen.communicate(stdin, timeout)
    except subprocess.TimeoutExpired:
        raise SvcforgeError(f'"{command[0]}" took longer than {timeout:g} s: {" ".join(command)}') from None
    finally:
        # A time-out, a Ctrl-C, or a grandchild that outlived its parent: nothing of the group stays.
        _signal_group(popen, _KILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            popen.wait(5)
        for stream in (popen.stdin, popen.stdout, popen.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
    return Completed(command, popen.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"), out)


def start(
    args: Sequence[str | Path],
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    *,
    stdin: Literal["pipe", "none"] = "none",
    out: Output = "none",
    err: Output | Literal["out"] = "out",
    inherit: Iterable[str] = (),
    limits: Limits | None = None,
) -> Child:
    """Start a program that runs on, in a session of its own: neither Ctrl-C nor a closed terminal reaches it.

    `err="out"` sends standard error where standard output goes. The caller ends the child.
    Raises SvcforgeError when the program cannot be started.
    """
    command = tuple(str(arg) for arg in args)
    with contextlib.ExitStack() as opened:
        to_out = _target(out, opened)
        to_err = subprocess.STDOUT if err == "out" else _target(err, opened)
        popen = _popen(command, cwd, environment(env, inherit), limits, _target(stdin, opened), to_out, to_err)
    return Child(popen, command)


def _target(output: Output, opened: contextlib.ExitStack) -> int:
    if output == "pipe":
        return subprocess.PIPE
    if output == "none":
        return subprocess.DEVNULL
    if isinstance(output, int):
        return output
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SvcforgeError(f'cannot write "{output}": {error.strerror}') from None
    opened.callback(os.close, descriptor)
    return descriptor


def _popen(
    command: tuple[str, ...],
    cwd: Path | None,
    env: dict[str, str],
    limits: Limits | None,
    stdin: int,
    out: int,
    err: int,
) -> subprocess.Popen[bytes]:
    full = (sys.executable, "-I", "-S", "-c", _LIMITED, str(limits), *command) if limits else command
    try:
        return subprocess.Popen(
            full, cwd=cwd, env=env, stdin=stdin, stdout=out, stderr=err, start_new_session=True, close_fds=True
        )
    except FileNotFoundError as error:
        if cwd is not None and not cwd.is_dir():
            raise SvcforgeError(f'cannot start "{command[0]}": there is no folder "{cwd}"') from None
        raise SvcforgeError(f'cannot start "{command[0]}": {error.strerror}', "install it, or put it on PATH") from None
    except OSError as error:
        raise SvcforgeError(f'cannot start "{command[0]}": {error.strerror}') from None


def _signal_group(popen: subprocess.Popen[bytes], number: int) -> None:
    if sys.platform == "win32":
        popen.send_signal(number)
        return
    # No other process gets the leader's id while a member of its group lives; this is called before the
    # leader is reaped or right after, so an empty group answers with "no such process".
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(popen.pid, number)
