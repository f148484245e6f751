"""A word of the blueprint that names a pack which does not exist.

## What it does
Reports, when generating, each stack and each part of `platform` for which there is no template pack: an error for a
stack, since a service would be missing; a warning for a platform, of which nothing is generated.

## Why is this bad?
What the blueprint promises is not there, and nobody notices before it is needed.

## Example
```yaml
svcforge: 1
system: notes
defaults: {stack: java}
contexts:
  writing:
    services:
      notes:
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
        owns: {Note: {text: text}}
        operations:
          write_note: {http: POST /notes, creates: Note, public: an example}
```

## Refactorings
- name a pack that is there, or put its folder among the packs

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

RULE = Rule(code="SF020", name="missing-pack", severity=Severity.ERROR, profile=Profile.MINIMAL, since="0.1")
