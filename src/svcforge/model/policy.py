"""Policies of edges: what a blueprint says about a call or a subscription; None means that it says nothing."""

from __future__ import annotations

from svcforge.frozen import frozen

Milliseconds = int
"""A duration of the language (`20ms 3s 15m 2h 7d`) in milliseconds."""


def duration_text(milliseconds: Milliseconds) -> str:
    """A duration as the language writes it, in the largest unit that gives a whole number: `1400ms`, `2s`."""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if milliseconds and milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"


@frozen()
class Breaker:
    """When a circuit breaker opens: a share of failures (0..1) within a window of calls; for how long."""

    failures: float = 0.5
    window: int = 20
    reset: Milliseconds = 30_000


@frozen()
class Off:
    """A policy that is switched off on purpose (`breaker: none`), unlike one that is not mentioned."""


@frozen(kw_only=True)
class CallPolicy:
    """What an edge, or a `defaults.call` block, says of calls; `timeout` is for the whole call, retries included."""

    over: str | None = None
    timeout: Milliseconds | None = None
    retries: int | None = None
    breaker: Breaker | Off | None = None
    tls: str | None = None
    auth: str | None = None
    discovery: str | None = None
    optional: bool | None = None


@frozen(kw_only=True)
class SubscriptionPolicy:
    """What an edge, or a `defaults.subscription` block, says of handling events; retries None unset, -1 unlimited."""

    retries: int | None = None
    backoff: Milliseconds | None = None
    dead_letter: bool | None = None
    idempotent: bool | None = None
    delivery: str | None = None


UNLIMITED = -1
"""`retries: unlimited` on a subscription."""


@frozen(kw_only=True)
class Scale:
    """How many replicas: bounds, and the CPU share (0..1) that the autoscaler aims at."""

    min: int | None = None
    max: int | None = None
    cpu: float | None = None


@frozen(kw_only=True)
class Slo:
    """What a service promises: availability as a share (0..1) and its 99th percentile of latency."""

    availability: float | None = None
    latency: Milliseconds | None = None


@frozen(kw_only=True)
class Defaults:
    """A `defaults` block of the system, a context or a service."""

    stack: str | None = None
    api_version: str | None = None
    call: CallPolicy = CallPolicy()
    subscription: SubscriptionPolicy = SubscriptionPolicy()
    scale: Scale = Scale()
    slo: Slo = Slo()
    resources: tuple[tuple[str, str], ...] = ()
    has: tuple[str, ...] | None = None
