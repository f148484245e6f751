"""What no longer holds of the events of a service, and what has another owner."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.earlier import Break
from svcforge.lint.narrowing import Side, Way, differences, slot
from svcforge.lint.promises import Versions
from svcforge.model.elements import Event, Service
from svcforge.source.finding import Path


def moved(kind: str, name: str, service: Service, home: Service, path: Path, before: Path) -> Break:
    """What has another owner now."""
    return Break(
        path=path,
        before=before,
        message=f'{kind} "{service.name}.{name}" belongs to "{home.name}" now',
        was=f'it belongs to "{service.name}"',
        hint=f'let "{service.name}" keep offering it, from what "{home.name}" tells it, until nobody relies on it',
        about=(home.name, f"{home.name}.{name}", f"{service.name}.{name}"),
    )


def event_breaks(versions: Versions, service: Service) -> Iterator[Break]:
    """The breaks of a service's events; one that has a successor may end."""
    now = versions.services.get(service.name)
    if now is not None and service.events and now.context != service.context:
        yield Break(
            path=now.path,
            before=service.path,
            message=f'service "{now.name}" has moved to the context "{now.context}", whose name its events bear on the wire',
            was=f'it is in "{service.context}"',
            hint=f'leave it in "{service.context}", or let its events go out under both names until all have followed',
            about=(now.name,),
        )
    for event in service.events:
        after = versions.new.event(now.name, event.name, event.version) if now else None
        latest = versions.new.event(now.name, event.name) if now else None
        if after is not None:
            yield from _changed(versions, event, after)
        elif latest is None and event.latest:
            yield _gone(versions, service, now, event)
        elif latest is not None and event.latest and latest.version < event.version:
            yield _taken_back(latest, event)


def _gone(versions: Versions, service: Service, now: Service | None, event: Event) -> Break:
    if (elsewhere := versions.new_publisher(event)) is not None:
        return moved("event", event.name, service, versions.new.services[elsewhere.service], elsewhere.path, event.path)
    name = f"{service.name}.{event.name}"
    alike = next((e for e in now.events if e.latest and _is_new_name(versions, event, e)), None) if now else None
    if now is not None and alike is not None:
        return Break(
            path=alike.path,
            before=event.path,
            message=f'event "{name}" is called "{alike.name}" now',
            was=f'it is "{event.name}"',
            hint="publish both until nobody subscribes to the old name",
            about=(now.name, name, f"{now.name}.{alike.name}"),
        )
    return Break(
        path=(*now.path, "events") if now else ("contexts", service.context, "services"),
        before=event.path,
        message=f'event "{name}" is gone',
        was="it stands",
        hint="publish it until nobody subscribes to it",
        about=(service.name, name),
    )


def _is_new_name(versions: Versions, old: Event, new: Event) -> bool:
    """Whether an event that was not there before has just the fields of one that is gone."""
    if versions.old.event(old.service, new.name) is not None:
        return False
    return bool(old.fields) and [(f.name, f.type) for f in old.fields] == [(f.name, f.type) for f in new.fields]


def _taken_back(latest: Event, event: Event) -> Break:
    name = f"{event.service}.{event.name}"
    return Break(
        path=latest.path,
        before=event.path,
        message=f'version {event.version} of event "{name}" is gone, and none comes after it',
        was="it stands",
        hint=f"publish version {event.version} until nobody subscribes to it",
        about=(latest.service, name),
    )


def _changed(versions: Versions, old: Event, new: Event) -> Iterator[Break]:
    """The breaks of one version of an event, which has to stay what it is."""
    name = f"{new.service}.{new.name}"
    hint = f"leave version {old.version} as it is, and publish version {old.version + 1} beside it (`versions`)"
    about = (new.service, name)
    if old.fields and new.fields and old.fields[0].name != new.fields[0].name:
        yield Break(
            path=new.fields[0].path,
            before=old.fields[0].path,
            message=f'the subject of event "{name}" is "{new.fields[0].name}" now: its messages have another key',
            was=f'it is "{old.fields[0].name}"',
            hint=hint,
            about=about,
        )
        if {f.name for f in old.fields} != {f.name for f in new.fields}:
            return
    sides = (Side(versions.old, old.service), Side(versions.new, new.service))
    for found in differences(map(slot, old.fields), map(slot, new.fields), sides, Way.KEPT):
        yield Break(
            path=found.after or new.path,
            before=found.before or old.path,
            message=f'"{found.name}" of event "{name}" {found.what}',
            was=found.was,
            hint=hint,
            about=about,
            member=found.name,
        )
