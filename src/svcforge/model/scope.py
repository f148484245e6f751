"""What is in scope where a value is needed, and what a name there means (blueprint.md, "Where values come from")."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from svcforge.frozen import frozen
from svcforge.model.blueprint import Blueprint
from svcforge.model.conversion import SAME, Change, Conversion, conversion
from svcforge.model.literal import Misfit, typed
from svcforge.model.record import Record, record, refers_to
from svcforge.model.types import TEXT, Kind, Type, fits, listed


class Origin(StrEnum):
    """Where a value comes from."""

    INPUT = "input"
    ENTITY = "entity"
    TOKEN = "token"
    ANSWER = "answer"
    EVENT = "event"
    GIVEN = "given"
    """What a saga's step was given, as its `undo` sees it."""
    PATH = "path"
    QUERY = "query"
    BODY = "body"
    PART = "part"
    LITERAL = "literal"


EACH = "[]"
"""The step of a path that goes on with each element of a list."""


@frozen()
class Source:
    """Where a value comes from, resolved.

    `name` is the call's or step's alias, the part's name, or the claim; `path` the fields from there on, `EACH`
    where a list's elements are meant (`order.lines[].product`); `value` a literal as JSON data.
    `type` is what stands there, in the names of the service `home`.
    """

    origin: Origin
    name: str = ""
    path: tuple[str, ...] = ()
    value: Any = None
    type: Type = TEXT
    home: str | None = None
    conversion: Conversion = SAME


@frozen()
class Need:
    """A value that is needed: by what name and type (in the names of the service `home`), and whether it must be there.

    `key_of` is the record whose key it is: an Order's `id` goes by the name `order`.
    """

    name: str
    type: Type
    required: bool
    home: str | None = None
    key_of: Record | None = None


@frozen()
class Binding:
    """A need and what fills it: a source, nothing (it stays out), or a problem (a message, None when all is well)."""

    need: Need
    source: Source | None
    problem: str | None = None
    explicit: bool = False


@frozen()
class Known:
    """Something in scope: where it is, its type in the names of `home`, its fields when it is a record.

    `fields` are the elements' when it is a list of records. `id_of` is the record's name when it is that record's id
    under the plain name `id`, so that it fills no other's.
    """

    source: Source
    fields: Mapping[str, Type] | None = None
    textual: bool = False
    id_of: str | None = None


Layer = Callable[[str], Known | None]
"""What a name means in one part of a scope, if anything."""


@dataclass(slots=True)
class Scope:
    """Layers of names, the first one that knows a name winning; `roots` are what stands before a dot (`authorize.approved`).

    `open` maps roots whose fields are whatever is asked for (`token`, a BFF's `query` and `body`) to their origin;
    `closed` says why a root is not there. Layers are asked, not listed: most of what is in scope is never needed.
    """

    blueprint: Blueprint
    layers: list[Layer] = field(default_factory=list)
    roots: dict[str, Known] = field(default_factory=dict)
    open: dict[str, Origin] = field(default_factory=dict)
    closed: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, known: Known) -> None:
        """Put one name in scope."""
        self.layers.append(lambda asked: known if asked == name else None)

    def add_fields(self, origin: Origin, types: Mapping[str, Type], home: str | None, name: str = "") -> None:
        """Put fields in scope by name: an event's, an answer's (of the call or step `name`)."""

        def layer(asked: str) -> Known | None:
            type_ = types.get(asked)
            return None if type_ is None else Known(Source(origin, name, (asked,), type=type_, home=home))

        self.layers.append(layer)

    def add_record(
        self,
        origin: Origin,
        found: Record,
        name: str = "",
        shown: Mapping[str, Type] | None = None,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        """Put a record's columns in scope, and its id under the record's own name.

        Args:
            shown: the columns that are there, where not all are.
            hidden: columns that are not there yet.
        """
        types = found.types if shown is None else shown

        def layer(asked: str) -> Known | None:
            column = asked if asked in types else found.key if asked == found.alias else ""
            if column not in types or column in hidden:
                return None
            source = Source(origin, name, (column,), type=types[column], home=found.home(column))
            return Known(source, id_of=found.name if asked == "id" else None)

        self.layers.append(layer)

    def lookup(self, name: str) -> Known | None:
        """What a name means here, if anything."""
        for layer in self.layers:
            known = layer(name)
            if known is not None:
                return known
        return None

    def find(self, need: Need) -> Known | None:
        """What the need's own name means here, if anything."""
        owner = need.key_of
        if owner is None or need.name != "id":
            return self.lookup(need.name)
        known = self.lookup(owner.alias)
        if known is None:
            known = self.lookup(need.name)
            return known if known and known.id_of in (None, owner.name) else None
        return known

    def named(self, text: str) -> Known | str:
        """What a source as written means (`total`, `token.sub`, `order.lines[].product`), or why it means nothing."""
        steps = tuple(_steps(text))
        head = steps[0] if steps else ""
        plain = self.lookup(head)
        if len(steps) == 1 and plain is not None:
            return plain
        if head in self.closed:
            return self.closed[head]
        if head in self.open:
            if text in self.roots:
                return self.roots[text]
            if len(steps) < 2 or EACH in steps:
                return f'"{text}" names no field of "{head}"'
            return Known(Source(self.open[head], path=(".".join(steps[1:]),)), textual=True)
        for length in (2, 1):
            root = self.roots.get(".".join(steps[:length]))
            if root is not None and len(steps) >= length:
                return self._walk(root, steps[length:], text)
        if plain is not None:
            return self._walk(plain, steps[1:], text)
        return f'"{head}" of "{text}" is not in scope' if len(steps) > 1 else f'"{text}" is not in scope'

    def _walk(self, start: Known, steps: tuple[str, ...], text: str) -> Known | str:
        """Down from a known value by fields and into lists; a list is passed with `[]` and gives a list."""
        type_, fields, home = start.source.type, start.fields, start.source.home
        optional, listing = type_.optional, False
        for step in steps:
            if step == EACH:
                if type_.kind is not Kind.LIST or type_.of is None:
                    return f'"{text}" has "[]" after what is no list'
                type_, listing = type_.of, True
                continue
            if type_.kind is Kind.LIST:
                return f'"{step}" of "{text}" is in a list: write [] after what stands before it'
            within = fields if fields is not None else fields_of(self.blueprint, type_, home)
            if within is None or step not in within:
                return f'"{step}" of "{text}" is no field of what stands before it'
            type_, fields = within[step], None
            optional = optional or (type_.optional and not listing)
        if listing:
            type_, fields = listed(type_.bare()), None
        elif optional and type_.kind is not Kind.LIST:
            type_ = replace(type_, optional=True)
        return Known(replace(start.source, path=(*start.source.path, *steps), type=type_), fields, start.textual)


def _steps(text: str) -> Iterator[str]:
    for step in text.split("."):
        bare = step
        while bare.endswith(EACH):
            bare = bare.removesuffix(EACH)
        yield bare
        yield from [EACH] * ((len(step) - len(bare)) // 2)


def fields_of(blueprint: Blueprint, type_: Type, home: str | None) -> Mapping[str, Type] | None:
    """The fields of a value object or an entity as the service `home` names it; None for anything else."""
    if type_.kind is Kind.VALUE:
        return blueprint.shapes(home).get(type_.name)
    if type_.kind is Kind.ENTITY:
        found = record(blueprint, type_.service or home or "", type_.name)
        return found.types if found else None
    return None


def fill(scope: Scope, need: Need, explicit: str | None = None) -> Binding:
    """Fill a need by name, or from the source named in `with`."""
    known = scope.find(need) if explicit is None else scope.named(explicit)
    if isinstance(known, str):
        return Binding(need, None, known, explicit=True)
    if known is None:
        problem = f'nothing gives "{need.name}"' if need.required else None
        return Binding(need, None, problem)
    source = known.source
    if source.origin is Origin.BODY and known.textual:
        # A body is JSON: its field is what is asked for where it is first taken, and that from then on.
        source = replace(source, type=need.type.bare(), home=need.home)
        scope.roots[explicit or need.name] = Known(source)
        return Binding(need, source, explicit=explicit is not None)
    alike = source.home == need.home or source.type.kind is Kind.SCALAR
    if alike and not known.textual and (source.type is need.type or source.type == need.type):
        return Binding(need, source, explicit=explicit is not None)
    own, asked = refers_to(scope.blueprint, source.type, source.home), refers_to(scope.blueprint, need.type, need.home)
    sources, targets = scope.blueprint.shapes(source.home), scope.blueprint.shapes(need.home)
    if source.type.optional and not need.required and not need.type.optional and need.type.default is None:
        asked = replace(asked, optional=True)  # it may stay out, so nothing is as good as no value
    if not fits(own, asked, sources, targets, textual=known.textual):
        if explicit is None and not need.required:
            return Binding(need, None)
        given = "may be missing" if own.optional and not asked.optional else f"is {own}"
        problem = f'"{explicit or shown(source)}" {given}, "{need.name}" wants {asked}'
        return Binding(need, None, problem, explicit=explicit is not None)
    change = _read(asked) if known.textual else conversion(scope.blueprint, own, asked, source.home, need.home)
    return Binding(
        need, source if change is SAME else replace(source, conversion=change), explicit=explicit is not None
    )


def fill_literal(blueprint: Blueprint, need: Need, value: Any) -> Binding:
    """Fill a need with a literal of `set`."""
    try:
        found = typed(value, need.type, blueprint.shapes(need.home))
    except Misfit as misfit:
        return Binding(need, None, f'{misfit}, which "{need.name}" wants', explicit=True)
    return Binding(need, Source(Origin.LITERAL, value=found, type=need.type, home=need.home), explicit=True)


def shown(source: Source) -> str:
    """A source as a user would write it."""
    head = source.name or (source.origin.value if source.origin in _ROOTED else "")
    return ".".join(step for step in (head, *source.path) if step and step != EACH)


_ROOTED = (Origin.TOKEN, Origin.PATH, Origin.QUERY, Origin.BODY)


def _read(target: Type) -> Conversion:
    plainly = target.kind is Kind.SCALAR and target.name in ("text", "email", "url")
    return SAME if plainly else Conversion(Change.PARSE)
