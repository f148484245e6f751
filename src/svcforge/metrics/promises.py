"""How available components can be at best: what they promise, and what all promise that they cannot do without."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import exp, log

from svcforge.lint.calls import hard
from svcforge.lint.context import Indexes
from svcforge.metrics.reach import reached
from svcforge.model.edges import EdgeKind
from svcforge.model.effective import availability

LEAST = 1e-12
"""What a promise of nothing counts as, since its logarithm must be a number."""


@dataclass(frozen=True, slots=True)
class Composite:
    """A share of requests (0..1) that are answered at best, and how many dependencies promise nothing: it may be less."""

    availability: float
    unpromised: int


def composite(indexes: Indexes, names: Collection[str]) -> Mapping[str, Composite]:
    """`A(s) * prod A(d)` over the distinct hard synchronous descendants d of s, of its worst operation or route.

    (Treynor, Dahlin, Rau, Beyer: The Calculus of Service Availability, ACM Queue 15(2), 2017.) A(x) is the promised
    `slo.availability`, of a service with all its replicas. Calls with a fallback, optional ones, `wait: false`, events
    and copies are no hard dependencies. What promises nothing counts as always there; where neither a component nor
    what it depends on promises anything, it has none.
    """
    blueprint = indexes.blueprint
    graph = {
        node: [end for edge, end in out if edge is None or edge.kind is EdgeKind.ROUTE or hard(blueprint, edge)]
        for node, out in indexes.requests.items()
    }
    nodes = dict.fromkeys([*graph, *(end for ends in graph.values() for end in ends)])
    number = {name: i for i, name in enumerate(dict.fromkeys([*names, *(name for name, _ in nodes)]))}
    losses = _Losses([availability(blueprint, name).value for name in number])
    sets: dict[str, set[int]] = {name: {1 << number[name]} for name in names}
    for (name, _), bits in reached(graph, lambda node: 1 << number[node[0]]).items():
        if name in sets:
            sets[name].add(bits)
    found = {name: max(sets[name], key=lambda bits: (losses.of(bits), bits)) for name in sets}
    return {
        name: Composite(exp(-losses.of(bits)), losses.unpromised(bits))
        for name, bits in found.items()
        if losses.promised(bits)
    }


class _Losses:
    """What sets of promises lose together, as -ln of their product; a set is a number with the bit of each."""

    def __init__(self, promises: list[float | None]) -> None:
        self._silent = sum(1 << i for i, promise in enumerate(promises) if promise is None)
        self._size = len(promises) // 8 + 1
        lost = [0.0 if promise is None else -log(max(promise, LEAST)) for promise in promises]
        self._tables = [_table(lost[i : i + 8]) for i in range(0, self._size * 8, 8)]
        self._known = {0: 0.0}

    def of(self, bits: int) -> float:
        """The sum, byte by byte: as many look-ups as an eighth of all promises."""
        bits &= ~self._silent
        if bits not in self._known:
            each = zip(self._tables, bits.to_bytes(self._size, "little"), strict=True)
            self._known[bits] = sum(table[byte] for table, byte in each if byte)
        return self._known[bits]

    def promised(self, bits: int) -> bool:
        """Whether any of the set promises something."""
        return bool(bits & ~self._silent)

    def unpromised(self, bits: int) -> int:
        """How many of the set promise nothing."""
        return (bits & self._silent).bit_count()


def _table(lost: list[float]) -> list[float]:
    """The sum for each of the 256 sets of up to eight numbers."""
    sums = [0.0]
    for value in [*lost, *[0.0] * (8 - len(lost))]:
        sums += [so_far + value for so_far in sums]
    return sums
