"""Whom a service calls: one typed client for each target, with the policy of every edge that leads there."""

from __future__ import annotations

from dataclasses import dataclass, field

from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.effective import call_policy, protocol
from svcforge.model.elements import Call, Operation
from svcforge.model.policy import Breaker, Off
from svcforge.model.routes import version_in_path
from svcforge.model.signature import signature
from svcforge.plan.classes import classes
from svcforge.plan.environment import url_env
from svcforge.plan.examples import Fields, example
from svcforge.plan.inputs import inputs_by_api
from svcforge.plan.naming import constant, free, snake, versioned
from svcforge.plan.subject import Subject, answer_type, operation_class, subject
from svcforge.plan.types import Fact

FALLBACK_TIMEOUT = 1000
"""Milliseconds for a call whose timeout is unset: no call waits for ever."""


def policy_of(blueprint: Blueprint, call: Call, callee: Operation) -> Fact:
    """What holds on a call: its whole time, retries where it is safe to repeat, its breaker, its protocol."""
    edge = Edge(
        kind=EdgeKind.CALL,
        source=call.source,
        target=call.target or "",
        operation=call.operation,
        call=call,
        path=call.path,
    )
    retries = call_policy(blueprint, edge, "retries").value
    return {
        "timeout_ms": call_policy(blueprint, edge, "timeout").value or FALLBACK_TIMEOUT,
        "retries": retries or 0 if callee.repeatable else 0,
        "breaker": breaker_of(call_policy(blueprint, edge, "breaker").value),
        "over": protocol(blueprint, edge),
    }


def breaker_of(breaker: Breaker | Off | None) -> Fact | None:
    """A breaker as facts: unset is the language's own default, off is none."""
    if isinstance(breaker, Off):
        return None
    found = breaker or Breaker()
    return {"failures": found.failures, "window": found.window, "reset_ms": found.reset}


def accepts_key(operation: Operation) -> bool:
    """Whether callers may send an Idempotency-Key: it is asked for, or an internal operation writes."""
    reads = operation.read_only or operation.verb in ("reads", "lists")
    return operation.idempotent_by_key or (operation.http is None and not reads)


@dataclass(slots=True)
class Client:
    """What is known of one target so far."""

    target: Subject
    operations: dict[str, Fact] = field(default_factory=dict)


class Clients:
    """The clients of a service, made as its calls are met."""

    def __init__(self, blueprint: Blueprint, own: str) -> None:
        self.blueprint, self.own = blueprint, own
        self.clients: dict[str, Client] = {}

    def method(self, call: Call, callee: Operation, why: str) -> str:
        """The client's function for a call: one for an operation, another for each edge with another policy.

        Args:
            why: the operation, step or endpoint that calls, to tell a second function from the first.
        """
        client = self.clients.get(callee.owner)
        if client is None:
            client = self.clients[callee.owner] = Client(subject(self.blueprint, callee.owner, self.own))
        policy = policy_of(self.blueprint, call, callee)
        for name, known in client.operations.items():
            if known["name"] == callee.name and known["policy"] == policy:
                return name
        name = callee.name
        if name in client.operations:
            name = free(f"{callee.name}_for_{snake(why)}", client.operations)
        client.operations[name] = self._operation(client.target, callee, name, policy)
        return name

    def answer(self, callee: Operation) -> Fact:
        """The answer of an operation as its client gives it: the items of a page."""
        target = self.clients[callee.owner].target
        return items_of(answer_type(target, callee))

    def _operation(self, target: Subject, callee: Operation, method: str, policy: Fact) -> Fact:
        external = callee.owner in self.blueprint.externals
        http = callee.http
        path = f"/internal/{callee.name}" if http is None else http.path
        if http is not None and not external:
            path = versioned(version_in_path(self.blueprint, callee), path)
        if http is None and external:
            path = f"/{callee.name}"
        answer = answer_type(target, callee)
        return {
            "name": callee.name,
            "method": method,
            "class": operation_class(self.blueprint, callee),
            "verb": http.method if http else "POST",
            "path": path,
            "inputs": inputs_by_api(target, signature(self.blueprint, callee)),
            "answer": items_of(answer),
            "paged": answer["kind"] == "page",
            "auth": "bearer" if external else "forward" if http else "service",
            "scope": f"{callee.owner}.{callee.name}",
            "keyed": accepts_key(callee),
            "safe": callee.repeatable,
            "read_only": callee.read_only or callee.verb in ("reads", "lists"),
            "policy": policy,
        }

    def facts(self) -> list[Fact]:
        """The clients as facts, in the order in which they were met."""
        return [self._client(name, client) for name, client in self.clients.items()]

    def _client(self, name: str, client: Client) -> Fact:
        external = name in self.blueprint.externals
        target = client.target
        values = target.types.values()
        shapes: Fields = {f["name"]: f["fields"] for f in (*values, *target.views.values(), *target.records.values())}
        operations = [
            o | {"example": {"answer": example(o["answer"], o["name"], shapes)}} for o in client.operations.values()
        ]
        return {
            "name": name,
            "package": snake(name),
            "class": classes(self.blueprint, name).client,
            "env": url_env(name),
            "external": external,
            "token_env": constant(name, "_TOKEN") if external else None,
            "values": values,
            "enums": target.types.enums(),
            "views": list(target.views.values()),
            "records": list(target.records.values()),
            "breaker": operations[0]["policy"]["breaker"],
            "operations": operations,
        }


def items_of(answer: Fact) -> Fact:
    """Inside, a page is the list of its items."""
    if answer["kind"] != "page":
        return answer
    return answer | {"kind": "list"}
