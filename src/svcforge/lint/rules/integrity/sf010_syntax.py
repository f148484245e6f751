"""A file that is not YAML, or not the part of YAML that the language uses.

## What it does
Reports what the parser refuses, and what the language does without: duplicate keys, anchors and aliases, merge keys,
tags, a second document, control characters, nesting beyond 100 levels, an empty file, one of more than 32 MB.
Always on, cannot be ignored; every command exits 2.

## Why is this bad?
Each of these reads one way to a person and another way to a parser. A blueprint is read by both.

## Example
```yaml
svcforge: 1
system: shop
system: store
```

## Use instead
```yaml
svcforge: 1
system: shop
```

## Refactorings
- write plain YAML: one document, each key once, no anchors and no tags

## Options
None.

## References
- YAML 1.2.2

## Also known as
Nothing else.
"""

from __future__ import annotations

from svcforge.lint.rule import Profile, Rule
from svcforge.source.finding import Severity

RULE = Rule(code="SF010", name="syntax", severity=Severity.ERROR, profile=Profile.MINIMAL, since="0.1")
