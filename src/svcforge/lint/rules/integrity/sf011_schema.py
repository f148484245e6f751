"""A key, a shape or a word that the language does not have.

## What it does
Reports unknown keys, missing ones, values of the wrong shape and words outside a closed list, each with the nearest
word that is known. Always on, cannot be ignored; every command exits 2.

## Why is this bad?
A misspelt key that is skipped in silence is a policy that does not hold.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      orders: {subscrbes: [payments.PaymentCharged]}
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      orders: {subscribes: [payments.PaymentCharged]}
      payments:
        owns: {Payment: {amount: decimal}}
        events: {PaymentCharged: {payment: uuid}}
        operations: {charge: {creates: Payment, emits: [PaymentCharged]}}
```

## Refactorings
- take a word that the language has

## Options
None.

## References
- `svcforge schema` prints the JSON Schema of the language

## Also known as
Nothing else.
"""

from __future__ import annotations

from svcforge.lint.rule import Profile, Rule
from svcforge.source.finding import Severity

RULE = Rule(code="SF011", name="schema", severity=Severity.ERROR, profile=Profile.MINIMAL, since="0.1")
