"""An operation's inputs as facts: where each stands, and what gives it when the caller does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from svcforge.model.inputs import Input, Meaning
from svcforge.model.scope import Binding
from svcforge.model.signature import Signature
from svcforge.model.types import Kind
from svcforge.plan.subject import Subject
from svcforge.plan.types import Fact, Types
from svcforge.plan.values import source_fact


def input_fact(types: Types, item: Input, home: str | None = None) -> Fact:
    """An input that the caller gives."""
    fact = types.field(item.name, item.type, home)
    return fact | {
        "required": item.required,
        "unique": False,
        "in": item.stand.value,
        "meaning": item.meaning.value,
        "source": None,
    }


def inputs_by_api(about: Subject, sig: Signature) -> list[Fact]:
    """The inputs that a caller of the operation's API gives: over HTTP the token gives its claims."""
    asked = sig.asked(token=sig.operation.http is not None)
    return [input_fact(about.types, item, _home(sig, item)) for item in asked]


def inputs_inside(about: Subject, sig: Signature, given: Iterable[Binding]) -> list[Fact]:
    """The parameters of the operation's function: the caller's, the token's, and those that `with` and `set` give."""
    found: list[Fact] = []
    for item in sig.inputs:
        if item.meaning is Meaning.CHECK and sig.operation.http is None:
            continue
        fact = input_fact(about.types, item, _home(sig, item))
        if item.claim and sig.operation.http is not None:
            fact |= {"in": None, "source": _claim(fact, item)}
            if item.meaning is Meaning.CHECK:
                fact |= {"optional": True}
        found.append(fact)
    for binding in given:
        if binding.source is None:
            continue
        need = binding.need
        fact = about.types.field(need.name, replace(need.type, default=None), need.home)
        source = source_fact(about.types, binding.source, need.type, need.name, need.home)
        found.append(fact | {"in": None, "meaning": Meaning.OWN.value, "source": source})
    return found


def _claim(fact: Fact, item: Input) -> Fact:
    read = item.type.kind is not Kind.SCALAR or item.type.name not in ("text", "email", "url")
    return {
        "from": "token",
        "of": None,
        "name": item.claim,
        "path": [{"name": item.claim, "each": False}],
        "value": None,
        "type": fact["type"]
        | {"kind": "text", "name": None, "values": [], "service": None, "module": None, "of": None},
        "optional": False,
        "convert": {"how": "parse", "type": fact["type"], "fields": [], "of": None} if read else None,
    }


def _home(sig: Signature, item: Input) -> str | None:
    return sig.record.home(item.name) if sig.record else None
