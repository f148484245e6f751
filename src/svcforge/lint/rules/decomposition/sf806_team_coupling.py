"""A service that has more to do with another team's services than with those of its own.

## What it does
Counts for each business service with a team the distinct business services that it calls, hears, or that call or hear
it, by their teams; data of its own, which nobody else uses, counts for its own team. A service is reported when
another team has more of these than its own.

## Why is this bad?
Its changes have to be agreed on between teams more often than within one. Either it belongs to the other team, or the
line between the teams runs through something that is one.

## Example
```yaml
svcforge: 1
system: shop
platform: {mesh: istio, metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
  scale: {min: 2}
contexts:
  sales:
    team: sales
    services:
      orders: {calls: [prices]}
      carts: {calls: [prices, orders]}
  goods:
    team: goods
    services:
      prices: {calls: [products]}
      products: {}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {mesh: istio, metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
  scale: {min: 2}
contexts:
  sales:
    team: sales
    services:
      orders: {calls: [prices]}
      carts: {calls: [prices, orders]}
      prices: {calls: [products]}
  goods:
    team: goods
    services:
      products: {owns: {Product: {name: text}}}
```

## Refactorings
- split the teams by service: those of one team belong together (100%)

In brackets, how often the literature advises each for this smell (Neri, Soldani, Zimmermann, Brogi 2020).

## Options
None.

## References
- J. Soldani et al.: microFreshener, Tightly Coupled Teams: a service is coupled most to a team that is not its own
- M. Skelton, M. Pais: Team Topologies, 2019

## Also known as
- `tightly-coupled-teams`
- `single-layer-teams`
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.stores import accesses
from svcforge.lint.wording import counted, quoted
from svcforge.model.edges import Edge
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF806", name="team-coupling", severity=Severity.INFO, profile=Profile.PRODUCTION,
    aliases=("tightly-coupled-teams", "single-layer-teams"),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Services that another team has more to do with."""
    blueprint = context.blueprint
    teams = {name: team for name in blueprint.business if (team := blueprint.team_of(name))}
    if len(set(teams.values())) < 2:
        return
    private = _with_data_of_their_own(context)
    for name, known in _neighbours(context, teams).items():
        own = teams[name]
        partners = Counter(teams[other] for other in known)
        other, most = max(
            ((t, n) for t, n in partners.items() if t != own), key=lambda p: (p[1], p[0]), default=("", 0)
        )
        inside = partners[own] + (name in private)
        if most > inside:
            shown = sorted(partner for partner in known if teams[partner] == other)
            yield Violation(
                path=blueprint.services[name].path,
                message=f'"{name}" of the team "{own}" has to do with {counted(most, "service")} of "{other}", '
                f"{quoted(shown)}, and with {inside} of its own",
                hint=f'give it to "{other}", or let the two meet in fewer places',
                at_key=True,
                related=tuple(Related(known[p].path, f"{known[p].source} -> {known[p].target}") for p in shown),
            )


def _neighbours(context: LintContext, teams: Mapping[str, str]) -> dict[str, dict[str, Edge]]:
    """The services with a team that each of them has an edge with, in either direction, and the first such edge."""
    found: dict[str, dict[str, Edge]] = {}
    for edge in context.indexes.edges:
        if edge.source in teams and edge.target in teams and edge.source != edge.target:
            found.setdefault(edge.source, {}).setdefault(edge.target, edge)
            found.setdefault(edge.target, {}).setdefault(edge.source, edge)
    return found


def _with_data_of_their_own(context: LintContext) -> set[str]:
    """Services that keep data which no other service uses."""
    users: dict[str, set[str]] = {}
    for access in accesses(context.blueprint):
        users.setdefault(access.store.name, set()).add(access.service.name)
    declared = {next(iter(names)) for names in users.values() if len(names) == 1}
    stores = context.blueprint.stores
    return declared | {
        name
        for name, service in context.blueprint.business.items()
        if service.store not in stores and (service.entities or service.copies or service.store)
    }
