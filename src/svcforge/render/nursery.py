"""The nursery of renders: one child that has imported all it takes, and forks for each; what limits them is in there."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import site
import sys
from collections.abc import Mapping
from typing import Any

from svcforge import process
from svcforge.errors import SvcforgeError
from svcforge.process import Completed, Limits

PYTHON = (sys.executable, "-P", "-m")
"""Our own interpreter, which takes no module from the folder that it is started in."""

GRACE = 2.0
"""Seconds that the nursery has to end, once nobody asks it any more."""


class Nursery:
    """A child that forks for every render, so that imports are paid for once.

    Nothing of a pack is compiled or run in the nursery itself: each render has a process of its own, in a group of its
    own that ends with it, begins with the nursery's memory as it was, and cannot be seen by the next.
    """

    def __init__(self) -> None:
        self.process = os.getpid()
        # Without a home of its own Python would not find what was installed for the user alone.
        env = {"PYTHONUSERBASE": site.getuserbase()}
        self._child = process.start([*PYTHON, "svcforge.render.child"], None, env, stdin="pipe", out="pipe", err="none")

    def render(self, request: Mapping[str, Any], limits: Limits, patience: float) -> Completed:
        """Do one render, and wait for its end.

        Args:
            request: `job`, its `folder`, the `pack` in there, and what else the job reads (`svcforge.render.child`).
            limits: what it may use.
            patience: the seconds that it may take, waiting included.

        Raises SvcforgeError when it takes longer, or the nursery was ended from outside.
        """
        asked = {**request, "limits": str(limits), "patience": patience}
        try:
            self._child.into.write(json.dumps(asked, default=dict).encode() + b"\n")
            self._child.into.flush()
            reply = json.loads(self._child.out.readline() or "{}")
            out, err = (self._child.out.read(reply[name]) for name in ("out", "err"))
        except (OSError, ValueError, KeyError):
            raise SvcforgeError("what renders was ended from outside", "run it again") from None
        if reply["code"] is None:
            raise SvcforgeError(
                f'the pack "{request["pack"]}" takes longer than {patience:g} s for one render',
                "a task that waits without end does; look at it before you use it",
            )
        return Completed(PYTHON, reply["code"], out.decode("utf-8", "replace"), err.decode("utf-8", "replace"), out)

    def close(self) -> None:
        """End it, and the render that it is at."""
        if self.process == os.getpid():
            # It may be gone already.
            with contextlib.suppress(OSError):
                self._child.into.close()
            self._child.wait(GRACE)
            self._child.end(GRACE)
            self._child.out.close()


_open: list[Nursery] = []
"""The nursery of this process, and, behind it, those of the processes that it was forked from."""


def rendered(request: Mapping[str, Any], limits: Limits, patience: float) -> Completed:
    """One render by the nursery of this process, which is made when it is first needed and ends with the process.

    Raises SvcforgeError as `Nursery.render` does.
    """
    if not _open or _open[0].process != os.getpid():
        _open.insert(0, Nursery())
    try:
        return _open[0].render(request, limits, patience)
    except BaseException:
        # Whatever it says next would be an answer to this one.
        close()
        raise


@atexit.register
def close() -> None:
    """End the nursery of this process, if there is one."""
    while _open:
        _open.pop().close()
