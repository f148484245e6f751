"""A name that cannot be used everywhere it has to be.

## What it does
Reports names of the wrong form or length, reserved words of Python and TypeScript as operations and fields, and names
that are taken: by what every entity has, by the folders of what is generated, by devices of Windows. Always on,
cannot be ignored; every command exits 2.

## Why is this bad?
A service's name is a host, a folder, a queue, a Kubernetes object and part of environment variables; a field's is a
column and a variable in several languages. A name that one of them refuses fails late and far from here.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      Order_Service: {}
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      order-service: {}
```

## Refactorings
- rename it to what is a name everywhere: in code, in paths, in queues

## Options
None.

## References
- RFC 1123, 2.1: host names
- Kubernetes: object names and IDs

## Also known as
Nothing else.
"""

from __future__ import annotations

from svcforge.lint.rule import Profile, Rule
from svcforge.source.finding import Severity

RULE = Rule(code="SF012", name="name", severity=Severity.ERROR, profile=Profile.MINIMAL, since="0.1")
