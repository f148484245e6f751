"""Events as facts: those a service emits, those it hears, the handlers and copies that hear them, and their queues."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.model.bindings import Bindings
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.effective import subscription_policy
from svcforge.model.elements import Copy, CopyFeed, Event, Service, Subscription
from svcforge.model.flows import of_feed, of_subscription
from svcforge.model.record import record
from svcforge.plan.classes import classes, event_class
from svcforge.plan.examples import Fields, of_fields
from svcforge.plan.indexes import listing
from svcforge.plan.naming import dashed, event_type, free, pascal, plural, snake, title
from svcforge.plan.subject import Subject
from svcforge.plan.types import Fact, Types, module_of
from svcforge.plan.values import gives

PREFETCH = 16
"""Messages that a consumer takes ahead: enough to keep it busy, few enough to lose little time in a restart."""

FALLBACK_RETRIES, FALLBACK_BACKOFF = 5, 1000
"""How a handler tries again where nothing is said."""


def exchange(system: str) -> str:
    """The topic exchange that all events of a system go through."""
    return f"{system}.events"


def dead_exchange(system: str) -> str:
    """The exchange of what could not be handled; the routing key is the queue's name."""
    return f"{system}.events.dead"


def event_fact(types: Types, blueprint: Blueprint, event: Event) -> Fact:
    """One version of an event, as it goes over the wire."""
    context = blueprint.services[event.service].context
    return {
        "name": event.name,
        "version": event.version,
        "latest": event.latest,
        "class": classes(blueprint, event.service).events[event.name, event.version],
        "service": event.service,
        "context": context,
        "type": event_type(context, event.name, event.version),
        "source": f"/{event.service}",
        "subject": event.fields[0].name if event.fields else None,
        "fields": types.fields(event.fields, event.service),
    }


def with_example(event: Fact, shapes: Fields) -> Fact:
    """An event with an example of its payload."""
    return event | {"example": of_fields(event["fields"], shapes)}


def publishers(blueprint: Blueprint, service: Service) -> list[Fact]:
    """The events that a service hears, by who publishes them; each publisher is a name space of its own."""
    heard: dict[str, dict[tuple[str, int], Event]] = {}
    for heard_event in _heard(blueprint, service):
        heard.setdefault(heard_event.service, {})[heard_event.name, heard_event.version] = heard_event
    found: list[Fact] = []
    for name, events in heard.items():
        types = Types(blueprint, service.name, name)
        facts = [event_fact(types, blueprint, event) for event in events.values()]
        values = types.values()
        shapes: Fields = {value["name"]: value["fields"] for value in values}
        facts = [with_example(fact, shapes) for fact in facts]
        package = module_of(blueprint, service.name, name, called=False)
        found.append({"name": name, "package": package, "values": values, "enums": types.enums(), "events": facts})
    return found


def _heard(blueprint: Blueprint, service: Service) -> Iterator[Event]:
    for subscription in service.subscriptions:
        if subscription.operation in service.operations:
            event = blueprint.event(subscription.publisher, subscription.event, subscription.version)
            yield from (event,) if event else ()
    for copy in service.copies.values():
        for feed in copy.feeds:
            event = blueprint.event(feed.publisher, feed.event, feed.version)
            yield from (event,) if event else ()


def handler_names(blueprint: Blueprint, service: Service) -> dict[tuple[str | int, ...], str]:
    """The handler of each subscription and feed by its path: `notify_on_order_confirmed`, unique in the service."""
    kept: dict[str, dict[tuple[str | int, ...], str]] = blueprint.__dict__.setdefault("_handlers", {})
    if service.name not in kept:
        names: dict[tuple[str | int, ...], str] = {}
        for path, handler, event in _handlers(blueprint, service):
            plain = f"{snake(handler)}_on_{snake(event_class(event))}"
            full = f"{snake(handler)}_on_{snake(event.service)}_{snake(event_class(event))}"
            taken = set(names.values())
            names[path] = plain if plain not in taken else free(full, taken)
        kept[service.name] = names
    return kept[service.name]


def _handlers(blueprint: Blueprint, service: Service) -> Iterator[tuple[tuple[str | int, ...], str, Event]]:
    for subscription in service.subscriptions:
        event = blueprint.event(subscription.publisher, subscription.event, subscription.version)
        handler = service.operations.get(subscription.operation or "")
        if event is not None and handler is not None:
            yield subscription.path, handler.name, event
    for copy in service.copies.values():
        for feed in copy.feeds:
            event = blueprint.event(feed.publisher, feed.event, feed.version)
            if event is not None:
                yield feed.path, copy.name, event


def queue_name(service: str, handler: str) -> str:
    """The queue of a handler: `notifications.notify-on-order-confirmed`."""
    return f"{service}.{dashed(handler)}"


def subscription_facts(about: Subject, service: Service) -> list[Fact]:
    """The handlers of a service."""
    found = []
    names = handler_names(about.blueprint, service)
    for subscription in service.subscriptions:
        event = about.blueprint.event(subscription.publisher, subscription.event, subscription.version)
        if event is None or subscription.path not in names:
            continue
        found.append(
            _hears(about, event, names[subscription.path], _policy(about.blueprint, service, subscription))
            | {
                "operation": subscription.operation,
                "gives": gives(about.types, of_subscription(about.blueprint, subscription)),
            }
        )
    return found


def _hears(about: Subject, event: Event, handler: str, policy: Fact) -> Fact:
    context = about.blueprint.services[event.service].context
    return {
        "event": event.name,
        "version": event.version,
        "class": classes(about.blueprint, event.service).events[event.name, event.version],
        "service": event.service,
        "module": module_of(about.blueprint, about.name, event.service, called=False),
        "context": context,
        "type": event_type(context, event.name, event.version),
        "subject": event.fields[0].name if event.fields else None,
        "handler": handler,
        "queue": queue_name(about.name, handler),
        "prefetch": PREFETCH,
        **policy,
    }


def _policy(
    blueprint: Blueprint, service: Service, subscription: Subscription | None, feed: CopyFeed | None = None
) -> Fact:
    """How hard a handler tries; what is unset falls back to what loses nothing."""
    known = subscription or feed
    edge = Edge(
        kind=EdgeKind.SUBSCRIPTION,
        source=service.name,
        target=(known.publisher if known else None) or "",
        subscription=subscription,
        path=known.path if known else (),
    )
    values = {
        n: subscription_policy(blueprint, edge, n).value for n in ("retries", "backoff", "dead_letter", "idempotent")
    }
    return {
        "retries": FALLBACK_RETRIES if values["retries"] is None else values["retries"],
        "backoff_ms": FALLBACK_BACKOFF if values["backoff"] is None else values["backoff"],
        "dead_letter": values["dead_letter"] is not False,
        "idempotent": values["idempotent"] is not False,
    }


def copy_facts(about: Subject, service: Service) -> list[Fact]:
    """The copies of a service, with the events that keep them."""
    taken: set[str] = {plural(snake(name)) for name in service.entities}
    found = []
    for copy in service.copies.values():
        row = record(about.blueprint, service.name, copy.name)
        if row is None:
            continue
        table = free(snake(copy.name), taken | KIT_TABLES, "_copy")
        taken.add(table)
        fields = [about.types.field(n, t, row.home(n)) for n, t in row.types.items() if n != row.key]
        found.append(
            {
                "name": copy.name,
                "alias": row.alias,
                "class": pascal(copy.name),
                "title": title(copy.name).lower(),
                "table": table,
                "key": row.key,
                "key_type": about.types.type(row.id, row.key, row.home(row.key)),
                "fields": fields,
                "indexes": listing(service, copy.name, row.key),
                "feeds": list(_feeds(about, service, copy)),
            }
        )
    return found


KIT_TABLES = frozenset({"outbox", "inbox", "idempotency", "saga", "jobs", "schedules", "sequence", "alembic_version"})
"""Tables that stacks keep for themselves."""


def _feeds(about: Subject, service: Service, copy: Copy) -> Iterator[Fact]:
    names = handler_names(about.blueprint, service)
    row = record(about.blueprint, service.name, copy.name)
    for feed in copy.feeds:
        event = about.blueprint.event(feed.publisher, feed.event, feed.version)
        if event is None or row is None:
            continue
        bindings: Bindings = of_feed(about.blueprint, service.name, copy.name, feed)
        yield _hears(about, event, names[feed.path], _policy(about.blueprint, service, None, feed)) | {
            "first": feed is copy.feeds[0],
            "find": row.key,
            "keep": gives(
                about.types, (b for b in bindings if b.need.name not in feed.literals and b.need.name != row.key)
            ),
            "set": gives(about.types, (b for b in bindings if b.need.name in feed.literals)),
            "drop": feed.drop,
        }
