"""How a written value becomes a typed one: pydantic annotations that read text, words, shorthands and literals."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, GetCoreSchemaHandler, GetJsonSchemaHandler, Tag
from pydantic_core import PydanticCustomError, core_schema

from svcforge.load import grammar
from svcforge.load.grammar import Bad
from svcforge.load.words import choices, nearest
from svcforge.model.elements import Http, RateLimit
from svcforge.model.literal import plain
from svcforge.model.types import Type

JsonSchema = dict[str, Any]

UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control and bidi characters: nobody sees them, so nobody may write them."""


class Element(BaseModel):
    """What every mapping of the language is: its keys are known, and nothing is changed after reading.

    One validator is built, that of the whole document. So a default is made by `model_construct`: a call would build
    another one, for its class alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, defer_build=True)


def custom(message: str, hint: str) -> PydanticCustomError:
    """An error with our own words, which the problem reporter takes as they are."""
    return PydanticCustomError("svcforge", "{message}", {"message": message, "hint": hint})


class Reads:
    """An annotation: the value is read from a scalar by a function that raises `Bad`."""

    def __init__(self, parse: Callable[[str], Any], schema: JsonSchema) -> None:
        self.parse, self.schema = parse, schema

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Take the scalar as text, and nothing else."""
        return core_schema.no_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> JsonSchema:
        """What an editor may complete."""
        return dict(self.schema)

    def _read(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise custom(f"expected a word, found {kind_of(value)}", "write a single value")
        try:
            return self.parse(value)
        except Bad as bad:
            raise custom(bad.message, bad.hint) from None


class ReadsAny(Reads):
    """An annotation: the value is read from whatever is written there."""

    def _read(self, value: Any) -> Any:
        try:
            return self.parse(value)
        except Bad as bad:
            raise custom(bad.message, bad.hint) from None


class Shorthand:
    """An annotation: a scalar (or a list, with `lists`) stands for a mapping with that one key."""

    def __init__(self, key: str, *, lists: bool = False) -> None:
        self.key, self.lists = key, lists

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Expand the short form, then read the long one."""
        return core_schema.no_info_before_validator_function(self._expand, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> JsonSchema:
        """Either form."""
        short: list[JsonSchema] = [{"type": "string"}]
        if self.lists:
            short.append({"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 1})
        return {"anyOf": [*short, handler(schema)]}

    def _expand(self, value: Any) -> Any:
        if isinstance(value, str) and value:
            return {self.key: value}
        return {self.key: value} if self.lists and isinstance(value, list) else value


def shape_of(value: Any) -> str:
    """The tag of a written value's shape, which chooses between the forms that a place allows."""
    if isinstance(value, str) and value:
        return "word"
    return "list" if isinstance(value, list) else "mapping"


def event_shape(value: Any) -> str:
    """Whether an event is written as its fields, or as several versions."""
    several = isinstance(value, dict) and list(value) == ["versions"] and isinstance(value["versions"], dict)
    return "versions" if several else "mapping"


def operation_shape(value: Any) -> str:
    """Whether an operation is written as itself, or as several versions."""
    return OF_VERSIONS if isinstance(value, dict) and "versions" in value else "mapping"


def kind_of(value: Any) -> str:
    """What a written value is, for a message."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f'"{value}"' if value != "" else "nothing"


def text(value: str) -> str:
    """Text for people: not empty, no character that cannot be seen."""
    if not value:
        raise Bad("the text is missing", "write something, or remove the key")
    if not value.isprintable() and (match := UNSEEN.search(value)):
        raise Bad(f'the text holds the character "U+{ord(match[0]):04X}", which cannot be seen', "remove it")
    return str(value)


def one_of(*known: str) -> Reads:
    """A word of a closed vocabulary."""

    def word(value: str) -> str:
        if value not in known:
            close = nearest(value, known)
            hint = f'did you mean "{close}"? ' if close else ""
            raise Bad(
                f'"{value}" is not known here' if value else "a word is missing", f"{hint}write one of {choices(known)}"
            )
        return str(value)

    return Reads(word, {"enum": list(known)})


def suggested(*known: str) -> Reads:
    """A word that usually is one of those; whether it may be another depends on the blueprint's `packs`."""
    return Reads(text, {"type": "string", "examples": list(known)})


def _fixed(word: str) -> Callable[[str], str]:
    def same(value: str) -> str:
        if value != word:
            raise Bad(f'"{value}" is not "{word}"', f'write "{word}"')
        return value

    return same


def _idempotent(value: str) -> str:
    if value != "by key" and not re.fullmatch(r"by field [a-z][a-z0-9_]*", value):
        raise Bad(f'"{value}" does not say by what', 'write "by key", or "by field <name>" with a unique field')
    return str(value)


def _retries(value: str) -> int:
    return -1 if value == "unlimited" else grammar.whole(value)


def _schedule(value: str) -> str:
    if match := re.fullmatch(r"every (\S+)", value):
        if grammar.duration(match[1]) < 1000:
            raise Bad(f'"{value}" is more often than once a second', "write every 1s or longer")
    elif match := re.fullmatch(r"daily (\d\d):(\d\d)", value):
        if int(match[1]) > 23 or int(match[2]) > 59:
            raise Bad(f'"{value}" names no time of day', "write daily 03:00")
    elif value not in ("hourly", "daily", "weekly", "monthly"):
        _cron(value)
    return str(value)


_CRON = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def _cron(value: str) -> None:
    fields = value.split()
    if len(fields) != 5:
        raise Bad(
            f'"{value}" is no schedule',
            "write every 15m, daily 03:00, monthly, or a cron line of five fields in quotes",
        )
    for entry, (low, high) in zip(fields, _CRON, strict=True):
        for item in entry.split(","):
            match = re.fullmatch(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?", item)
            numbers = [int(n) for n in match.groups()[:2] if n] if match else []
            if (
                match is None
                or any(not low <= n <= high for n in numbers)
                or match[3] == "0"
                or numbers != sorted(numbers)
            ):
                raise Bad(
                    f'"{item}" in "{value}" is no field of a cron line',
                    f"write numbers from {low} to {high}, *, a-b or */n",
                )


BY_SHAPE = Discriminator(shape_of)
BY_EVENT_SHAPE = Discriminator(event_shape)
OF_VERSIONS = "of versions"
"""No key is called so: `versions` would be taken for the key where an error's place is read (problems.real_path)."""
BY_OPERATION_SHAPE = Discriminator(operation_shape)
WORD, LIST, MAPPING, VERSIONS = Tag("word"), Tag("list"), Tag("mapping"), Tag("versions")
OPERATION_VERSIONS = Tag(OF_VERSIONS)

Text = Annotated[str, Reads(text, {"type": "string"})]
Flag = Annotated[bool, Reads(grammar.flag, {"type": "boolean"})]
Whole = Annotated[int, Reads(grammar.whole, {"type": "integer", "minimum": 0})]
Duration = Annotated[int, Reads(grammar.duration, {"type": "string", "pattern": grammar.DURATION_PATTERN})]
Share = Annotated[float, Reads(grammar.share, {"type": "string", "pattern": grammar.SHARE_PATTERN})]
HttpLine = Annotated[Http, Reads(grammar.http, {"type": "string", "pattern": grammar.HTTP_PATTERN})]
Rate = Annotated[RateLimit, Reads(grammar.rate_limit, {"type": "string", "pattern": grammar.RATE_PATTERN})]
Otherwise = Annotated[tuple[int, str], Reads(grammar.otherwise, {"type": "string", "pattern": "^4[0-9][0-9] "})]
Idempotent = Annotated[str, Reads(_idempotent, {"type": "string", "pattern": "^by (key|field [a-z][a-z0-9_]*)$"})]
Retries = Annotated[int, Reads(_retries, {"anyOf": [{"type": "integer", "minimum": 0}, {"const": "unlimited"}]})]
Schedule = Annotated[str, Reads(_schedule, {"type": "string", "examples": ["every 15m", "daily 03:00", "monthly"]})]
Version = Annotated[str, Reads(_fixed("1"), {"const": 1})]
TypeText = Annotated[
    Type,
    ReadsAny(
        grammar.type_of,
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 1}]},
    ),
]
TypeWord = Annotated[Type, Reads(grammar.type_of, {"type": "string"})]
Raw = Annotated[Any, ReadsAny(lambda value: value, {})]
"""A literal whose type its place gives, later."""
Literal = Annotated[Any, ReadsAny(plain, {})]
"""Free data: plain scalars by YAML 1.2's core schema."""


def _free(kind: type, name: str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if not isinstance(value, kind):
            raise Bad(f"expected {name}, found {kind_of(value)}", f"write {name}")
        return plain(value)

    return read


FreeMapping = Annotated[dict[str, Any], ReadsAny(_free(dict, "a mapping"), {"type": "object"})]
FreeList = Annotated[list[Any], ReadsAny(_free(list, "a list"), {"type": "array"})]
