"""A change of the blueprint that would lose data in a database that exists.

## What it does
Reports, when generating, what no additive migration can do: a field or an entity that is gone, a field of another
type, with fewer words or a narrower range, one that may no longer be empty, a new one without a value for the rows that
are there, a new `unique`; and the same of the fields of a value object, wherever rows hold one. What the database has
is in `migrations/schema.json`; the example is what becomes of the one below.

## Why is this bad?
A migration that has shipped runs on everybody's data, and cannot be taken back.

## Example
```yaml
svcforge: 1
system: notes
defaults: {stack: python}
contexts:
  writing:
    services:
      notes:
        owns: {Note: {text: int}}
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
- add what is new beside what is there, with a default, and leave what is old until nobody uses it
- to insist, change the rows in a migration of your own, with `settles = ["Note.text"]` beside its `revision`: what it
  names, an entity or a field, svcforge then takes as done, and follows it

## Options
None.

## References
- The language's reference, "Types"

## Also known as
Nothing else.
"""

from __future__ import annotations

from svcforge.lint.rule import Profile, Rule
from svcforge.source.finding import Severity

RULE = Rule(code="SF024", name="lossy-change", severity=Severity.ERROR, profile=Profile.MINIMAL, since="0.1")
