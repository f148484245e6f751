"""More languages, databases and protocols than anybody can know.

## What it does
Counts the languages of the services (`language`, or the stack that svcforge generates with), the engines of their
databases, and the protocols of their calls, and reports each kind of which there are too many, at the place where the
last one comes in. Engines are those of used `stores`, of `store`, and of the platform where services own data.

## Why is this bad?
Freedom of choice is one of the reasons for services, but each standard needs somebody who can patch it, an image, a
library for logs and tracing, and a person on call at night. With the fifth language the on-call list has holes.

## Example
```yaml
svcforge: 1
system: robots
platform: {mesh: istio, metrics: prometheus, logs: loki}
defaults:
  has: [health, tracing, metrics, logs, contract]
  api_version: v1
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  robots:
    services:
      cart: {language: javascript, replicas: 2, calls: [payment, shipping, ratings, dispatch]}
      payment: {language: python, replicas: 2}
      shipping: {language: java, replicas: 2}
      ratings: {language: php, replicas: 2}
      dispatch: {language: go, replicas: 2}
```

## Use instead
```yaml
svcforge: 1
system: robots
platform: {mesh: istio, metrics: prometheus, logs: loki}
defaults:
  has: [health, tracing, metrics, logs, contract]
  api_version: v1
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  robots:
    services:
      cart: {language: javascript, replicas: 2, calls: [payment, shipping, ratings, dispatch]}
      payment: {language: python, replicas: 2}
      shipping: {language: java, replicas: 2}
      ratings: {language: python, replicas: 2}
      dispatch: {language: java, replicas: 2}
```

## Refactorings
- settle on fewer

## Options
- `max_languages` = 4: one each for the browser, for data, for most services, and one to try.
- `max_engines` = 4: a relational one, a document store, a cache and a search engine.
- `max_protocols` = 3: REST, gRPC and commands over a broker.

## References
- D. Taibi, V. Lenarduzzi: On the Definition of Microservice Bad Smells, IEEE Software 35(3), 2018: Too Many Standards

## Also known as
- `too-many-technologies`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.lint.stores import accesses
from svcforge.lint.wording import quoted
from svcforge.model.blueprint import Blueprint
from svcforge.model.effective import protocol
from svcforge.source.finding import Path, Related, Severity

MAX_LANGUAGES = Option("max_languages", 4, "one each for the browser, for data, for most services, and one to try")
MAX_ENGINES = Option("max_engines", 4, "a relational one, a document store, a cache and a search engine")
MAX_PROTOCOLS = Option("max_protocols", 3, "REST, gRPC and commands over a broker")

RULE = Rule(
    code="SF805", name="too-many-standards", severity=Severity.INFO, profile=Profile.PRODUCTION,
    options=(MAX_LANGUAGES, MAX_ENGINES, MAX_PROTOCOLS), aliases=("too-many-technologies",),
    since="0.1",
)  # fmt: skip

Places = dict[str, Path]
"""What is used -> where it comes in first."""


def check(context: LintContext) -> Iterator[Violation]:
    """Languages, engines and protocols, each judged by itself."""
    yield from _judged("languages", _languages(context.blueprint), context.option(MAX_LANGUAGES))
    yield from _judged("database engines", _engines(context.blueprint), context.option(MAX_ENGINES))
    yield from _judged("protocols", _protocols(context), context.option(MAX_PROTOCOLS))


def _languages(blueprint: Blueprint) -> Places:
    found: Places = {}
    for name, service in blueprint.services.items():
        language = service.language or (blueprint.stack_of(name) if service.generated else None)
        if language:
            found.setdefault(language.lower(), service.path)
    for name, bff in blueprint.bffs.items():
        if stack := blueprint.stack_of(name):
            found.setdefault(stack.lower(), bff.path)
    return found


def _engines(blueprint: Blueprint) -> Places:
    found: Places = {}
    for access in accesses(blueprint):
        if access.store.engine:
            found.setdefault(access.store.engine.lower(), access.store.path)
    for service in blueprint.services.values():
        engine = service.store if service.store not in blueprint.stores else None
        engine = engine or (blueprint.platform.store if service.entities and not service.store else None)
        if engine:
            found.setdefault(engine.lower(), service.path)
    return found


def _protocols(context: LintContext) -> Places:
    found: Places = {}
    for edge in context.indexes.edges:
        if edge.sync and edge.target in context.blueprint.services:
            found.setdefault(protocol(context.blueprint, edge), edge.path)
    return found


def _judged(kind: str, found: Places, most: int) -> Iterator[Violation]:
    if len(found) > most:
        names = list(found)
        yield Violation(
            path=found[names[-1]],
            message=f"the system has {len(found)} {kind}, more than {most}: {quoted(names, most=12)}",
            hint="settle on fewer, and move what is written in the rarest when it is next changed",
            note=f"{names[-1]} comes in here",
            at_key=True,
            related=tuple(Related(found[name], name) for name in names[:-1]),
        )
