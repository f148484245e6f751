"""Traffic inside the system that anyone in its network can read.

## What it does
Reports pairs of nodes whose calls, steps, parts or routes are not strictly encrypted: the effective `tls` is unset,
`permissive` or `none`. Clients, registries and infrastructure count like services. The broker, the platform's store and
declared stores that are used are asked for their own `tls`, unless they are files (`sqlite`). A mesh in
`platform.mesh` encrypts all that does not say otherwise. Calls to externals go to addresses of the environment, and are
reported only where `tls: permissive` or `none` is in effect.

## Why is this bad?
One container that is taken over, one tap in the network, and tokens, passwords and customers' data are read; and no
one can tell who is on the other side.

## Example
```yaml
svcforge: 1
system: shop
defaults:
  has: [health, tracing, metrics, logs, contract]
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service, discovery: dns}
  api_version: v1
contexts:
  shop:
    team: shop
    services:
      orders: {operations: {create_order: {calls: [stock.reserve]}}}
      stock: {operations: {reserve: {idempotent: by key}}}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {mesh: istio}
defaults:
  has: [health, tracing, metrics, logs, contract]
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service, discovery: dns}
  api_version: v1
contexts:
  shop:
    team: shop
    services:
      orders: {operations: {create_order: {calls: [stock.reserve]}}}
      stock: {operations: {reserve: {idempotent: by key}}}
```

## Refactorings
- let a mesh encrypt all that services say to each other

## Options
None.

## References
- NIST SP 800-204A: Building Secure Microservices-based Applications Using Service-Mesh Architecture, 2020
- microSecEnD, rules R13 and R14: encryption between services, and to external entities
- KubeHound: Non-Secured Service-to-Service Communications

## Also known as
- `non-secured-communication`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.calls import for_all_calls, origin
from svcforge.lint.context import LintContext
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.lint.stores import EMBEDDED
from svcforge.model.blueprint import Blueprint
from svcforge.model.effective import MESH_TLS, Effective, call_policy
from svcforge.source.edit import Edit, Put, Replace
from svcforge.source.finding import Path, Severity

RULE = Rule(
    code="SF604", name="plaintext-service-traffic", severity=Severity.WARNING, profile=Profile.PRODUCTION,
    fix=Fix.UNSAFE, aliases=("non-secured-communication",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Pairs of nodes, then the broker and the stores."""
    blueprint = context.blueprint
    reported: set[tuple[str, str]] = set()
    for edge in context.indexes.edges:
        pair = (edge.source, edge.target)
        if not edge.sync or pair in reported:
            continue
        said = call_policy(blueprint, edge, "tls")
        outside = edge.target in blueprint.externals
        if said.value != "strict" and not (outside and said.value is None):
            reported.add(pair)
            yield Violation(
                path=edge.path,
                message=f'what "{edge.source}" and "{edge.target}" say to each other is not encrypted: {_why(said.value)}',
                hint="name a mesh in `platform`, or say tls: strict on the call or in `defaults.call`",
                related=origin(edge, "`tls`", said),
                fix=(_encrypted(said),),
            )
    yield from _servers(blueprint)


def _why(tls: str | None) -> str:
    return f"tls is {tls}" if tls else "nothing says so"


def _encrypted(said: Effective) -> Edit:
    """Where tls is said, or once for the whole system, so that the next call is encrypted too."""
    return for_all_calls("tls", "strict") if said.origin is None else Replace(said.origin, "strict")


def _servers(blueprint: Blueprint) -> Iterator[Violation]:
    """The broker, the platform's store, and the declared stores that services use."""
    platform = blueprint.platform
    if platform.broker:
        yield from _server(blueprint, "the broker", platform.broker_tls, ("platform", "broker"), "engine")
    if platform.store and platform.store not in EMBEDDED:
        yield from _server(blueprint, "the platform's store", platform.store_tls, ("platform", "store"), "engine")
    used = {use.name for s in blueprint.services.values() for use in s.uses}
    used |= {service.store for service in blueprint.services.values() if service.store}
    for name, store in blueprint.stores.items():
        if name in used and store.engine not in EMBEDDED:
            yield from _server(blueprint, f'store "{name}"', store.tls, store.path, None)


def _server(blueprint: Blueprint, what: str, tls: str | None, path: Path, short: str | None) -> Iterator[Violation]:
    if tls == "strict" or (tls is None and blueprint.platform.mesh in MESH_TLS):
        return
    yield Violation(
        path=(*path, "tls") if tls else path,
        message=f"what services and {what} say to each other is not encrypted: {_why(tls)}",
        hint="name a mesh in `platform`, or say tls: strict here",
        fix=(Replace((*path, "tls"), "strict") if tls else Put(path, "tls", "strict", short=short),),
        at_key=not tls,
    )
