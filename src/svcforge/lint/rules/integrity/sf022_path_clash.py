"""Two things that would come out at one place.

## What it does
Reports, when generating, two operations of a service, two endpoints of a BFF or two routes of the gateway with one
method and one path; what a parameter is called makes no difference.

## Why is this bad?
Only one of the two would ever answer.

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
          write_note: {http: POST /notes, creates: Note, public: an example}
          get_note: {http: "GET /notes/{id}", reads: Note, public: an example}
          find_note: {http: "GET /notes/{note}", in: {note: uuid}, out: {text: text}, public: an example}
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
          get_note: {http: "GET /notes/{id}", reads: Note, public: an example}
          find_note: {http: "GET /searches/{note}", in: {note: uuid}, out: {text: text}, public: an example}
```

## Options
None.

## References
- The language's reference, "Operations"

## Also known as
Nothing else.
"""

from __future__ import annotations

from svcforge.lint.rule import Profile, Rule
from svcforge.source.finding import Severity

RULE = Rule(code="SF022", name="path-clash", severity=Severity.ERROR, profile=Profile.MINIMAL)
