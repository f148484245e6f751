"""What no longer holds between two versions of a blueprint: services, their operations, and who drives them."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.earlier import Break
from svcforge.lint.entry_breaks import entry_breaks
from svcforge.lint.event_breaks import event_breaks, moved
from svcforge.lint.narrowing import Side
from svcforge.lint.operation_breaks import operation_breaks, or_raised
from svcforge.lint.promises import Versions
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import EdgeKind, edges
from svcforge.model.elements import Operation, Service

NAMED_AT_MOST = 3
"""Operations that are named with a service which is gone."""

Link = tuple[str, str, str | None]
"""Who drives whom: (caller or publisher, callee or subscriber, operation, None while it is not known)."""


def breaks(versions: Versions) -> Iterator[Break]:
    """Every break, in the order of the old version; what one declaration causes in several operations is told once."""
    told: set[tuple[object, ...]] = set()
    for service in versions.old.services.values():
        if versions.unchanged(service):
            continue
        for one in (*_of_service(versions, service), *event_breaks(versions, service)):
            key = (one.path, one.before, one.was, one.member)
            if key not in told:
                told.add(key)
                yield one
    yield from _turned(versions)
    yield from entry_breaks(versions)


def _of_service(versions: Versions, service: Service) -> Iterator[Break]:
    now = versions.services.get(service.name)
    raised, left = versions.raised(service.name), []
    for entity in service.entities.values():
        kept = now is not None and entity.name in now.entities
        if not kept and (owner := versions.new_owner(service.name, entity.name)) is not None:
            yield moved("entity", entity.name, service, owner, owner.entities[entity.name].path, entity.path)
    for operation in versions.promised(service):
        after = versions.operation(operation)
        # One with a number of its own stands under that, whatever the service's version is.
        excused = raised and operation.version is None
        if after is not None:
            if not excused:
                sides = (Side(versions.old, service.name), Side(versions.new, after.owner))
                yield from operation_breaks(operation, after, *sides)
        elif (elsewhere := versions.new_home(operation)) is not None:
            home = versions.new.services[elsewhere.owner]
            yield moved("operation", operation.name, service, home, elsewhere.path, operation.path)
        elif now is None:
            left.append(operation.name)
        elif not excused:
            yield _gone(now, operation)
    if now is None and (left or not (service.operations or service.events or service.entities)):
        yield _without(service, left)
    elif now is not None and now.name != service.name:
        yield _renamed(service, now)


def _gone(now: Service, operation: Operation) -> Break:
    name = f"{operation.owner}.{operation.name}"
    others = [other.version for other in now.operations.values() if other.stem == operation.stem and other.version]
    beside = f" as version {operation.version or 1} beside version {max(others)} (`versions`)" if others else ""
    return Break(
        path=(*now.path, "operations"),
        before=operation.path,
        message=f'operation "{name}" is gone',
        was="it stands",
        hint=f"keep it{beside} until nobody calls it{or_raised(operation, now.name)}; "
        f'if it has another name, say "was: {operation.name}" there',
        about=(now.name, name),
    )


def _without(service: Service, operations: list[str]) -> Break:
    named = ", ".join(f'"{name}"' for name in operations[:NAMED_AT_MOST])
    rest = f" and {len(operations) - NAMED_AT_MOST} more" if len(operations) > NAMED_AT_MOST else ""
    return Break(
        path=("contexts", service.context, "services"),
        before=service.path,
        message=f'service "{service.name}" is gone' + (f", and with it {named}{rest}" if named else ""),
        was="it stands",
        hint=f'keep it until nobody calls it; if it has another name, say "was: {service.name}" there',
        about=(service.name,),
    )


def _renamed(service: Service, now: Service) -> Break:
    return Break(
        path=now.path,
        before=service.path,
        message=f'service "{service.name}" is called "{now.name}" now',
        was=f'it is "{service.name}"',
        hint="let both names lead to it until every caller has followed",
        about=(now.name, service.name),
    )


def _turned(versions: Versions) -> Iterator[Break]:
    """Operations that the same other service drives as before, but by an event instead of a call, or the other way."""
    called, heard = (_links(versions.old, sync=sync) for sync in (True, False))
    calls, hears = (_links(versions.new, sync=sync) for sync in (True, False))
    for before, after, same, words in (
        (called, hears, calls, ("a call", "an event of")),
        (heard, calls, hears, ("an event", "a call of")),
    ):
        for link, path in before.items():
            source, target, operation = link
            now = (_named(versions, source), _named(versions, target), operation)
            if now in after and now not in same and not versions.raised(target):
                what = f"{now[1]}.{operation}" if operation else now[1]
                yield Break(
                    path=after[now],
                    before=path,
                    message=f'"{what}" follows {words[1]} "{now[0]}" now',
                    was=f"it follows {words[0]}",
                    hint=f'raise the `api_version` of "{now[1]}", and let both ways lead to it until the other end has followed',
                    about=(now[1], what),
                )


def _links(blueprint: Blueprint, *, sync: bool) -> dict[Link, tuple[str | int, ...]]:
    """What drives an operation of another service, and where that is declared."""
    found: dict[Link, tuple[str | int, ...]] = {}
    for edge in edges(blueprint):
        if sync and edge.kind in (EdgeKind.CALL, EdgeKind.STEP):
            found.setdefault((edge.source, edge.target, edge.operation), edge.path)
        elif not sync and edge.kind is EdgeKind.SUBSCRIPTION:
            found.setdefault((edge.target, edge.source, edge.source_operation), edge.path)
    return found


def _named(versions: Versions, old: str) -> str:
    now = versions.services.get(old)
    return now.name if now else old
