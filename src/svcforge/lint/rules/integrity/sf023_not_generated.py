"""A route of the generated gateway to something that svcforge does not build.

## What it does
Reports, when generating, each route whose target exists already (`has`) or stands elsewhere (`url`): the generated
gateway does not know where it runs.

## Why is this bad?
A request that the blueprint lets through would find nobody.

## Example
```yaml
svcforge: 1
system: notes
defaults: {stack: python}
platform: {gateway: envoy}
contexts:
  writing:
    services:
      notes:
        owns: {Note: {text: text}}
        operations:
          write_note: {http: POST /notes, creates: Note, scopes: ["notes:write"]}
      archive: {has: [health], operations: {old_notes: {http: GET /archive, scopes: ["notes:read"]}}}
gateway:
  auth: {jwt: {issuer: https://auth.notes.test, audience: notes}}
  routes: {/api/notes: notes, /api/archive: archive}
```

## Use instead
```yaml
svcforge: 1
system: notes
defaults: {stack: python}
platform: {gateway: envoy}
contexts:
  writing:
    services:
      notes:
        owns: {Note: {text: text}}
        operations:
          write_note: {http: POST /notes, creates: Note, scopes: ["notes:write"]}
      archive: {has: [health], operations: {old_notes: {http: GET /archive, scopes: ["notes:read"]}}}
gateway:
  auth: {jwt: {issuer: https://auth.notes.test, audience: notes}}
  routes: {/api/notes: notes}
```

## Refactorings
- let the gateway lead to what is generated, or describe the gateway as one that exists (`has`)

## Options
None.

## References
- The language's reference, "A system as it is"

## Also known as
Nothing else.
"""

from __future__ import annotations

from svcforge.lint.rule import Profile, Rule
from svcforge.source.finding import Severity

RULE = Rule(code="SF023", name="not-generated", severity=Severity.WARNING, profile=Profile.MINIMAL, since="0.1")
