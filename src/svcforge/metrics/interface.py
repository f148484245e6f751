"""How alike the operations of a service are, in what they take and what they answer: whether its interface is one thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from svcforge.lint.context import Indexes
from svcforge.metrics.usage import offered
from svcforge.model.elements import Operation
from svcforge.model.signature import Output, signature
from svcforge.model.types import Type


@dataclass(frozen=True, slots=True)
class Alike:
    """The interface of a service in figures: `sidc` is None where nothing is taken. Both are shares from 0 to 1."""

    sidc: float | None
    lomc: float


@dataclass(frozen=True, slots=True)
class _Message:
    """What an operation takes, by name and by type, and the type of what it answers."""

    names: frozenset[str]
    types: frozenset[Hashable]
    answer: Hashable


def alike(indexes: Indexes) -> Mapping[str, Alike]:
    """The figures of each business service that offers two operations or more: with fewer there is nothing to compare.

    Operations are those that others may ask for, as for SIUC; inputs those that a caller gives.
    """
    found: dict[str, Alike] = {}
    for name, operations in offered(indexes).items():
        service = indexes.blueprint.services[name]
        messages = [_message(indexes, service.operations[o]) for o in operations if o in service.operations]
        if len(messages) > 1:
            found[name] = Alike(data_cohesion(m.types for m in messages), message_cohesion_lacking(messages))
    return found


def data_cohesion(taken: Iterable[frozenset[Hashable]]) -> float | None:
    """SIDC, service interface data cohesion: types that two operations or more take, of all types that are taken.

    (Perepletchikov, Ryan, Frampton 2007; as CIMET computes it.) 1 where no operation takes a type of its own.
    """
    uses = Counter(type_ for types in taken for type_ in types)
    return sum(number > 1 for number in uses.values()) / len(uses) if uses else None


def message_cohesion_lacking(messages: list[_Message]) -> float:
    """LoMC, lack of message-level cohesion: the mean over pairs of operations of `1 - (in + out) / 2`.

    (Athanasopoulos, Zarras, Miskos, Issarny, Vassiliadis 2015; as CIMET computes it.) `in` is the share of inputs that
    two operations have in common by name of those of both, 1 where neither takes any; `out` is 1 where both answer
    with the same type. Quadratic only in the different inputs that one service's operations take.
    """
    pairs = len(messages) * (len(messages) - 1) / 2
    answers = sum(map(_pairs, Counter(message.answer for message in messages).values()))
    taken = Counter(message.names for message in messages)
    inputs: float = sum(map(_pairs, taken.values()))
    inputs += sum(
        len(a & b) / len(a | b) * number * other for (a, number), (b, other) in combinations(taken.items(), 2)
    )
    return 1 - (inputs + answers) / 2 / pairs


def _pairs(number: int) -> int:
    return number * (number - 1) // 2


def _message(indexes: Indexes, operation: Operation) -> _Message:
    known = signature(indexes.blueprint, operation)
    inputs = known.asked(token=operation.http is not None)
    return _Message(frozenset(i.name for i in inputs), frozenset(_named(i.type) for i in inputs), _answer(known.output))


def _answer(output: Output) -> Hashable:
    own = _named(output.type) if output.type else None
    return output.shape, own, frozenset((name, _named(type_)) for name, type_ in output.fields.items())


def _named(type_: Type) -> Hashable:
    """What a type is called, without its modifiers and its range: `optional text 1..100` is a `text`."""
    return tuple(_parts(type_))


def _parts(type_: Type) -> Iterator[Hashable]:
    yield from (type_.kind, type_.service, type_.name, type_.choices)
    if type_.of is not None:
        yield _named(type_.of)
