"""The APIs of services that exist already: what is asked of them, svcforge does by itself in those that it builds."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import Indexes
from svcforge.model.elements import Role, Service


def existing_apis(indexes: Indexes) -> Iterator[Service]:
    """The existing business services with an API, by their operations' `http`, their `api`, or what leads to them."""
    blueprint = indexes.blueprint
    called = {edge.target for edge in indexes.edges if edge.sync}
    for name, service in blueprint.business.items():
        if service.role is Role.WORKER or blueprint.abilities_of(name) is None:
            continue
        if name in called or service.api or any(operation.http for operation in service.operations.values()):
            yield service
