"""Sources -> a system: each kind of source by its own reader, all of one kind together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from svcforge.adopt import compose, dataflow, kubernetes, microtosca, topology
from svcforge.adopt.files import Read, found
from svcforge.adopt.joined import System, joined
from svcforge.adopt.system import Part

Reader = Callable[[Sequence[Read]], Part]


def system(sources: Sequence[str]) -> System:
    """What the sources say together; one that is not there or says nothing raises SvcforgeError."""
    read = found(sources)
    readers: dict[str, Reader] = {
        "topology": topology.read,
        "compose": partial(compose.read, reach=read.reach),
        "kubernetes": kubernetes.read,
        "microtosca": microtosca.read,
        "dataflow": dataflow.read,
    }
    parts = [
        reader([document for document in read.documents if document.kind == kind])
        for kind, reader in readers.items()
        if any(document.kind == kind for document in read.documents)
    ]
    return joined(parts, read.folder, read.files, read.notes)
