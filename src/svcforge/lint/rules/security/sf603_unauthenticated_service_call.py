"""A call between services that does not prove who calls.

## What it does
Reports calls, saga steps, endpoints' parts and routes between services that prove nothing of who calls: the effective
`auth` is `none`; or it is unset where one of the two exists already (`has`), and there is no strict TLS, whose
certificates would tell; or it is `mesh`, and the call may be plaintext. What svcforge generates forwards the user's
token or sends a service token, and checks it. A mesh in `platform.mesh` gives every service an identity unless the call
is `tls: permissive` or `none`; a gateway that verifies tokens passes them on. A broker and a declared store whose
`auth` is `none` are reported too. What clients send is SF601.

A generated service can send and check tokens only where somebody issues them (`auth: {jwt: ...}` of the gateway).
Without an issuer, and without a mesh, its internal operations answer whoever reaches them: from the profile
`production` on that is a finding, once for the system; before, a system may be young and have no issuer yet. Commands
over the broker are not asked, since each service has an account of its own there, nor is what is `public`.

## Why is this bad?
Whoever gets into the network can call everything in it in anyone's name; and no log can tell who did.

## Example
```yaml
svcforge: 1
system: shop
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
  api_version: v1
contexts:
  ordering:
    services:
      orders:
        operations:
          create_order: {calls: [ledger.book]}
      ledger:
        has: [health, tracing, metrics, logs, contract]
        operations:
          book: {}
```

## Use instead
```yaml
svcforge: 1
system: shop
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
  api_version: v1
contexts:
  ordering:
    services:
      orders:
        operations:
          create_order: {calls: [{to: ledger.book, auth: service}]}
      ledger:
        has: [health, tracing, metrics, logs, contract]
        operations:
          book: {}
```

## Refactorings
- give services identities: mutual TLS by a mesh
- pass the user's token on, or send a service token

## Options
None.

## References
- NIST SP 800-204B: Attribute-based Access Control for Microservices-based Applications using a Service Mesh, 2021
- microSecEnD, rules R06 and R07: authentication and authorization between services
- KubeHound: Insufficient Access Control

## Also known as
- `insufficient-access-control`
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from svcforge.lint.calls import callee, origin
from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.effective import Effective, call_policy, protocol
from svcforge.model.elements import Role
from svcforge.model.tokens import ADD_ISSUER, ADD_ISSUER_TO_GATEWAY
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF603", name="unauthenticated-service-call", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    aliases=("insufficient-access-control",),
    since="0.1",
)  # fmt: skip

SHOWN = 12
"""Places of other operations that are shown."""

HINT = "say auth: service, forward or mesh on the call or in `defaults.call`, or name a mesh in `platform`"


def check(context: LintContext) -> Iterator[Violation]:
    """Pairs of services whose calls carry no identity, then brokers and stores that ask for none."""
    blueprint = context.blueprint
    generated = _generated(blueprint)
    reported: set[tuple[str, str]] = set()
    for edge in context.indexes.edges:
        if not edge.sync or edge.target in blueprint.externals or (edge.source, edge.target) in reported:
            continue
        service = blueprint.services.get(edge.source)
        if service is not None and service.role is Role.CLIENT:
            continue
        if edge.kind is EdgeKind.ROUTE and blueprint.gateway and blueprint.gateway.jwt:
            continue
        auth = call_policy(blueprint, edge, "auth")
        lacking = _lacking(blueprint, edge, auth, generated)
        if lacking:
            reported.add((edge.source, edge.target))
            yield Violation(
                path=edge.path,
                message=f'"{edge.source}" calls "{edge.target}" without proving who it is: {lacking}',
                hint=HINT,
                related=origin(edge, "`auth`", auth),
            )
    yield from _without_issuer(blueprint, context.indexes.edges, generated)
    if blueprint.platform.broker_auth == "none":
        yield _open_server("the broker", ("platform", "broker", "auth"))
    if blueprint.platform.store_auth == "none":
        yield _open_server("the platform's store", ("platform", "store", "auth"))
    for name, store in blueprint.stores.items():
        if store.auth == "none":
            yield _open_server(f'store "{name}"', (*store.path, "auth"))


def _lacking(blueprint: Blueprint, edge: Edge, auth: Effective, generated: set[str]) -> str:
    """Why a call proves nothing; empty when it does."""
    if edge.kind is EdgeKind.ROUTE and generated.issuperset((edge.source, edge.target)):
        return ""  # what is open behind a route says so itself, and checks who calls
    if auth.value == "none":
        return "auth is none"
    encrypted = call_policy(blueprint, edge, "tls").value == "strict"
    if auth.value == "mesh" and not encrypted:
        return "auth is mesh, and the call may be plaintext"
    if auth.value is None and not encrypted and not generated.issuperset((edge.source, edge.target)):
        return "nothing says how"
    return ""


def _without_issuer(blueprint: Blueprint, edges: Iterable[Edge], generated: set[str]) -> Iterator[Violation]:
    """The internal operations of generated services that nobody can ask for a token, in one finding."""
    if blueprint.gateway is not None and blueprint.gateway.jwt is not None:
        return
    open_calls: dict[str, Edge] = {}
    for edge in edges:
        if edge.sync and edge.source != edge.target and generated.issuperset((edge.source, edge.target)):
            operation = blueprint.operation(edge.target, edge.operation)
            if operation is not None and operation.http is None and not _identified(blueprint, edge, generated):
                open_calls.setdefault(callee(edge), edge)
    if not open_calls:
        return
    name, first = next(iter(open_calls.items()))
    others = [(other, edge) for other, edge in open_calls.items() if other != name]
    also = f", and so do {len(others)} more" if len(others) > 1 else f', and so does "{others[0][0]}"' if others else ""
    yield Violation(
        path=first.path,
        message=f'"{name}" answers whoever reaches it{also}: nobody issues tokens that services could prove themselves by',
        hint=f"{ADD_ISSUER if blueprint.gateway is None else ADD_ISSUER_TO_GATEWAY}, or name a mesh in `platform`",
        related=tuple(Related(edge.path, f"{other} is called here") for other, edge in others[:SHOWN]),
        profile=Profile.PRODUCTION,
        about=tuple(dict.fromkeys(f"{edge.source} -> {edge.target}" for edge in open_calls.values())),
    )


def _identified(blueprint: Blueprint, edge: Edge, generated: set[str]) -> bool:
    """Whether who calls is known by a certificate or by its account at the broker; or the want of it is told already."""
    told = bool(_lacking(blueprint, edge, call_policy(blueprint, edge, "auth"), generated))
    return told or protocol(blueprint, edge) == "broker" or call_policy(blueprint, edge, "tls").value == "strict"


def _generated(blueprint: Blueprint) -> set[str]:
    """The services, BFFs and gateways that svcforge builds, which prove and check who calls."""
    names = {name for name, service in blueprint.services.items() if service.generated} | set(blueprint.bffs)
    if blueprint.gateway:
        names.add(blueprint.gateway.name)
    return {name for name in names if blueprint.abilities_of(name) is None}


def _open_server(what: str, path: tuple[str | int, ...]) -> Violation:
    return Violation(
        path=path,
        message=f"{what} lets every service in without asking who it is: auth is none",
        hint="remove the line, so that every service has an account of its own",
    )
