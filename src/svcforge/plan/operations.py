"""An operation as facts: what it takes, checks, calls, changes, emits and answers."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.model.answers import alias_of, fallback
from svcforge.model.bindings import Bindings, OperationBindings, emitted, of_operation
from svcforge.model.elements import Call, Operation, Saga, Verb
from svcforge.model.inputs import Meaning
from svcforge.model.literal import Misfit
from svcforge.model.routes import version_in_path
from svcforge.model.signature import Signature, signature
from svcforge.plan.classes import classes
from svcforge.plan.dependencies import Clients, accepts_key
from svcforge.plan.examples import NO_VALUE, Fields, example, wrong
from svcforge.plan.inputs import inputs_inside
from svcforge.plan.naming import constant, dashed, snake, versioned
from svcforge.plan.schedules import schedule_fact
from svcforge.plan.subject import Subject, answer_type, callers, operation_class, sagas_of
from svcforge.plan.types import Fact, unique_sets
from svcforge.plan.values import gives


def operation_fact(about: Subject, clients: Clients, operation: Operation, local: bool) -> Fact:
    """All that a template needs of an operation.

    Args:
        local: whether a saga, a handler or a schedule of its own service calls it.
    """
    sig = signature(about.blueprint, operation)
    filled = of_operation(about.blueprint, operation)
    return {
        "name": operation.name,
        "class": operation_class(about.blueprint, operation),
        "verb": operation.verb.value if operation.verb else None,
        "entity": sig.record.name if sig.record else None,
        "copy": bool(sig.record and sig.record.copy),
        "about": operation.about or None,
        **_reached(about, operation, sig, local),
        "inputs": inputs_inside(about, sig, filled.given),
        **_row(about, operation, sig, filled),
        "calls": list(_calls(about, clients, operation, filled)),
        "emits": list(_emits(about, operation, filled)),
        "begins": [s.name for s in sagas_of(about.blueprint, about.name) if _starts(s, operation)],
        **_promises(operation, sig),
        "answer": answer_type(about, operation),
        "output": gives(about.types, filled.output),
    }


def _starts(saga: Saga, operation: Operation) -> bool:
    return saga.operation == operation.name or (saga.event is not None and saga.event in operation.emits)


def _reached(about: Subject, operation: Operation, sig: Signature, local: bool) -> Fact:
    """How it is reached, and who may."""
    http = operation.http
    outside = callers(about.blueprint).get((about.name, operation.name), ())
    replaced = 200 if operation.verb is Verb.CREATES and operation.by else None
    internal = http is None and bool(outside)
    return {
        "http": {
            "method": http.method,
            "path": versioned(version_in_path(about.blueprint, operation), http.path),
            "template": http.path,
            "status": sig.status,
            "replaced_status": replaced,
        }
        if http
        else None,
        "internal": {"path": f"/internal/{operation.name}", "status": sig.status, "callers": list(outside)}
        if internal
        else None,
        "local": local,
        "access": access(operation, sig, internal=internal),
    }


def access(operation: Operation, sig: Signature, *, internal: bool) -> Fact:
    """Who may call it: `scopes`, `public`, `signed`, any token, the services with an edge, or nobody from outside.

    What is public and yet needs a claim that only a token gives demands a token.
    """
    kind = "service" if internal else "none"
    if operation.http is not None:
        kind = "token"
        kind = "scopes" if operation.scopes else kind
        claims = any(given.claim and given.required for given in sig.inputs)
        kind = "public" if operation.public is not None and not claims else kind
        kind = "signed" if operation.signed is not None else kind
    return {
        "kind": kind,
        "scopes": list(operation.scopes or ()),
        "signed": operation.signed,
        "signing_env": constant(operation.signed, "_SIGNING_KEY") if operation.signed else None,
        "reason": operation.public,
    }


def _row(about: Subject, operation: Operation, sig: Signature, filled: OperationBindings) -> Fact:
    """What it does with a row of its entity or copy."""
    creates, updates = operation.verb is Verb.CREATES, operation.verb is Verb.UPDATES
    found = sig.record
    fixed = {*operation.sources, *operation.literals}
    narrowed = not creates or operation.by is not None
    hides, refuses = _conditions(about, sig) if narrowed else ([], [])
    optional = {i.name for i in sig.inputs if i.meaning is Meaning.FIELD and not i.required and i.claim is None}
    changed = [b for b in filled.fields if b.need.name in fixed or b.need.name not in optional]
    return {
        "key": {"field": sig.key, "input": _key_input(sig)} if sig.key and not creates else None,
        "upsert": operation.by if creates else None,
        "unique": unique_sets(found.entity.fields) if found and found.entity else [],
        "create": gives(about.types, filled.fields) if creates else [],
        "change": gives(about.types, changed) if updates else [],
        "patch": [b.need.name for b in filled.fields if b not in changed] if updates else [],
        "hides": hides,
        "refuses": refuses,
        "filters": [n for n in operation.filter if found and n in found.types] if operation.verb is Verb.LISTS else [],
    }


def _key_input(sig: Signature) -> str | None:
    return next((i.name for i in sig.inputs if i.meaning is Meaning.KEY or i.name == sig.key), sig.key)


def _conditions(about: Subject, sig: Signature) -> tuple[list[Fact], list[Fact]]:
    """`where`: what hides a row (the token's), and what refuses to touch it (literals)."""
    hides: list[Fact] = []
    refuses: list[Fact] = []
    found = sig.record
    by_claim = {i.claim: i.name for i in sig.inputs if i.claim}
    for condition in sig.where:
        if found is None or condition.field not in found.types:
            continue
        type_, home = found.types[condition.field], found.home(condition.field)
        fact = {"field": condition.field, "type": about.types.type(type_.bare(), condition.field, home)}
        if condition.token:
            names = {i.name for i in sig.inputs if i.claim == condition.token}
            if condition.field not in names and not names:
                continue
            source = condition.field if condition.field in names else by_claim[condition.token]
            hides.append(fact | {"input": source})
        else:
            refuses.append(fact | {"values": [about.types.literal(v, type_, home) for v in condition.values]})
    return hides, refuses


def _calls(about: Subject, clients: Clients, operation: Operation, filled: OperationBindings) -> Iterator[Fact]:
    taken: list[str] = []
    for i, call in enumerate(operation.calls):
        callee = about.blueprint.operation(call.target, call.operation)
        name = alias_of(call, taken)
        taken.append(name)
        if callee is not None:
            yield _call(about, clients, operation, call, callee, filled.calls[i] if filled.calls else ()) | {"as": name}


def _call(
    about: Subject, clients: Clients, operation: Operation, call: Call, callee: Operation, bindings: Bindings
) -> Fact:
    given = gives(about.types, bindings, called=True)
    names = {g["name"] for g in given}
    asked = signature(about.blueprint, callee).asked(token=callee.http is not None)
    method = clients.method(call, callee, operation.name)
    return {
        "dependency": callee.owner,
        "client": snake(callee.owner),
        "operation": callee.name,
        "method": method,
        "gives": given,
        "parameters": [] if operation.verb else [i.name for i in asked if i.name not in names],
        "expect": call.expect,
        "otherwise": refusal(call),
        "fallback": fallback_fact(about, call, callee),
        "user_code": operation.verb is None,
        "wait": call.wait,
        "key": _key(operation) if accepts_key(callee) else None,
        "answer": clients.answer(callee),
    }


def refusal(call: Call) -> Fact | None:
    """The problem that a false `expect` becomes."""
    if call.expect is None:
        return None
    status, slug = call.otherwise or (409, f"not-{dashed(call.expect)}")
    return {"status": status, "slug": slug}


def fallback_fact(about: Subject, call: Call, callee: Operation) -> Fact | None:
    """What stands in when there is no answer; null where the literal is none of its type (the linter says so)."""
    if not call.fallback:
        return None
    try:
        return {"value": fallback(about.blueprint, callee, call.fallback[0])}
    except Misfit:
        return {"value": None}


def _key(operation: Operation) -> Fact:
    """Which key goes along to an operation that wants one: a repeat of ours is then a repeat there."""
    if operation.idempotent_by_key:
        return {"by": "key", "field": None}
    if operation.idempotent_by is not None:
        return {"by": "field", "field": operation.idempotent_by}
    entity = operation.verb in (Verb.UPDATES, Verb.DELETES)
    return {"by": "entity" if entity else "fresh", "field": None}


def _emits(about: Subject, operation: Operation, filled: OperationBindings) -> Iterator[Fact]:
    known = {(event.name, event.version): bindings for event, bindings in filled.events}
    for event in emitted(about.blueprint, operation):
        yield {
            "event": event.name,
            "version": event.version,
            "class": classes(about.blueprint, event.service).events[event.name, event.version],
            "subject": event.fields[0].name if event.fields else None,
            "gives": gives(about.types, known.get((event.name, event.version), ())),
        }


def _promises(operation: Operation, sig: Signature) -> Fact:
    """What may be repeated, what it takes, what is the user's own."""
    idempotent = None
    if operation.idempotent_by_key:
        idempotent = {"by": "key", "field": None}
    elif operation.idempotent_by is not None:
        idempotent = {"by": "field", "field": operation.idempotent_by}
    own = operation.verb is None or operation.rule is not None
    return {
        "idempotent": idempotent,
        "accepts_key": accepts_key(operation),
        "read_only": operation.read_only or operation.verb in (Verb.READS, Verb.LISTS),
        "safe": operation.repeatable,
        "rule": operation.rule,
        "rule_input": operation.rule is not None and any(i.meaning is Meaning.OWN for i in sig.inputs),
        "logic": snake(operation.name) if own else None,
        "long_running": operation.long_running,
        "schedule": schedule_fact(operation.schedule) if operation.schedule else None,
        "takes_ms": operation.takes,
    }


def operation_example(fact: Fact, shapes: Fields) -> Fact:
    """A request that is right, one that is not, and an answer."""
    asked = [i for i in fact["inputs"] if i["source"] is None]
    values = {i["name"]: example(i["type"], i["name"], shapes) for i in asked if i["required"] or i["in"] == "body"}
    groups = {
        where: {i["name"]: values[i["name"]] for i in asked if i["in"] == where and i["name"] in values}
        for where in ("path", "query", "body")
    }
    has_body = any(i["in"] == "body" for i in asked)
    return {
        "inputs": {i["name"]: example(i["type"], i["name"], shapes) for i in fact["inputs"] if i["meaning"] != "check"},
        "path": groups["path"],
        "query": groups["query"],
        "body": groups["body"] if has_body else None,
        "invalid": _invalid([i for i in asked if i["in"] == "body"], groups["body"]) if has_body else None,
        "answer": example(fact["answer"], fact["name"], shapes),
    }


def _invalid(inputs: list[Fact], body: Fact) -> Fact | None:
    """The body with one fault: a value of the wrong type, else a required one left out."""
    for item in inputs:
        value = wrong(item["type"])
        if value is not NO_VALUE:
            return body | {item["name"]: value}
    missing = next((i["name"] for i in inputs if i["required"]), None)
    return {name: value for name, value in body.items() if name != missing} if missing else None
