"""How much time requests have to spare, and how often one request may become several."""

from __future__ import annotations

from collections.abc import Mapping

from svcforge.lint.attempts import repeated
from svcforge.lint.context import Indexes
from svcforge.lint.cycles import components
from svcforge.lint.deadlines import arrivals
from svcforge.lint.requests import Node
from svcforge.model.effective import timeout
from svcforge.model.policy import Milliseconds

MOST = 1_000_000_000
"""Attempts beyond which nobody counts."""


def slack(indexes: Indexes) -> Mapping[str, Milliseconds]:
    """Deadline slack of each caller: `min(T(u, v) - T(v, w))` over its calls and all that wait for it (SF303).

    T is the timeout of the whole call, retries and back-off included, and T(u, v) the shortest under which a request
    arrives, on any way. Negative where a call outlives those who wait for it. What calls nothing under a timeout, or is
    not called under one, has none.
    """
    found: dict[str, Milliseconds] = {}
    for node, arrival in arrivals(indexes).items():
        for edge, _ in indexes.requests.get(node, ()):
            if edge is not None and (own := timeout(indexes.blueprint, edge).value):
                spare = arrival.limit - own
                found[edge.source] = min(spare, found.get(edge.source, spare))
    return found


def amplification(indexes: Indexes) -> Mapping[str, int]:
    """Retry factor of each component: `prod(1 + retries)`, the most times that one request may ask it, on any way.

    (SF304; Brooker: Timeouts, retries and backoff with jitter, Amazon Builders' Library.) A knot counts as one place.
    """
    graph = repeated(indexes)
    groups = components({node: [end for _, _, end in out] for node, out in graph.items()})
    most: dict[Node, int] = {}
    for members in reversed(groups):
        group = set(members)
        arriving = max(most.get(node, 1) for node in members)
        most.update(dict.fromkeys(members, arriving))
        for node in members:
            for _, times, end in graph.get(node, ()):
                if end not in group:
                    most[end] = max(most.get(end, 1), min(MOST, arriving * times))
    found: dict[str, int] = {}
    for (name, _), times in most.items():
        found[name] = max(times, found.get(name, 1))
    return found
