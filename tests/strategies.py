"""Random blueprints for property tests: valid ones as plain data, the same with damage, and their text."""

from __future__ import annotations

import copy
from typing import Any

import yaml
from hypothesis import strategies as st

Data = dict[str, Any]

SERVICES = ("orders", "stock", "users", "mail", "bills", "search")
CONTEXTS = ("sales", "supply", "identity")
ENTITIES = ("Order", "Item", "Person")
EVENTS = ("Opened", "Changed", "Closed")
FIELDS = ("name", "amount", "state", "note", "owner", "count")
OPERATIONS = ("open_it", "look", "find_all", "change", "work", "drop_it")
TYPES = (
    "text", "text 1..20", "int 0..9 = 3", "decimal", "bool = true", "uuid", "date", "optional datetime", "duration",
    "email", "url", "optional json", "bytes", "a | b | c", "on | off = on", "[text]", "optional text", "float",
)  # fmt: skip
DURATIONS = st.sampled_from(["20ms", "900ms", "1s", "3s", "1h"])


def some(values: tuple[str, ...], low: int = 0, high: int = 3) -> st.SearchStrategy[list[str]]:
    """Some of the values, each once."""
    return st.lists(st.sampled_from(values), min_size=low, max_size=high, unique=True)


def maybe(draw: st.DrawFn, data: Data, **keys: st.SearchStrategy[Any]) -> None:
    """Give the mapping each of the keys, or not; `_` at the end of a keyword is left out."""
    for key, strategy in keys.items():
        if draw(st.booleans()):
            data[key.rstrip("_")] = draw(strategy)


@st.composite
def fields(draw: st.DrawFn, low: int = 1) -> Data:
    """Named types, none of which depends on what is declared elsewhere."""
    return {name: draw(st.sampled_from(TYPES)) for name in draw(some(FIELDS, low))}


@st.composite
def policies(draw: st.DrawFn) -> Data:
    """What may be said of a call."""
    found: Data = {}
    breakers = st.sampled_from(["none", {"failures": "50%", "window": 20, "reset": "30s"}])
    maybe(draw, found, timeout=DURATIONS, retries=st.integers(0, 5), breaker=breakers)
    maybe(
        draw,
        found,
        auth=st.sampled_from(["service", "mesh", "forward", "none"]),
        tls=st.sampled_from(["strict", "none"]),
    )
    return found


@st.composite
def defaults(draw: st.DrawFn) -> Data:
    """A `defaults` block."""
    found: Data = {}
    maybe(draw, found, call=policies(), api_version=st.just("v1"), stack=st.just("python"))
    maybe(
        draw, found, subscription=st.just({"retries": 5, "backoff": "1s", "dead_letter": "true", "idempotent": "true"})
    )
    return found


@st.composite
def operations(draw: st.DrawFn, name: str, entities: dict[str, Data], events: list[str]) -> Data:
    """An operation without calls, with a verb on one of the entities or without."""
    found: Data = {}
    verb = draw(st.sampled_from(["creates", "reads", "lists", "updates", "deletes", None])) if entities else None
    if verb:
        found[verb] = draw(st.sampled_from(sorted(entities)))
        if verb == "updates":
            maybe(draw, found, rule=st.just("decides"))
    else:
        maybe(
            draw,
            found,
            in_=fields(0),
            out=st.one_of(fields(), st.sampled_from(TYPES[:1])),
            read_only=st.sampled_from(["true", "false"]),
        )
    method = {"reads": "GET", "lists": "GET", "deletes": "DELETE", "updates": "PATCH"}.get(verb or "", "POST")
    if draw(st.booleans()):
        path = f"/{name.replace('_', '-')}" + ("/{id}" if verb in ("reads", "updates", "deletes") else "")
        found["http"] = f"{method} {path}"
        found |= draw(st.sampled_from([{"scopes": ["x:read"]}, {"public": "anyone may"}, {}]))
    if verb not in ("reads", "lists"):
        maybe(draw, found, emits=some(tuple(events), 0, 2) if events else st.just([]))
    maybe(draw, found, takes=DURATIONS, idempotent=st.just("by key"), schedule=st.just("daily 03:00"))
    maybe(draw, found, long_running=st.sampled_from(["true", "false"]))
    return found


@st.composite
def services(draw: st.DrawFn) -> Data:
    """A service without edges."""
    entities = {name: draw(fields()) for name in draw(some(ENTITIES, 0, 2))}
    events = draw(some(EVENTS, 0, 2))
    found: Data = {"owns": entities, "events": {e: {"subject": "uuid", **draw(fields(0))} for e in events}}
    found["operations"] = {n: draw(operations(n, entities, events)) for n in draw(some(OPERATIONS, 0, 3))}
    maybe(
        draw,
        found,
        about=st.text("abcé漢字", min_size=1, max_size=9),
        tier=st.integers(1, 3),
        exposed=st.just("true"),
        defaults=defaults(),
    )
    maybe(
        draw,
        found,
        slo=st.just({"availability": "99.9%", "latency": "500ms"}),
        replicas=st.integers(0, 3),
        unit=st.sampled_from(["one", "two"]),
        settings=st.just({"api_key": "text = abc", "pin": "secret"}),
    )
    maybe(draw, found, role=st.sampled_from(["business", "worker", "gateway", "frontend", "infra", "adapter"]))
    if draw(st.integers(0, 3)) == 0:
        found["has"] = draw(some(("health", "tracing", "outbox"), 0, 2))
    return found


@st.composite
def connected(draw: st.DrawFn, found: dict[str, Data]) -> None:
    """Edges between services that are there: calls, subscriptions, copies, stores."""
    offered = [f"{s}.{o}" for s, body in found.items() for o in body["operations"]]
    published = [f"{s}.{e}" for s, body in found.items() for e in body["events"]]
    tables = [f"{s}.{e}" for s, body in found.items() for e in body["owns"]]
    for body in found.values():
        maybe(draw, body, calls=some(tuple(found), 0, 2), uses=some(("crm", "logs", *tables), 0, 2))
        for operation in body["operations"].values():
            if offered and draw(st.booleans()):
                operation["calls"] = [draw(calls(offered)) for _ in range(draw(st.integers(1, 2)))]
        if published and body["operations"] and draw(st.booleans()):
            handlers = st.sampled_from(sorted(body["operations"]))
            body["subscribes"] = {event: draw(handlers) for event in draw(some(tuple(published), 1, 2))}
        if published and draw(st.booleans()):
            body["copies"] = {"Seen": {event: {} for event in draw(some(tuple(published), 1, 2))}}


@st.composite
def beside(draw: st.DrawFn, body: Data) -> None:
    """Some operations in versions, alike or not, the first of them still there or not."""
    for name, operation in body["operations"].items():
        if draw(st.integers(0, 3)) == 0:
            other = draw(st.sampled_from([operation, {"in": {"amount": "int"}}]))
            numbers = draw(st.sampled_from([(1,), (1, 2), (2,), (2, 10)]))
            versions = {number: operation if number == max(numbers) else other for number in numbers}
            body["operations"][name] = {"versions": versions}


def versions_at(found: dict[str, Data], to: str) -> tuple[int, ...]:
    """The versions of `service.operation`, where it has any."""
    service, _, name = to.partition(".")
    return tuple(found[service]["operations"][name].get("versions", ()))


@st.composite
def calls(draw: st.DrawFn, offered: list[str]) -> Any:
    """A call of one of the operations, short or long."""
    to = draw(st.sampled_from([*offered, "bank.pay"]))
    if draw(st.booleans()):
        return to
    found: Data = {"to": to, **draw(policies())}
    maybe(draw, found, wait=st.sampled_from(["true", "false"]), fallback=st.just([]), set=st.just({"amount": 1}))
    return found


@st.composite
def blueprints(draw: st.DrawFn) -> Data:
    """A blueprint that can be read; what the linter thinks of it is another matter."""
    found = {name: draw(services()) for name in draw(some(SERVICES, 1, 5))}
    draw(connected(found))
    for body in found.values():
        draw(beside(body))
    contexts: dict[str, Data] = {}
    for name, body in found.items():
        contexts.setdefault(draw(st.sampled_from(CONTEXTS)), {"services": {}})["services"][name] = body
    whole: Data = {"svcforge": 1, "system": "sample", "contexts": contexts}
    whole["externals"] = {"bank": {"operations": {"pay": {"http": "POST /pay", "in": draw(fields(0))}}}}
    whole["stores"] = {
        "crm": {"engine": "mysql", "server": "one", "schema": "crm"},
        "logs": {"engine": "mysql", "server": "one"},
    }
    maybe(draw, whole, defaults=defaults(), platform=st.sampled_from([{"broker": "rabbitmq"}, {"mesh": "istio"}]))
    offered = [f"{s}.{o}" for s, body in found.items() for o in body["operations"]]
    offered += [f"{to}.v{v}" for to in offered for v in versions_at(found, to)]
    published = [f"{s}.{e}" for s, body in found.items() for e in body["events"]]
    if offered and draw(st.booleans()):
        steps = draw(st.lists(st.sampled_from(offered), min_size=1, max_size=3))
        whole["sagas"] = {"flow": {"starts": draw(st.sampled_from([*offered, *published])), "steps": steps}}
    if offered and draw(st.booleans()):
        parts = {f"part_{i}": f"{to}()" for i, to in enumerate(draw(some(tuple(offered), 1, 3)))}
        whole["bffs"] = {"web": {"endpoints": {"GET /home": parts}}}
    if draw(st.booleans()):
        targets = (*found, *whole.get("bffs", ()))
        whole["gateway"] = {"routes": {f"/api/{name}": name for name in draw(some(targets, 1, 3))}}
        maybe(
            draw,
            whole["gateway"],
            timeout=DURATIONS,
            auth=st.sampled_from(["none", {"jwt": {"issuer": "i", "audience": "a"}}]),
        )
    return whole


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2), st.sampled_from([*SERVICES, "orders.open_it", "a.b.c"]),
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A blueprint with one to three places replaced by junk, removed, or put under another key."""
    whole = copy.deepcopy(draw(blueprints()))
    for _ in range(draw(st.integers(1, 3))):
        node: Any = whole
        while isinstance(node, dict | list) and node:
            key = (
                draw(st.sampled_from(sorted(node, key=str)))
                if isinstance(node, dict)
                else draw(st.integers(0, len(node) - 1))
            )
            inner = node[key]
            if not isinstance(inner, dict | list) or not inner or draw(st.integers(0, 3)) == 0:
                _damage(draw, node, key)
                break
            node = inner
    return whole


def _damage(draw: st.DrawFn, node: Any, key: Any) -> None:
    how = draw(st.sampled_from(["replace", "remove", "rename"]))
    if how == "replace":
        node[key] = draw(JUNK)
    else:
        value = node.pop(key)
        if how == "rename" and isinstance(node, dict):
            node[draw(st.text(max_size=6))] = value


def as_text(data: Any, *, flow: bool | None = False) -> str:
    """The blueprint as YAML, in block style unless `flow`."""
    text: str = yaml.dump(
        data, Dumper=_NoAliases, default_flow_style=flow, sort_keys=False, allow_unicode=True, width=10_000
    )
    return text


class _NoAliases(yaml.SafeDumper):
    """Writes equal parts out each time, since the language has no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
