"""A caller that is bound to one address of a service with several replicas.

## What it does
Looks at each pair of a service or BFF and an existing service (`has`) that it calls. Where the callee runs more than
once, and neither the effective `discovery` of the call, `platform.discovery`, a mesh, nor a platform that puts a name
before all replicas (Kubernetes, Helm, Swarm) says how one is found, the pair is reported. How often a callee runs is
its `replicas` or effective `scale`; between existing services an unset number counts as more than one. What svcforge
generates is reached by a name of its platform, unless the call says `discovery: none`. A gateway is a router itself.

The fix writes `discovery: dns` at the calls; that such a name exists, a person must confirm.

## Why is this bad?
All load goes to one replica and the others idle; when that one goes or moves, the caller fails although the service
is up.

## Example
```yaml
svcforge: 1
system: shop
platform: {metrics: prometheus, logs: loki}
defaults:
  has: [health, tracing, metrics, logs, contract]
  api_version: v1
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
contexts:
  shop:
    services:
      orders: {calls: [stock]}
      stock: {replicas: 3}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {metrics: prometheus, logs: loki}
defaults:
  has: [health, tracing, metrics, logs, contract]
  api_version: v1
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
contexts:
  shop:
    services:
      orders: {calls: [{to: stock, discovery: dns}]}
      stock: {replicas: 3}
```

## Refactorings
- find the replicas by service discovery (55%)
- put a message router, such as a load balancer, in front (31%)
- let a message broker stand between the two (14%)

In brackets, how often the literature advises each for this smell (Neri, Soldani, Zimmermann, Brogi 2020).

## Options
None.

## References
- D. Neri et al.: Design principles, architectural smells and refactorings for microservices, SICS 35, 2020:
  Endpoint-based Service Interaction
- C. Richardson: Microservices Patterns, 2018, chapter 3: service discovery

## Also known as
- `endpoint-based-service-interaction`
- `no-service-discovery`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.effective import call_policy
from svcforge.model.elements import Role, Service
from svcforge.source.edit import Edit, Put, Replace
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF110", name="static-endpoint-binding", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    fix=Fix.UNSAFE, aliases=("endpoint-based-service-interaction", "no-service-discovery"),
    since="0.1",
)  # fmt: skip

NAMED = ("kubernetes", "helm", "swarm")
"""Platforms that put one name and address before all replicas of a service."""

SPOKEN = (EdgeKind.CALL, EdgeKind.STEP, EdgeKind.PART)


def check(context: LintContext) -> Iterator[Violation]:
    """Pairs of caller and replicated callee without discovery."""
    blueprint = context.blueprint
    platform = blueprint.platform
    covered = bool(platform.discovery or platform.mesh or set(NAMED).intersection(platform.deploy))
    bound: dict[tuple[str, str], list[Edge]] = {}
    for edge in context.indexes.edges:
        if edge.kind in SPOKEN and edge.source != edge.target and _fixed(blueprint, edge, covered=covered):
            bound.setdefault((edge.source, edge.target), []).append(edge)
    for (source, target), calls in bound.items():
        callee = blueprint.services[target]
        if _runs_often(blueprint, source, callee):
            yield _violation(blueprint, calls, callee)


def _fixed(blueprint: Blueprint, edge: Edge, *, covered: bool) -> bool:
    """Whether nothing finds the callee for this call."""
    source, target = blueprint.services.get(edge.source), blueprint.services.get(edge.target)
    if target is None or target.role is Role.GATEWAY or (source is not None and source.role is Role.GATEWAY):
        return False
    found = call_policy(blueprint, edge, "discovery").value
    if found is None:
        return not covered and blueprint.abilities_of(edge.target) is not None
    return bool(found == "none")


def _runs_often(blueprint: Blueprint, source: str, callee: Service) -> bool:
    known = _replicas(blueprint, callee)
    return known > 1 if known is not None else blueprint.abilities_of(source) is not None


def _replicas(blueprint: Blueprint, service: Service) -> int | None:
    """How often a service runs at most; None where nothing says."""
    if service.replicas is not None:
        return service.replicas
    scales = (service.scale, *(defaults.scale for defaults, _ in blueprint.defaults_of(service.name)))
    return next((most for scale in scales if (most := scale.max or scale.min) is not None), None)


def _violation(blueprint: Blueprint, calls: list[Edge], callee: Service) -> Violation:
    first = calls[0]
    replicas = _replicas(blueprint, callee)
    often = f"runs {replicas} times" if replicas else "may run more than once"
    return Violation(
        path=first.path,
        message=f'"{first.source}" is bound to one address of "{callee.name}", which {often}',
        hint="say how one is found, `discovery: dns`, or put a router or a mesh in front",
        note="nothing finds a replica for this call",
        related=(Related(callee.path, f"{callee.name} is here"), *(Related(e.path, "here too") for e in calls[1:])),
        fix=tuple(_found_by_name(blueprint, edge) for edge in calls),
        about=(f"{first.source} -> {callee.name}",),
    )


def _found_by_name(blueprint: Blueprint, edge: Edge) -> Edit:
    """`discovery: dns` at the call; a BFF's part has it from the BFF's defaults."""
    if edge.kind is EdgeKind.PART:
        return Put((*blueprint.bffs[edge.source].path, "defaults", "call"), "discovery", "dns")
    if edge.call is not None and edge.call.policy.discovery is not None:
        return Replace((*edge.path, "discovery"), "dns")
    return Put(edge.path, "discovery", "dns", short="do" if edge.kind is EdgeKind.STEP else "to")
