"""Small blueprints as text, and what the model says of their operations and needs in few words."""

from __future__ import annotations

from svcforge.load import load_text
from svcforge.model.bindings import of_operation
from svcforge.model.blueprint import Blueprint
from svcforge.model.conversion import Change
from svcforge.model.elements import Operation
from svcforge.model.scope import Binding, Origin
from svcforge.model.signature import Signature, signature
from svcforge.model.unmapped import problems
from svcforge.source.finding import dotted

HEAD = "svcforge: 1\nsystem: s\n"


def written(services: str, more: str = "") -> Blueprint:
    """A blueprint whose context `c` has these services (flow mappings, one a line: `orders: {...}`)."""
    lines = "".join(f"      {line}\n" for line in services.strip().splitlines())
    loaded = load_text(f"{HEAD}{more}contexts:\n  c:\n    services:\n{lines}")
    assert loaded.blueprint is not None, [f"{f.code} {f.message} {dotted(f.path)}" for f in loaded.findings]
    return loaded.blueprint


def operation(blueprint: Blueprint, name: str) -> Operation:
    """`service.operation`."""
    found = blueprint.operation(*name.split("."))
    assert found is not None
    return found


def sig(blueprint: Blueprint, name: str) -> Signature:
    """The signature of `service.operation`."""
    return signature(blueprint, operation(blueprint, name))


def inputs(blueprint: Blueprint, name: str, *, token: bool | None = None) -> list[str]:
    """What a caller gives: `name`, `name?` when it may be left out; by the operation's own API unless `token` says."""
    found = sig(blueprint, name)
    known = found.operation.http is not None if token is None else token
    return [i.name if i.required else f"{i.name}?" for i in found.asked(token=known)]


def shown(bindings: tuple[Binding, ...]) -> dict[str, str]:
    """What fills each need: `entity.total`, `=literal`, `answer(authorize).approved as parse`; a problem in !."""
    return {b.need.name: _shown(b) for b in bindings if b.source or b.problem}


def _shown(binding: Binding) -> str:
    source = binding.source
    if source is None:
        return f"!{binding.problem}"
    if source.origin is Origin.LITERAL:
        return f"={source.value}"
    of = f"({source.name})" if source.name else ""
    change = source.conversion.change
    said = "" if change is Change.SAME else f" as {change}"
    return ".".join((f"{source.origin}{of}", *source.path)).replace(".[]", "[]") + said


def fields(blueprint: Blueprint, name: str) -> dict[str, str]:
    """What fills the entity of `service.operation`."""
    return shown(of_operation(blueprint, operation(blueprint, name)).fields)


def calls(blueprint: Blueprint, name: str) -> list[dict[str, str]]:
    """What fills the inputs of each call of `service.operation`."""
    return [shown(call) for call in of_operation(blueprint, operation(blueprint, name)).calls]


def events(blueprint: Blueprint, name: str) -> list[dict[str, str]]:
    """What fills the fields of each event that `service.operation` emits."""
    return [shown(filled) for _, filled in of_operation(blueprint, operation(blueprint, name)).events]


def complaints(blueprint: Blueprint) -> list[str]:
    """Every problem as `place: message`, the place without the context."""
    return [f"{dotted(p.path).removeprefix('contexts.c.services.')}: {p.message}" for p in problems(blueprint)]
