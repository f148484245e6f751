"""Policies and figures of services and edges, from the document to the model."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from typing import Any

from svcforge.load.document import CallPolicyDoc, DefaultsDoc, SubscriptionPolicyDoc
from svcforge.model.policy import Breaker, CallPolicy, Defaults, Off, Scale, Slo, SubscriptionPolicy


def call_policy(doc: CallPolicyDoc) -> CallPolicy:
    """A call's policy; `breaker: none` is Off."""
    breaker = doc.breaker
    return CallPolicy(
        over=doc.over, timeout=doc.timeout, retries=doc.retries, tls=doc.tls, auth=doc.auth,
        discovery=doc.discovery, optional=doc.optional,
        breaker=None if breaker is None else Off() if isinstance(breaker, str)
        else Breaker(breaker.failures, breaker.window, breaker.reset),
    )  # fmt: skip


def subscription_policy(doc: SubscriptionPolicyDoc) -> SubscriptionPolicy:
    """A subscription's policy."""
    return SubscriptionPolicy(**{f.name: getattr(doc, f.name) for f in dataclass_fields(SubscriptionPolicy)})


def scale(doc: Any) -> Scale:
    """How many replicas."""
    return Scale(min=doc.min, max=doc.max, cpu=doc.cpu)


def slo(doc: Any) -> Slo:
    """What is promised."""
    return Slo(availability=doc.availability, latency=doc.latency)


def resources(doc: Any) -> dict[str, str]:
    """What one replica may use."""
    return {key: value for key in ("cpu", "memory") if (value := getattr(doc, key)) is not None}


EMPTY_DEFAULTS = Defaults()


def defaults(doc: DefaultsDoc) -> Defaults:
    """A `defaults` block."""
    if not doc.model_fields_set:
        return EMPTY_DEFAULTS
    return Defaults(
        stack=doc.stack, api_version=doc.api_version, call=call_policy(doc.call),
        subscription=subscription_policy(doc.subscription), scale=scale(doc.scale), slo=slo(doc.slo),
        resources=tuple(resources(doc.resources).items()), has=tuple(doc.has) if doc.has is not None else None,
    )  # fmt: skip
