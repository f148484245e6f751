"""A file that cannot be included.

## What it does
Reports globs of `include` that match nothing or leave the file's folder, absolute paths, `..`, links that lead
outside, circles of includes, files that cannot be read, too many of them, and a blueprint without a folder (standard
input) that includes others. Always on, cannot be ignored; every command exits 2.

## Why is this bad?
A part of the system would silently be missing, or a file be read that the blueprint has no business with.

## Example
```yaml
svcforge: 1
system: shop
include: [../elsewhere/*.yaml]
```

## Use instead
```yaml
svcforge: 1
system: shop
include: []
```

## Refactorings
- include files below the blueprint's folder, each once

## Options
None.

## References
- The language's reference, "YAML and names"

## Also known as
Nothing else.
"""

from __future__ import annotations

from svcforge.lint.rule import Profile, Rule
from svcforge.source.finding import Severity

RULE = Rule(code="SF013", name="include", severity=Severity.ERROR, profile=Profile.MINIMAL, since="0.1")
