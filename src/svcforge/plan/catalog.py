"""What a catalog of software (Backstage) is told of a part: who owns it, what it provides, consumes and depends on.

Names of entities that no service may have end in `.db` or `.events`: so nothing is called like anything else.
Source: Backstage, "Descriptor Format of Catalog Entities" (names, references, relations).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from svcforge.model.blueprint import Blueprint
from svcforge.plan.naming import handle
from svcforge.plan.parts import generated
from svcforge.plan.types import Fact

COMPONENT, RESOURCE = "component:default", "resource:default"


def catalog_fact(blueprint: Blueprint, service: Fact) -> Fact:
    """The entities and relations of a service or BFF.

    Args:
        service: its facts, finished but for this.
    """
    asked = [dependency["name"] for dependency in service["dependencies"]]
    name, has = service["name"], service["has"]
    heard = [publisher["name"] for publisher in service["publishers"] if publisher["name"] != name]
    return {
        "owner": f"group:default/{handle(service['team']) if service['team'] else blueprint.system}",
        "team": handle(service["team"]) if service["team"] else None,
        "tags": [tag for tag in (service["context"], service["subdomain"], service["stack"]) if tag],
        "api": name if has["api"] else None,
        "events": f"{name}.events" if has["broker"] else None,
        "database": f"{name}.db" if has["database"] else None,
        "consumes": [
            *(target for target in asked if generated(blueprint, target)),
            *(f"{publisher}.events" for publisher in heard if generated(blueprint, publisher)),
        ],
        "depends_on": list(dict.fromkeys(_depends_on(blueprint, service, [*asked, *heard]))),
        "in_cluster": "kubernetes" in blueprint.platform.deploy,
    }


def group_facts(blueprint: Blueprint, parts: Iterable[Fact]) -> list[Fact]:
    """The teams as groups, each once; all of them together are called like the system, and own what is no team's."""
    teams = [part["team"] for part in parts if part["team"]]
    named = {handle(team): team for team in reversed(teams)}
    found = {handle(team): named[handle(team)] for team in teams}
    return [{"name": name, "title": title} for name, title in found.items() if name != blueprint.system]


def _depends_on(blueprint: Blueprint, service: Fact, targets: list[str]) -> Iterator[str]:
    """What must be there besides the APIs that are consumed: its database, the broker, and what svcforge does not build."""
    if service["has"]["database"]:
        yield f"{RESOURCE}/{service['name']}.db"
    if service["has"]["broker"] and blueprint.platform.broker:
        yield f"{RESOURCE}/{blueprint.platform.broker}"
    yield from (f"{COMPONENT}/{target}" for target in targets if not generated(blueprint, target))
