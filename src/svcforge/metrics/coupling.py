"""How closely components are coupled by their calls: importance, dependence, density, pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from svcforge.metrics.components import Components


def importance(components: Components, name: str) -> int:
    """AIS, absolute importance: distinct components that call it (Rud, Schmietendorf, Dumke 2006)."""
    return len(components.callers[name])


def dependence(components: Components, name: str) -> int:
    """ADS, absolute dependence: distinct components that it calls (Rud, Schmietendorf, Dumke 2006)."""
    return len(components.callees[name])


def criticality(components: Components, name: str) -> int:
    """ACS, absolute criticality: `AIS * ADS` (Rud, Schmietendorf, Dumke 2006)."""
    return importance(components, name) * dependence(components, name)


def instability(components: Components, name: str) -> float | None:
    """`ADS / (AIS + ADS)` (Martin 1994, afferent and efferent coupling): 0 is stable; None of what stands alone."""
    both = importance(components, name) + dependence(components, name)
    return dependence(components, name) / both if both else None


def interdependence(components: Components) -> int:
    """SIY: pairs of components that call each other both ways (Rud, Schmietendorf, Dumke 2006)."""
    return (
        sum(name in components.callees[other] for name in components.names for other in components.callees[name]) // 2
    )


def density(components: Components) -> float | None:
    """SCF, service coupling factor: `E / (N * (N - 1))`, the share of all possible pairs (Hofmeister, Wirtz 2008)."""
    number = len(components.names)
    return components.pairs / (number * (number - 1)) if number > 1 else None


def mean_dependence(components: Components) -> float | None:
    """ADCS: the mean of ADS, directly connected services (Zhang, Li 2009)."""
    return components.pairs / len(components.names) if components.names else None


@dataclass(frozen=True, slots=True)
class Pair:
    """A caller and a callee, the number of calls declared from one to the other, and their structural coupling."""

    source: str
    target: str
    calls: int
    coupling: float


def structural(components: Components) -> Iterator[Pair]:
    """SC of each pair of which one calls the other (Panichella, Rahman, Taibi 2021; as CIMET computes it).

    `SC(a, b) = 1 - 1 / degree - LWF * GWF` with `LWF = (1 + out) / (1 + degree)` and `GWF = degree / max degree`, where
    `out` are the calls from a to b and `degree` those of both directions.
    """
    degrees = {
        (source, target): number + components.calls.get(target, {}).get(source, 0)
        for source, target, number in _between(components.calls)
    }
    most = max(degrees.values(), default=1)
    for source, target, out in _between(components.calls):
        degree = degrees[source, target]
        local, everywhere = (1 + out) / (1 + degree), degree / most
        yield Pair(source, target, out, 1 - 1 / degree - local * everywhere)


def _between(calls: Mapping[str, Mapping[str, int]]) -> Iterator[tuple[str, str, int]]:
    for source, targets in calls.items():
        for target, number in targets.items():
            if target != source:
                yield source, target, number
