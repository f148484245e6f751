"""Fields, inputs and parts of a name that the stack's code has taken: they stand on the wire, so nothing else will do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Protocol

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Bff, Entity, Event, Service, Value
from svcforge.plan.identifiers import Taken
from svcforge.plan.parts import bffs, services
from svcforge.source.finding import Finding, Path, Severity

CODE = "SF025"


class Card(Protocol):
    """What is asked of a stack here."""

    @property
    def taken(self) -> Taken:
        """The names that are not free."""


def taken(blueprint: Blueprint, stacks: Mapping[str, Card]) -> Iterator[Finding]:
    """Each field, input and part that the stack of its service cannot call by its name."""
    named = chain(
        ((service.name, *found) for service in services(blueprint) for found in _of_service(service)),
        ((bff.name, *found) for bff in bffs(blueprint) for found in _of_bff(bff)),
    )
    for owner, kind, name, path in named:
        stack = blueprint.stack_of(owner) or ""
        if stack in stacks and name in stacks[stack].taken.fields:
            message = f'the stack "{stack}" has taken "{name}": no {kind} can be called so'
            yield Finding(
                CODE, "taken-name", Severity.ERROR, message, f'choose another name, like "{name}_value"', path
            )


def _of_service(service: Service) -> Iterator[tuple[str, str, Path]]:
    """Kind, name and place of all that a service names itself."""
    shapes: list[Entity | Value | Event] = [*service.entities.values(), *service.values.values(), *service.events]
    for field in chain.from_iterable(shape.fields for shape in shapes):
        yield "field", field.name, field.path
    for operation in service.operations.values():
        for given in operation.inputs or ():
            if not isinstance(given, str):
                yield "input", given.name, given.path
        if isinstance(operation.output, tuple):
            for told in operation.output:
                if not isinstance(told, str):
                    yield "field", told.name, told.path


def _of_bff(bff: Bff) -> Iterator[tuple[str, str, Path]]:
    for endpoint in bff.endpoints:
        for part in endpoint.parts:
            yield "part", part.name, part.path
