"""Something that no chosen pack can do.

## What it does
Reports, when generating, each element that asks for what the packs cannot do: an error for a stack, at the element
that needs it; a warning for a platform. The message names the packs that can, if there are any.

## Why is this bad?
A service without a part of what it promises does not do what the blueprint says.

## Example
```yaml
svcforge: 1
system: notes
defaults: {stack: python}
contexts:
  writing:
    services:
      notes:
        api: [grpc]
        owns: {Note: {text: text}}
        operations:
          write_note: {http: POST /notes, creates: Note, public: an example}
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
        api: [rest]
        owns: {Note: {text: text}}
        operations:
          write_note: {http: POST /notes, creates: Note, public: an example}
```

## Refactorings
- choose a pack that can do it, or ask less of the one chosen

## Options
None.

## References
- The language's reference, "Elements"

## Also known as
Nothing else.
"""

from __future__ import annotations

from svcforge.lint.rule import Profile, Rule
from svcforge.source.finding import Severity

RULE = Rule(code="SF021", name="missing-ability", severity=Severity.ERROR, profile=Profile.MINIMAL, since="0.1")
