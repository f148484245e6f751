"""Blueprints that change as people change them: parts, tables, fields, operations, events and calls come, go and are renamed.

A change may make no sense: then the linter or the planner refuses it, and whoever made it takes it back.
"""

from __future__ import annotations

import copy
import random
from typing import Any

import yaml

Service = dict[str, Any]

TYPES = (
    *("text", "optional text", "int = 3", "decimal = 1.5", "bool = true", "date", "optional datetime", "[text]"),
    *("open | done = open", "open | done | lost = open", "Money", "optional Money", "unique text", "text 1..50 = a"),
    *("[Money]", "json", "int 1..9 = 2", "bytes"),
)
FIELDS = ("name", "title", "note", "price", "state")
NAMES = ("alpha", "beta", "gamma")
VERBS = {
    "create": "POST /{s}s, creates: {e}",
    "show": "'GET /{s}s/{{id}}', reads: {e}",
    "list": "GET /{s}s, lists: {e}",
    "change": "'PATCH /{s}s/{{id}}', updates: {e}",
    "drop": "'DELETE /{s}s/{{id}}', deletes: {e}",
}
PLATFORMS: tuple[dict[str, Any], ...] = (
    {},
    {"deploy": ["compose"]},
    {"deploy": ["compose", "kubernetes"], "gateway": "envoy", "store": "postgres"},
    {"broker": "rabbitmq", "deploy": ["compose"], "metrics": "prometheus"},
)
COMMON = {"stack": "python", "api_version": "v1", "subscription": {"retries": 2}, "call": {"timeout": "1s"}}


class Growing:
    """A blueprint in the making; each change is drawn from `chance`, and is there at once."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.platform: dict[str, Any] = {}
        self.values = {"Money": {"amount": "decimal", "currency": "text"}}
        self.services: dict[str, Service] = {"alpha": self._service("alpha")}

    def copy(self) -> Growing:
        """One that changes apart from this."""
        made = copy.copy(self)
        made.platform, made.values, made.services = copy.deepcopy((self.platform, self.values, self.services))
        return made

    def text(self) -> str:
        """The blueprint as a file."""
        found = {
            "svcforge": 1,
            "system": "any",
            "defaults": COMMON,
            "values": self.values,
            "platform": self.platform,
            "contexts": {"one": {"services": self.services}},
        }
        return yaml.safe_dump(found, sort_keys=False)

    def changed(self) -> str:
        """Change something; what was done, for a failure to be read."""
        ways = (
            *(self.field_added, self.field_added, self.field_gone, self.field_retyped, self.field_renamed),
            *(self.field_deprecated, self.entity, self.operation, self.operation, self.logic, self.event, self.call),
            *(self.copied, self.service, self.service_renamed, self.other_platform, self.value_field),
        )
        way = self.chance.choice(ways)
        way()
        return way.__name__

    def added(self) -> str:
        """Add what may go again without a loss; what was done."""
        before = self.text()
        while len(self.text()) <= len(before):
            grown = self.copy()
            way = grown.chance.choice(
                (grown.operation, grown.logic, grown.event, grown.call, grown.copied, grown.service)
            )
            way()
            if len(grown.text()) > len(before):
                self.platform, self.values, self.services = grown.platform, grown.values, grown.services
        return way.__name__

    def _service(self, name: str) -> Service:
        return {"owns": {name.title(): {"name": "text"}}, "operations": {}, "events": {}, "calls": [], "copies": {}}

    def _any(self) -> tuple[str, Service]:
        return self.chance.choice([*self.services.items()])

    def _fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = self.chance.choice([*self._any()[1]["owns"].values()])
        return fields

    def field_added(self) -> None:
        """A field more, anywhere among the others."""
        fields = self._fields()
        name = self.chance.choice(FIELDS)
        items = [item for item in fields.items() if item[0] != name]
        items.insert(self.chance.randrange(len(items) + 1), (name, self.chance.choice(TYPES)))
        fields.clear()
        fields.update(items)

    def field_gone(self) -> None:
        """A field less."""
        fields = self._fields()
        if len(fields) > 1:
            del fields[self.chance.choice([*fields])]

    def field_retyped(self) -> None:
        """A field of another type."""
        fields = self._fields()
        fields[self.chance.choice([*fields])] = self.chance.choice(TYPES)

    def field_renamed(self) -> None:
        """A field of another name, with what it was called."""
        fields = self._fields()
        free = [name for name in FIELDS if name not in fields]
        old = self.chance.choice([*fields])
        if free and isinstance(fields[old], str):
            new = self.chance.choice(free)
            items = [(new, {"type": t, "was": old}) if name == old else (name, t) for name, t in fields.items()]
            fields.clear()
            fields.update(items)

    def field_deprecated(self) -> None:
        """A field that nobody shall use."""
        fields = self._fields()
        name = self.chance.choice([*fields])
        if isinstance(fields[name], str) and len(fields) > 1:
            fields[name] = {"type": fields[name], "deprecated": "a test"}

    def entity(self) -> None:
        """A table more, or less."""
        called, service = self._any()
        owned, name = service["owns"], f"{called.title()}Note"
        if name in owned and len(owned) > 1:
            del owned[name]
        else:
            owned.setdefault(name, {"title": "text", "state": "open | done = open"})

    def operation(self) -> None:
        """An operation with a verb more, or less."""
        name, service = self._any()
        entity, verb = self.chance.choice([*service["owns"]]), self.chance.choice([*VERBS])
        called = f"{verb}_{entity.lower()}"
        rest = VERBS[verb].format(s=f"{name}-{entity.lower()}", e=entity)
        self._toggled(service["operations"], called, f"{{http: {rest}, public: a test}}")

    def logic(self) -> None:
        """An operation of which the user writes the body more, or less."""
        name, service = self._any()
        called = self.chance.choice(("weigh", "count"))
        shape = "in: {n: int}, out: {sum: int}"
        self._toggled(
            service["operations"], called, f"{{http: POST /{name}-{called}, {shape}, read_only: true, public: a test}}"
        )

    def event(self) -> None:
        """An event more, or less, or of two versions."""
        name, service = self._any()
        called = f"{name.title()}{self.chance.choice(('Seen', 'Made'))}"
        first, second = {"thing": "uuid"}, {"thing": "uuid", "name": "text"}
        known = service["events"].get(called)
        if known is None:
            service["events"][called] = first
        elif "versions" in known or self.chance.random() < 0.4:
            del service["events"][called]
        else:
            service["events"][called] = {"versions": {1: first, 2: second}}

    def call(self) -> None:
        """A call of another service more, or less."""
        service, (other, target) = self._any()[1], self._any()
        if service["calls"]:
            service["calls"].pop()
        elif service is not target and target["operations"]:
            service["calls"].append(f"{other}.{self.chance.choice([*target['operations']])}")

    def copied(self) -> None:
        """A copy of what another service tells more, or less."""
        service, (other, source) = self._any()[1], self._any()
        if service["copies"]:
            service["copies"].clear()
        elif service is not source and source["events"]:
            event = self.chance.choice([*source["events"]])
            service["copies"]["Seen"] = {
                "of": f"{other}.{next(iter(source['owns']))}",
                "key": "thing",
                "from": [f"{other}.{event}"],
            }

    def service(self) -> None:
        """A service more, or less."""
        free = [name for name in NAMES if name not in self.services]
        if free and self.chance.random() < 0.6:
            name = self.chance.choice(free)
            self.services[name] = self._service(name)
        elif len(self.services) > 1:
            del self.services[self.chance.choice([*self.services])]

    def service_renamed(self) -> None:
        """A service of another name, with what it was called."""
        free = [name for name in (*NAMES, "delta") if name not in self.services]
        old, new = self.chance.choice([*self.services]), self.chance.choice(free)
        self.services = {
            (new if name == old else name): ({**one, "was": old} if name == old else one)
            for name, one in self.services.items()
        }
        for one in self.services.values():
            one["calls"] = [call.replace(f"{old}.", f"{new}.") for call in one["calls"]]

    def other_platform(self) -> None:
        """Another platform under the same services."""
        self.platform = dict(self.chance.choice(PLATFORMS))

    def value_field(self) -> None:
        """A field of a value object more, or less."""
        money = self.values["Money"]
        if "memo" in money:
            del money["memo"]
        else:
            money["memo"] = self.chance.choice(("optional text", "text = none", "text"))

    def _toggled(self, there: dict[str, Any], name: str, text: str) -> None:
        if name in there:
            del there[name]
        else:
            there[name] = yaml.safe_load(text)
