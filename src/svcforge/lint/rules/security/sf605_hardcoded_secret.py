"""A password that everybody can read who can read the blueprint.

## What it does
Reports a literal under a name that says that it is a secret (its last word is password, secret, token, credential or
the like, or it is an API, access or private key), and a password inside an address (`scheme://user:password@host`): in
the defaults of settings and fields, in `set` of operations, calls, subscriptions, copies and steps, in the `url` of
calls and routes, in the arguments of endpoints, and in `patches`. References like `${NAME}` are none. What everybody
tries first (guest, root, sa, changeme ...) is said to be such.

## Why is this bad?
The blueprint is in the repository, in its clones, in the CI's logs and in what is generated from it; a secret in it
can neither be changed nor be kept.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  engagement:
    services:
      mailer:
        role: worker
        settings: {relay_password: text = changeme}
        operations: {send_mails: {schedule: every 15m}}
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  engagement:
    services:
      mailer:
        role: worker
        settings: {relay_password: secret}
        operations: {send_mails: {schedule: every 15m}}
```

## Refactorings
- keep it in a secret store, and change it: it is known

## Options
None.

## References
- CWE-798: Use of Hard-coded Credentials
- OWASP Application Security Verification Standard 4.0, V2.10: Service Authentication
- microSecEnD, rule R25; KubeHound: Hardcoded Secrets

## Also known as
- `hardcoded-credentials`
- `hardcoded-secrets`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.lint.secrets import KNOWN, given_away, literals
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Call, Fields, Operation, Service
from svcforge.source.edit import Replace
from svcforge.source.finding import Path, Severity

RULE = Rule(
    code="SF605", name="hardcoded-secret", severity=Severity.ERROR, profile=Profile.MINIMAL, fix=Fix.UNSAFE,
    aliases=("hardcoded-credentials", "hardcoded-secrets"),
    since="0.1",
)  # fmt: skip

Literal = tuple[str, Any, Path]
"""A name, what stands there, and where."""


def check(context: LintContext) -> Iterator[Violation]:
    """Settings that should be secrets, then every other literal that gives one away."""
    blueprint = context.blueprint
    for service in blueprint.services.values():
        for setting in service.settings:
            if not setting.type.secret and (secret := given_away(setting.name, setting.type.default)):
                yield _violation(
                    f'"{service.name}.{setting.name}"', secret, setting.path, (Replace(setting.path, "secret"),)
                )
    for name, value, path in _literals(blueprint):
        if secret := given_away(name, value):
            yield _violation(f'"{name}"', secret, path)


def _violation(what: str, secret: str, path: Path, fix: tuple[Replace, ...] = ()) -> Violation:
    known = " that everybody knows" if secret.lower() in KNOWN else ""
    return Violation(
        path=path,
        message=f"{what} has a secret{known} in the blueprint",
        hint="declare it in `settings` as `secret`, and let the code read it from the environment",
        fix=fix,
    )


def _literals(blueprint: Blueprint) -> Iterator[Literal]:
    for service in blueprint.services.values():
        yield from _of_service(service)
    for external in blueprint.externals.values():
        for operation in external.operations.values():
            yield from _of_operation(operation)
    for value in blueprint.values.values():
        yield from _defaults(value.fields)
    for saga in blueprint.sagas.values():
        for step in saga.steps:
            yield from _of_call(step.do)
    for bff in blueprint.bffs.values():
        for endpoint in bff.endpoints:
            for part in endpoint.parts:
                yield from ((a.name, a.literal, part.path) for a in part.arguments if a.source is None)
    for route in blueprint.gateway.routes if blueprint.gateway else ():
        yield "url", route.url, (*route.path, "url")
    for patch in blueprint.patches:
        yield from literals(patch.merge, (*patch.path, "merge"))
        yield from literals(patch.json, (*patch.path, "json"))


def _of_service(service: Service) -> Iterator[Literal]:
    for call in service.calls:
        yield from _of_call(call)
    for operation in service.operations.values():
        yield from _of_operation(operation)
    holders = (service.entities.values(), service.values.values(), service.events)
    for fields in [holder.fields for held in holders for holder in held]:
        yield from _defaults(fields)
    for subscription in service.subscriptions:
        yield from _set(subscription.literals, subscription.path)
    for copy in service.copies.values():
        for feed in copy.feeds:
            yield from _set(feed.literals, feed.path)


def _of_operation(operation: Operation) -> Iterator[Literal]:
    yield from _set(operation.literals, operation.path)
    for fields in (operation.inputs, operation.output):
        if isinstance(fields, tuple):
            yield from _defaults(tuple(field for field in fields if not isinstance(field, str)))
    for call in operation.calls:
        yield from _of_call(call)


def _of_call(call: Call) -> Iterator[Literal]:
    yield "url", call.url, (*call.path, "url")
    yield from _set(call.literals, call.path)


def _set(found: Mapping[str, Any], path: Path) -> Iterator[Literal]:
    for name, value in found.items():
        yield name, value, (*path, "set", name)


def _defaults(fields: Fields) -> Iterator[Literal]:
    for field in fields:
        if field.type.default is not None:
            yield field.name, field.type.default, field.path
