"""Secrets that nobody keeps.

## What it does
Reports a system that uses secrets, and names no secret store in `platform.secrets`. Secrets are used by settings of
type `secret`, by brokers and stores that are no files, and by calls of externals, which send a token.

## Why is this bad?
Without one place that keeps them, secrets are copied into files, variables and chats; nobody knows who has them, and
they are never changed.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  engagement:
    team: growth
    services:
      mailer:
        role: worker
        settings: {relay_password: secret}
        operations: {send_mails: {schedule: every 15m}}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {secrets: vault}
contexts:
  engagement:
    team: growth
    services:
      mailer:
        role: worker
        settings: {relay_password: secret}
        operations: {send_mails: {schedule: every 15m}}
```

## Refactorings
- keep secrets in one store, which hands them out and changes them

## Options
None.

## References
- microSecEnD, rule R25: a single central secret store
- OWASP Secrets Management Cheat Sheet

## Also known as
- `no-central-secret-store`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.stores import EMBEDDED
from svcforge.lint.wording import quoted
from svcforge.model.blueprint import Blueprint
from svcforge.source.finding import Path, Related, Severity

RULE = Rule(
    code="SF606", name="no-secret-store", severity=Severity.WARNING, profile=Profile.PRODUCTION,
    aliases=("no-central-secret-store",),
    since="0.1",
)  # fmt: skip

SHOWN = 12
"""Places of secrets that are shown."""


def check(context: LintContext) -> Iterator[Violation]:
    """The first secret that is used, with the others as related places."""
    if context.blueprint.platform.secrets:
        return
    used = list(_used(context.blueprint))
    if used:
        yield Violation(
            path=used[0][0],
            message=f"secrets are used by {quoted([name for _, name in used])}, and no store is named that keeps them",
            hint="name the secret store: `platform: {secrets: vault}`",
            related=tuple(Related(path, f"{name} uses one too") for path, name in used[1 : 1 + SHOWN]),
        )


def _used(blueprint: Blueprint) -> Iterator[tuple[Path, str]]:
    """What uses a secret, with its place."""
    platform = blueprint.platform
    if platform.broker:
        yield ("platform", "broker"), "broker"
    if platform.store and platform.store not in EMBEDDED:
        yield ("platform", "store"), "store"
    for store in blueprint.stores.values():
        if store.engine not in EMBEDDED:
            yield store.path, store.name
    for external in blueprint.externals.values():
        yield external.path, external.name
    for service in blueprint.services.values():
        for setting in service.settings:
            if setting.type.secret:
                yield setting.path, f"{service.name}.{setting.name}"
