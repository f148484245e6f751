"""A patch that changes nothing that is generated.

## What it does
Reports, when generating, each entry of `patches` whose target, by kind and name, is none of the objects that are
generated for the cluster in any environment, and each that says no change.

## Why is this bad?
Somebody relies on the change: a limit that was raised, a field that the platform team demands. After a service was
renamed or a pack was exchanged it is not there any more, and nothing would say so.

## Example
```yaml
svcforge: 1
system: notes
defaults: {stack: python}
platform: {store: postgres, deploy: [kubernetes]}
contexts:
  writing:
    services:
      notes:
        owns: {Note: {text: text}}
        operations:
          write_note: {http: POST /notes, creates: Note, public: an example}
patches:
  - target: {kind: Deployment, name: note}
    merge: {spec: {minReadySeconds: 30}}
```

## Use instead
```yaml
svcforge: 1
system: notes
defaults: {stack: python}
platform: {store: postgres, deploy: [kubernetes]}
contexts:
  writing:
    services:
      notes:
        owns: {Note: {text: text}}
        operations:
          write_note: {http: POST /notes, creates: Note, public: an example}
patches:
  - target: {kind: Deployment, name: notes}
    merge: {spec: {minReadySeconds: 30}}
```

## Refactorings
- name the object that is meant, as it is called in the manifests
- take the patch away when what it was for is gone

## Options
None.

## References
- The language's reference, on `patches`
- Kustomize, [patches](https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/): a target that
  nothing matches is no error there

## Also known as
Nothing else.
"""

from __future__ import annotations

from svcforge.lint.rule import Profile, Rule
from svcforge.source.finding import Severity

RULE = Rule(code="SF026", name="idle-patch", severity=Severity.WARNING, profile=Profile.MINIMAL, since="0.1")
