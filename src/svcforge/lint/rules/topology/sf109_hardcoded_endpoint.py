"""An address where a name should be.

## What it does
Reports a call or a route whose `url` is an IP literal, `localhost`, `host:port` or an absolute URL, whether beside `to`
or instead of it, and a setting whose default points at a machine or at a host inside one's own network. What refers to
configuration (`${ORDERS_URL}`) is no address, and neither are names that only look like one: the issuer of tokens, a
schema, documentation. A setting may well point at a public website.

The fix writes the declared service, BFF or external that the host names.

## Why is this bad?
The call goes to one machine of one environment. It cannot be moved, scaled, replaced in a test or secured by a mesh
without a change to the caller, and no diagram, policy or contract knows that the two depend on each other.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      orders:
        calls: [{url: "http://stock:8080/items"}]
      stock: {}
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      orders:
        calls: [{to: stock}]
      stock: {}
```

## Refactorings
- name the service, and leave its address to the environment or to service discovery

## Options
None.

## References
- D. Taibi, V. Lenarduzzi: On the Definition of Microservice Bad Smells, IEEE Software 35(3), 2018: Hard-Coded Endpoints
- DAMP, Hardcoded Endpoints: found in 12 of 25 systems
- The Twelve-Factor App: Backing services

## Also known as
- `hardcoded-endpoints`
- `hard-coded-endpoints`
- `hardcoded-ips`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from svcforge.lint.context import LintContext
from svcforge.lint.endpoints import Endpoint, endpoint, nodes_by_host, operation_at, owner
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Call, Route, Service, Setting
from svcforge.source.edit import Delete, Edit, Put
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF109", name="hardcoded-endpoint", severity=Severity.ERROR, profile=Profile.MINIMAL, fix=Fix.UNSAFE,
    aliases=("hardcoded-endpoints", "hard-coded-endpoints", "hardcoded-ips"),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Addresses of calls, settings and routes."""
    blueprint = context.blueprint
    hosts = nodes_by_host(blueprint)
    for service in blueprint.services.values():
        for call in _calls(service):
            if call.url is not None and (found := endpoint(call.url)):
                yield _at_an_edge(blueprint, hosts, call, found)
        for setting in service.settings:
            if (default := setting.type.default) is not None and (found := endpoint(default)):
                yield from _in_a_setting(service, setting, hosts, found)
    for route in blueprint.gateway.routes if blueprint.gateway else ():
        if route.url is not None and (found := endpoint(route.url)):
            yield _at_an_edge(blueprint, hosts, route, found)


def _calls(service: Service) -> Iterator[Call]:
    yield from service.calls
    for operation in service.operations.values():
        yield from operation.calls


def _at_an_edge(blueprint: Blueprint, hosts: Mapping[str, str], edge: Call | Route, found: Endpoint) -> Violation:
    known = owner(hosts, found)
    where = f'"{edge.source}"' if isinstance(edge, Call) else f'route "{edge.prefix}"'
    hint = "declare it under `externals`, or its service under `contexts`, and name it in `to`"
    if known:
        hint = f'name "{known}" in `to`, and leave the address to the environment'
    return Violation(
        path=(*edge.path, "url"),
        message=f'{where} goes to the address "{edge.url}"',
        hint=hint,
        fix=_named(blueprint, edge, found, known),
    )


def _named(blueprint: Blueprint, edge: Call | Route, found: Endpoint, known: str | None) -> tuple[Edit, ...]:
    """`to` in place of `url`; an operation's call has to name an operation."""
    target = known
    if edge.to:
        return (Delete((*edge.path, "url")),)
    if known and isinstance(edge, Call) and edge.source_operation:
        operation = operation_at(blueprint, known, found.path)
        target = f"{known}.{operation}" if operation else None
    return (Put(edge.path, "to", target), Delete((*edge.path, "url"))) if target else ()


def _in_a_setting(service: Service, setting: Setting, hosts: Mapping[str, str], found: Endpoint) -> Iterator[Violation]:
    known = owner(hosts, found)
    if not (found.is_machine or known or (found.is_url and found.is_inside)):
        return
    yield Violation(
        path=setting.path,
        message=f'the setting "{setting.name}" of "{service.name}" has the address "{setting.type.default}" as default',
        hint=f'call "{known}", whose address the environment gives'
        if known
        else "leave the default out, or call what it is",
    )
