"""A field, an input or a part that the stack's code cannot call by its name.

## What it does
Reports, when generating, each name on the wire that the chosen stack has taken for something of its own, such as a
parameter that every operation has. Services, entities, operations and events may be called anything: only what the
code calls them differs then.

## Why is this bad?
A function cannot have two parameters of one name, and what is sent and stored keeps the name that the blueprint gives.

## Example
```yaml
svcforge: 1
system: notes
defaults: {stack: python}
contexts:
  writing:
    services:
      notes:
        owns: {Note: {text: text}}
        operations:
          find_note: {http: GET /find, in: {session: text}, out: text, public: anyone may}
```

## Use instead
```yaml
svcforge: 1
system: notes
defaults: {stack: python}
contexts:
  writing:
    services:
      notes:
        owns: {Note: {text: text}}
        operations:
          find_note: {http: GET /find, in: {session_value: text}, out: text, public: anyone may}
```

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

RULE = Rule(code="SF025", name="taken-name", severity=Severity.ERROR, profile=Profile.MINIMAL)
