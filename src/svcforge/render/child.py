"""The child in which packs of somebody else's are rendered: it forks for each render, which has limits of its own.

Requests come in on standard input, a line of JSON each; an answer is a line of JSON with the exit code and the sizes of
what was printed, and then these bytes. This process itself never sees a template.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import json
import os
import selectors
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from svcforge.errors import SvcforgeError
from svcforge.packs.card import Card
from svcforge.packs.pack import Pack
from svcforge.packs.places import cache_folder
from svcforge.render.fast import FastRenderer
from svcforge.render.foreign import LARGEST, MOST, too_much

PRINTED = 2 * LARGEST + (8 << 20)
"""The bytes that are kept of what a render prints: what it makes in base64, with its paths."""


def answer(folder: Path, request: Mapping[str, Any]) -> dict[str, Any]:
    """What a pack makes of facts, or what is wrong with it.

    Args:
        folder: the pack's files; the last part is what messages call it.
        request: `card` and `facts`.
    """
    try:
        pack = Pack(Card.model_validate(request["card"]), folder)
        files = FastRenderer(pack, cache_folder()).render(request["facts"])
        if len(files) > MOST or sum(len(file.data) for file in files) > LARGEST:
            raise SvcforgeError(too_much(folder.name))
        made = [(file.path, base64.b64encode(file.data).decode(), file.executable, file.kind) for file in files]
    except SvcforgeError as error:
        return {"error": error.message, "hint": error.hint}
    except MemoryError:
        return {"error": f'the pack "{folder.name}" takes more memory than one render may'}
    return {"files": made}


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer one request after the other, until nobody asks any more."""
    for line in requests:
        request = json.loads(line)
        if request["job"] == "copier":
            # Before forking: it takes ten times as long as a render.
            import_module("copier.__main__")
        # What is there now is never looked at by a render's collector, which would copy it by looking.
        gc.freeze()
        code, out, err = _apart(request, requests, replies)
        replies.write(json.dumps({"code": code, "out": len(out), "err": len(err)}).encode() + b"\n" + out + err)
        replies.flush()


def _apart(request: Mapping[str, Any], requests: BinaryIO, replies: BinaryIO) -> tuple[int | None, bytes, bytes]:
    """One render in a process of its own: its exit code (None where it took too long), and what it printed."""
    pipes = [os.pipe(), os.pipe()]
    child = os.fork()
    if child == 0:
        for stream in (requests, replies):
            os.close(stream.fileno())
        _live(request, [theirs for _, theirs in pipes])
    for _, theirs in pipes:
        os.close(theirs)
    ours = [end for end, _ in pipes]
    try:
        printed = _heard(ours, requests, request["patience"])
        if printed is not None:
            _wait(child, request["patience"])
    finally:
        for end in ours:
            os.close(end)
        # Nothing that it has started stays; it may not have got as far as to lead a group.
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if printed is None:
        return None, b"", b""
    return os.waitstatus_to_exitcode(status), *printed


def _live(request: Mapping[str, Any], pipes: list[int]) -> NoReturn:
    """Be a render: limited, deaf to all but its folder, gone at its end whatever happens."""
    code = 1
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        for target, source in ((0, nothing), (1, pipes[0]), (2, pipes[1])):
            os.dup2(source, target)
        os.closerange(3, 1024)
        _limit(request["limits"])
        os.chdir(request["folder"])
        os.environ.update(request.get("env", {}))
        tempfile.tempdir = None
        code = _copied(request) if request["job"] == "copier" else _printed(request)
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            sys.stderr.flush()
        os._exit(code)


def _printed(request: Mapping[str, Any]) -> int:
    print(json.dumps(answer(Path(request["pack"]), request)))  # noqa: T201 -- the answer itself
    return 0


def _copied(request: Mapping[str, Any]) -> int:
    # What Copier starts programs with has remembered where, and with what environment, it was imported.
    local = import_module("plumbum").local
    local.cwd.chdir(request["folder"])
    local.env.update(request["env"])
    try:
        import_module("copier.__main__").CopierApp.run(["copier", *request["arguments"]])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _limit(limits: str) -> None:
    """Take limits as `svcforge.process.Limits` prints them; none that is there already is raised."""
    import resource

    for item in limits.split(","):
        name, value = item.split("=")
        which = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(which)[1]
        most = int(value) if hard == resource.RLIM_INFINITY else min(int(value), hard)
        resource.setrlimit(which, (most, most))


def _heard(ends: list[int], requests: BinaryIO, patience: float) -> tuple[bytes, bytes] | None:
    """What is printed until both pipes are closed; None where that takes too long."""
    heard: dict[int, bytearray] = {end: bytearray() for end in ends}
    until = time.monotonic() + patience
    with selectors.DefaultSelector() as selector:
        for end in ends:
            selector.register(end, selectors.EVENT_READ)
        # Nobody asks before there is an answer: what can be read there is the end.
        selector.register(requests, selectors.EVENT_READ)
        while len(selector.get_map()) > 1:
            ready = selector.select(max(0.0, until - time.monotonic()))
            if not ready or any(key.fileobj is requests for key, _ in ready):
                return None
            for key, _ in ready:
                data = os.read(key.fd, 1 << 16)
                if not data:
                    selector.unregister(key.fd)
                elif len(heard[key.fd]) < PRINTED:
                    heard[key.fd] += data
    return bytes(heard[ends[0]]), bytes(heard[ends[1]])


def _wait(child: int, patience: float) -> None:
    """Wait for the end of one that has closed its pipes, without reaping it."""
    until = time.monotonic() + patience
    while os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None and time.monotonic() < until:
        time.sleep(0.001)


if __name__ == "__main__":
    _requests, _replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    serve(_requests, _replies)
