"""Random blueprints that are valid by construction: what the Python stack serves, under names that are legal and nasty."""

from __future__ import annotations

import builtins
import copy
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from svcforge.load.names import LONGEST, SNAKE
from svcforge.load.words import RESERVED_SERVICES, RESERVED_WORDS, WINDOWS_DEVICES
from svcforge.packs.shelf import bundled

Data = dict[str, Any]

TAKEN = bundled().packs["stack", "python"].card.taken
"""What the Python stack calls its own."""


def legal(*names: str) -> tuple[str, ...]:
    """Those that a field, an input or an operation may be called."""
    wrong = {*RESERVED_WORDS, *WINDOWS_DEVICES, "id", "created_at", "updated_at", "token", "ids", "limit", "cursor"}
    return tuple(sorted({n for n in names if n not in wrong and len(n) <= LONGEST and SNAKE.fullmatch(n)}))


BUILTINS = legal(*dir(builtins))
LIBRARIES = tuple(name for name in legal(*TAKEN.packages) if "_" not in name and name not in RESERVED_SERVICES)

SERVICES = (
    *("orders", "statistics", "secrets", "copy-of-it", "logging", "calendar", "tokens", "alembic", "self", "clients"),
    *("list", "operations", "close", "database", "a-name-as-long-as-names-are-allowed-to", *LIBRARIES),
)
ENTITIES = (
    *("Order", "Document", "Event", "Model", "Base", "Work", "Type", "Decimal", "Caller", "Any", "Page", "List"),
    *("Problem", "Session", "Clients", "Enum", "User"),
)
FIELDS = (
    *("name", "metadata", "json", "copy", "schema", "order", "user", "type", "of", "data", "value", "items", "next"),
    *("clients_of", "decimal", "uuid", "text", "int", "dict", "registry", "row", "now", "sa"),
    *("document", "event", "message", "email", "model", "base", "start", "attempt", "kind", "time", "version", "field"),
    *("order_done", "seen_part", "a_field_as_long_as_names_are_allowed_to"),
    *legal(*TAKEN.fields, *TAKEN.functions, *BUILTINS, *LIBRARIES),
)
SETTINGS = (*FIELDS, "port", "host", "log_level", "database_url", "path", "user", "jwks_url")
OPERATIONS = (
    *("clients", "work", "select", "emit", "once", "router", "session", "request", "print", "logic", "schemas"),
    *("operations", "page", "app", "given", "begin", "create", "not_found", "wrong_state", "domain", "list"),
    *("an_operation_as_long_as_names_are_allowe", "order_view", "order_page", "the_order", "decimal", "order_done"),
    *legal(*TAKEN.functions, *BUILTINS, *LIBRARIES),
)
TYPES = (
    "text", "text 1..20", "int 0..9 = 3", "decimal 0..", "decimal", "bool = true", "uuid", "date", "optional datetime",
    "duration", "email", "url", "optional json", "bytes", "on | b-c | c", "on | off | none | class = on", "[text]",
    "optional text", "float", "duration = 20ms", "date = 2030-01-31", "text = it's \"so\" \\ {{ x }} #1", "unique text",
    "datetime = 2030-01-31T12:00:00Z", "optional int 1..", "[int]", "[uuid] 1..3", "json", "optional decimal 0.01..9.5",
)  # fmt: skip
SENTENCES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)


@dataclass
class Service:
    """A service in the making: its body, and what others may use of it."""

    name: str
    body: Data
    names: list[str]
    events: dict[str, Data] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    notes: str | None = None


def some(draw: st.DrawFn, values: tuple[str, ...], low: int, high: int) -> list[str]:
    """Some of the values, each once."""
    return draw(st.lists(st.sampled_from(values), min_size=low, max_size=high, unique=True))


def said(draw: st.DrawFn, data: Data, **keys: Any) -> None:
    """Say each of the keys, or not; `_` at the end of a keyword is left out."""
    for key, value in keys.items():
        if draw(st.booleans()):
            data[key.rstrip("_")] = value


@st.composite
def systems(draw: st.DrawFn) -> Data:
    """A system for which nothing is missing and of which nothing is wrong."""
    found = [draw(services(name)) for name in some(draw, SERVICES, 1, 3)]
    for service in found:
        draw(connected(service, found))
    auth = draw(st.sampled_from([{}, {"auth": {"jwt": {"issuer": "https://i.test", "audience": "a"}}}]))
    whole: Data = {
        "svcforge": 1,
        "system": "sample",
        "platform": {"gateway": "envoy", "broker": "rabbitmq", "deploy": ["compose", "kubernetes"]},
        "defaults": {
            "stack": "python",
            "api_version": "v1",
            "call": {"timeout": "1s", "retries": 1, "breaker": {"failures": "50%", "window": 20, "reset": "30s"}},
        },
        "contexts": {
            f"around-{s.name}"[:LONGEST].rstrip("-"): {"subdomain": "core", "services": {s.name: s.body}} for s in found
        },
        "gateway": {**auth, "routes": {f"/api/{s.name}": s.name for s in found}},
        "externals": {
            "bank": {"operations": {"pay": {"http": "POST /pay", "in": {"key": "text"}, "out": {"ok": "bool"}}}}
        },
    }
    watched = {
        "metrics": draw(st.sampled_from(["prometheus", "datadog"])),
        "tracing": draw(st.sampled_from(["jaeger", "zipkin", "xray", "datadog"])),
        "logs": draw(st.sampled_from(["loki", "elasticsearch", "datadog"])),
    }
    said(draw, whole["platform"], store="postgres", **watched)
    slo = {"availability": draw(st.sampled_from(["99.9%", "90%", "99.9999%"])), "latency": "333ms"}
    said(draw, whole["defaults"], slo=slo)
    said(draw, whole, about=draw(SENTENCES), repos=draw(st.sampled_from(["one", "many"])))
    draw(sagas(whole, found))
    draw(bffs(whole, found))
    if not auth:
        without_tokens(found)
    for service in found:
        draw(beside(service))
    return whole


@st.composite
def beside(draw: st.DrawFn, service: Service) -> None:
    """Some operations in two versions, of which the second says a little more; or the first is dropped already."""
    operations = service.body["operations"]
    names = [name for name in operations if len(f"{name}_v2") <= LONGEST]
    for name in some(draw, tuple(names), 0, 2) if names else ():
        versions = {1: operations[name], 2: {**copy.deepcopy(operations[name]), "about": draw(SENTENCES)}}
        if draw(st.integers(0, 3)) == 0:
            del versions[1]
        operations[name] = {"versions": versions}


def without_tokens(found: list[Service]) -> None:
    """Where nobody issues tokens, nothing asks for one."""
    for service in found:
        for operation in service.body["operations"].values():
            if operation.pop("scopes", None) is not None:
                operation["public"] = "anyone"


@st.composite
def services(draw: st.DrawFn, name: str) -> Service:
    """A service with entities and operations on each of them; no edges yet."""
    names = list(draw(st.permutations(OPERATIONS)))
    service = Service(name, {"owns": {}, "operations": {}, "events": {}}, names)
    for entity in some(draw, ENTITIES, 0, 2):
        fields = {f: draw(st.sampled_from(TYPES)) for f in some(draw, FIELDS, 1, 5)}
        service.body["owns"][entity] = fields
        draw(verbs(service, entity, fields))
    if draw(st.booleans()):
        service.body["values"] = {
            "Part": {f: draw(st.sampled_from(("text", "int", "decimal"))) for f in some(draw, FIELDS, 1, 3)}
        }
        service.body["owns"]["Whole"] = {"parts": "[Part]", "one": "Part"}
    if draw(st.booleans()):
        service.body["settings"] = {
            f: draw(st.sampled_from(("secret", "text = x", "int = 3"))) for f in some(draw, SETTINGS, 1, 2)
        }
    if draw(st.booleans()):
        own = {
            "in": {
                f: draw(st.sampled_from(("text", "int 1..9 = 3", "[text]", "optional text")))
                for f in some(draw, FIELDS, 0, 4)
            }
        }
        own["out"] = draw(st.sampled_from(["text", "[uuid]", {"word": "text", "copy": "[int]"}]))
        said(draw, own, read_only="true")
        said(draw, own, http=f"POST /{name}-own", public="anyone may")
        service.body["operations"][names.pop()] = own
    return service


@st.composite
def verbs(draw: st.DrawFn, service: Service, entity: str, fields: Data) -> None:
    """Operations on an entity, one of each verb, each over HTTP or inside; those that write emit what they did."""
    operations, path = service.body["operations"], f"/{service.name}/{entity.lower()}"
    event = f"{entity}Done"
    payload = {"subject": "uuid", **{f: "text" for f, t in fields.items() if t == "text"}}
    for verb, method, place in (
        ("creates", "POST", path), ("reads", "GET", path + "/{id}"), ("lists", "GET", path),
        ("updates", "PATCH", path + "/{id}"), ("deletes", "DELETE", path + "/{id}"),
    ):  # fmt: skip
        if not service.names or draw(st.integers(0, 3)) == 0:
            continue
        name = service.names.pop()
        said_: Data = {verb: entity}
        if draw(st.booleans()):
            said_ |= {"http": f"{method} {place}", **draw(st.sampled_from([{"scopes": ["x:y"]}, {"public": "anyone"}]))}
        if verb in ("creates", "updates", "deletes"):
            said(draw, said_, emits=[event], rule=draw(SENTENCES), idempotent="by key")
        if verb == "lists":
            said(
                draw,
                said_,
                filter=[f for f, t in fields.items() if t in ("text", "on | b-c | c", "bool = true", "uuid")],
            )
        if verb == "updates" and "bool = true" in fields.values():
            flag = next(f for f, t in fields.items() if t == "bool = true")
            said(draw, said_, set={flag: "false"}, where={flag: "true"})
        if "emits" in said_:
            said_["with"] = {"subject": "id"}
            service.events[event] = service.body["events"][event] = payload
        if "http" in said_ and verb in ("reads", "lists"):
            {"reads": service.reads, "lists": service.lists}[verb].append(name)
        operations[name] = said_


@st.composite
def connected(draw: st.DrawFn, service: Service, found: list[Service]) -> None:
    """Edges to other services: an event heard, a copy kept, a call made, an external asked."""
    published = [(s.name, event) for s in found if s is not service for event in s.events]
    if published and draw(st.booleans()):
        publisher, event = draw(st.sampled_from(published))
        service.body["owns"]["Note"] = {"of_what": "uuid", "kind": "text"}
        service.body["operations"]["note"] = {"creates": "Note"}
        handled = {"do": "note", "with": {"of_what": "subject"}, "set": {"kind": draw(SENTENCES)}}
        service.body["subscribes"] = {f"{publisher}.{event}": handled}
    if published and draw(st.booleans()):
        publisher, event = draw(st.sampled_from(published))
        service.body["copies"] = {"Seen": {f"{publisher}.{event}": {}}}
        service.body["operations"]["list_seen"] = {
            "lists": "Seen",
            "http": f"GET /{service.name}/seen",
            "scopes": ["s"],
        }
    if service.names and draw(st.booleans()):
        call: Data = {"to": "bank.pay", "set": {"key": "k"}, "expect": "ok", "otherwise": "402 no-money"}
        asks = {
            "in": {"asked": "text"},
            "out": "text",
            "calls": [call],
            "http": f"POST /{service.name}/pay",
            "scopes": ["s"],
        }
        service.body["operations"][service.names.pop()] = asks


@st.composite
def sagas(draw: st.DrawFn, whole: Data, found: list[Service]) -> None:
    """A saga from any event over the notes of the services, or none."""
    starts = [f"{s.name}.{event}" for s in found for event in s.events]
    if not starts or draw(st.booleans()):
        return
    steps = []
    for service in found:
        held: Data = {"of_what": "uuid", "kind": "text", "state": "held | released = held"}
        service.body["owns"]["Hold"] = held
        service.body["operations"]["hold"] = {"creates": "Hold", "idempotent": "by key"}
        service.body["operations"]["let_go"] = {
            "updates": "Hold",
            "where": {"state": "held"},
            "set": {"state": "released"},
        }
        do = {"do": f"{service.name}.hold", "with": {"of_what": "subject"}, "set": {"kind": "x"}}
        steps.append(do | {"undo": f"{service.name}.let_go"} if draw(st.booleans()) else do)
    whole["sagas"] = {"flow": {"starts": draw(st.sampled_from(starts)), "steps": steps}}


@st.composite
def bffs(draw: st.DrawFn, whole: Data, found: list[Service]) -> None:
    """A BFF that reads by the path and lists, or none."""
    parts = [f"{s.name}.{o}(id=path.some_id)" for s in found for o in s.reads]
    parts += [f"{s.name}.{o}(limit=5)" for s in found for o in s.lists]
    if not parts or draw(st.booleans()):
        return
    chosen = draw(st.lists(st.sampled_from(parts), min_size=1, max_size=3, unique=True))
    names = some(draw, FIELDS, len(chosen), len(chosen))
    endpoint = "GET /home/{some_id}" if any("path.some_id" in part for part in chosen) else "GET /home"
    whole["bffs"] = {"web": {"endpoints": {endpoint: dict(zip(names, chosen, strict=True))}}}
    whole["gateway"]["routes"]["/api/home"] = "web"
