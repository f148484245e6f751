"""An API that its callers cannot tell the version of.

## What it does
Reports an existing service (`has`) with an API, by its operations' `http`, its `api`, or the calls and routes that
lead to it, where no `api_version` is in effect and its paths do not carry one (`/v1/...`). What svcforge generates
has the version in every path.

## Why is this bad?
The first change that breaks a caller has no way round: all callers must follow on the same day.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      orders:
        has: [health, tracing, metrics, logs, contract]
        operations:
          get_order: {http: "GET /orders/{id}", in: {id: uuid}, read_only: true, scopes: [orders:read]}
gateway:
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  routes: {/api/orders: orders}
```

## Use instead
```yaml
svcforge: 1
system: shop
defaults: {api_version: v1}
contexts:
  ordering:
    services:
      orders:
        has: [health, tracing, metrics, logs, contract]
        operations:
          get_order: {http: "GET /orders/{id}", in: {id: uuid}, read_only: true, scopes: [orders:read]}
gateway:
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  routes: {/api/orders: orders}
```

## Refactorings
- put the version into the path
- send it in a header or the media type

## Options
None.

## References
- D. Taibi, V. Lenarduzzi, C. Pahl: Microservices Anti-Patterns: A Taxonomy, 2020: No API-Versioning
- J. Bogner et al.: Towards a Collaborative Repository for the Documentation of Service-Based Antipatterns, 2019

## Also known as
- `no-api-versioning`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from svcforge.lint.apis import existing_apis
from svcforge.lint.context import LintContext
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.model.elements import Service
from svcforge.model.routes import segments_of
from svcforge.source.edit import Put
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF503", name="unversioned-api", severity=Severity.WARNING, profile=Profile.RECOMMENDED, fix=Fix.UNSAFE,
    aliases=("no-api-versioning",),
    since="0.1",
)  # fmt: skip

VERSION = re.compile(r"v\d+")


def check(context: LintContext) -> Iterator[Violation]:
    """Existing services with an API and no version."""
    for service in existing_apis(context.indexes):
        if not context.blueprint.api_version_of(service.name) and not _versioned(service):
            yield Violation(
                path=service.path,
                message=f'the API of "{service.name}" has no version',
                hint='put the version into its paths ("/v1/..."), or say "api_version: v1" in `defaults` if they have one',
                fix=(Put((*service.path, "defaults"), "api_version", "v1"),),
            )


def _versioned(service: Service) -> bool:
    """Whether every path of the service names a version."""
    paths = [operation.http.path for operation in service.operations.values() if operation.http]
    return bool(paths) and all(any(VERSION.fullmatch(s) for s in segments_of(path)) for path in paths)
