"""What every unit may depend on: the system's name, its tokens, its broker. Nothing else is shared by all facts."""

from __future__ import annotations

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Gateway
from svcforge.plan.messages import dead_exchange, exchange
from svcforge.plan.types import Fact


def system_fact(blueprint: Blueprint) -> Fact:
    """The small part of the system that stands in the facts of each unit."""
    return {
        "name": blueprint.system,
        "about": blueprint.about or None,
        "repos": blueprint.repos,
        "jwt": jwt_fact(blueprint.gateway),
        "broker": blueprint.platform.broker,
        "store": blueprint.platform.store,
        "exchange": exchange(blueprint.system),
        "dead_exchange": dead_exchange(blueprint.system),
    }


def jwt_fact(gateway: Gateway | None) -> Fact | None:
    """Whose tokens are accepted; None where the gateway has no `auth`."""
    jwt = gateway.jwt if gateway else None
    return {"issuer": jwt.issuer, "audience": jwt.audience, "jwks": jwt.jwks} if jwt else None
