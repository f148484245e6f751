"""The card of a pack, `pack.yaml`: what it renders, for what, with which abilities, and how the result is run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from svcforge.errors import SvcforgeError
from svcforge.source import tree, yaml

Kind = Literal["stack", "platform"]
"""A stack makes a service's code; a platform makes what stands around the services."""

Scope = Literal["system", "context", "service", "gateway", "store", "broker", "collector"]
"""What a pack is rendered once for each of; of what a collector sends to there is only the card."""

FileKind = Literal["managed", "once", "owned"]
"""Who a generated file belongs to: merged with the user's edits, the user's once written, or always ours."""

HOLE = re.compile(r"\{\{\s*([a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*)\s*\}\}")


def _truth(value: object) -> object:
    """Scalars come as text from `source.yaml`; only the two spellings of YAML 1.2 are truth values."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _folder(value: str) -> str:
    bare = HOLE.sub("x", value)
    if "{" in bare or "}" in bare:
        raise ValueError("must be a folder with holes like {{ service.name }} and nothing else between braces")
    return value


def _scalars(value: object) -> object:
    """Plain scalars as YAML 1.2 means them: truth values and whole numbers; what is quoted is text."""
    if isinstance(value, Mapping):
        return {str(key): _scalars(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_scalars(item) for item in value]
    if isinstance(value, str) and not isinstance(value, tree.Quoted):
        return int(value) if re.fullmatch("-?[0-9]+", value) else _truth(value)
    return value


OneOf = Annotated[tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)]
"""A name, or several of which one will do."""

Truth = Annotated[bool, BeforeValidator(_truth)]
Globs = tuple[Annotated[str, Field(min_length=1)], ...]
Command = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Files(_Strict):
    """Which rendered files are of which kind, as globs (`*` within a folder, `**` across folders).

    `logic` is where the user writes an operation's logic, with holes ({{ service.package }}, {{ logic.file }}).
    """

    managed: Globs = ("**",)
    once: Globs = ()
    owned: Globs = ()
    logic: Annotated[str, Field(min_length=1)] | None = None


class Drain(_Strict):
    """How a part stops taking requests, by paths on its second port: one to post to, one whose numbers fall to zero."""

    post: Annotated[str, Field(pattern="^/")]
    busy: Annotated[str, Field(pattern="^/")]


class Do(_Strict):
    """How what was rendered is installed, migrated, run and tested: argument lists, never a shell.

    Arguments and values of `env` may have holes for facts ({{ service.package }}) and for what only `up` knows
    (${port}). `files` are copied to the part's own state with the latter filled in.
    """

    install: Command | None = None
    migrate: Command | None = None
    run: Command | None = None
    test: tuple[Command, ...] = ()
    health: Annotated[str, Field(pattern="^/")] | None = None
    env: dict[Annotated[str, Field(pattern="^[A-Za-z_][A-Za-z0-9_]*$")], str] = Field(default_factory=dict)
    files: Globs = ()
    drain: Drain | None = None


class Taken(_Strict):
    """Names that the code around what a blueprint names has taken already, by what would clash with them.

    What a blueprint calls so is called a little differently in the code; on the wire it keeps its name.
    """

    classes: Globs = ()
    functions: Globs = ()
    packages: Globs = ()
    fields: Globs = ()


class Component(_Strict):
    """A Kustomize component among what a pack makes, which the overlays of Kubernetes take in.

    `folder` is where it is from `into`; `where` is what must be there in the system for it; `overlays` are those that
    take it in, all where it is empty.
    """

    folder: Annotated[str, Field(min_length=1)] = "."
    where: Literal["always", "releases", "sidecars", "servers", "databases", "externals"] = "always"
    overlays: Globs = ()


Signal = Literal["traces", "logs", "metrics"]
"""What a collector takes in and sends on."""

Exporter = Annotated[dict[str, Any], BeforeValidator(_scalars)]
"""What an exporter of the OpenTelemetry Collector is told; `${env:NAME:-value}` is for the environment to say."""


Asked = Literal["parts", "sources", "backends", "gateway", "broker", "store"]
"""Services and BFFs; whatever Grafana can ask; what a collector sends to; what else of the system runs in containers."""


class Server(_Strict):
    """How something that watches a system runs in a container beside it, for development.

    Args:
        files: folders of the system by where they are in the container.
        where: the engine of databases or of a broker without which it has nothing to do.
        environment: its variables, `${store}` being the database server's name, `${reader}` who reads its statistics.
        secrets: files below `/run/secrets`: `made` here at random, or `given` by the user, who may leave them empty;
            `receivers` are those of everybody who is told of alerts; `reader` is the password of a role that may read
            the statistics of the database server, and nothing else.
        env: what a collector beside it is told, `${host}` being its name.
        asks: to whom it speaks, besides other servers by their names.
        takes: whether services and BFFs send it what they tell of themselves.
        logs: the port on which it takes what the containers log, in Fluentd's format.
        screen: the port of its pages.
        data: the folder that it keeps.
        source: how Grafana asks it: the type of its data source, and the port.
        health: how it is asked whether it is well, where the `image` does not say so itself; one without a shell has
            nothing to ask it with, and nobody waits for it.
    """

    image: Annotated[str, Field(min_length=1)]
    where: str | None = None
    user: Annotated[str, Field(pattern=r"^[1-9][0-9]*:[0-9]+$")] = "10001:10001"
    command: Globs = ()
    environment: dict[str, str] = Field(default_factory=dict)
    files: dict[Annotated[str, Field(pattern="^/")], str] = Field(default_factory=dict)
    secrets: dict[str, Literal["made", "given", "receivers", "reader"]] = Field(default_factory=dict)
    env: dict[str, str] = Field(default_factory=dict)
    asks: tuple[Asked | str, ...] = ()
    takes: Truth = False
    logs: Annotated[int, Field(ge=1)] | None = None
    screen: Annotated[int, Field(ge=1)] | None = None
    data: Annotated[str, Field(pattern="^/")] | None = None
    source: dict[Literal["type", "port"], str] | None = None
    health: Command | Literal["image"] | None = None
    memory: str = "512M"


class Sidecar(_Strict):
    """A sidecar that a pack knows by its name: it ships the lines of the file that the service beside it logs to."""

    image: Annotated[str, Field(min_length=1)]
    command: Command | None = None
    args: Command | None = None
    config: Annotated[str, Field(pattern="^/")]


Place = Literal["gateway", "broker", "mesh", "deploy", "metrics", "tracing", "logs"]
"""A place of `platform` that packs fill."""

Beside = Place | Literal["collector"]
"""What a pack may stand beside: whatever fills a place, or whatever a collector sends to."""


EVERYTHING = "*"
"""An ability that stands for all: of a template without a card nobody knows what it cannot do."""


class Card(_Strict):
    """The card: everything svcforge knows about a pack without reading its templates."""

    pack: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    extends: str | None = None
    kind: Kind
    unit: Scope
    context: Annotated[int, Field(ge=1)] = 1
    needs: dict[str, OneOf] = Field(default_factory=dict)
    can: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    about: str = ""
    into: Annotated[str, BeforeValidator(_folder)]
    files: Files = Files()
    literals: Truth = False
    sections: Globs = ()
    beside: tuple[Beside, ...] = ()
    components: tuple[Component, ...] = ()
    exporters: dict[Signal, dict[str, Exporter]] = Field(default_factory=dict)
    secrets: dict[Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")], str] = Field(default_factory=dict)
    servers: dict[str, Server] = Field(default_factory=dict)
    sidecars: dict[str, Sidecar] = Field(default_factory=dict)
    renames: dict[str, str] = Field(default_factory=dict)
    tools: tuple[dict[Literal["pypi", "npm"], str], ...] = ()
    taken: Taken = Taken()
    do: Do = Do()

    def folder(self, facts: Mapping[str, Any]) -> str:
        """Where one render lands: `into` with its holes filled from the facts.

        Raises SvcforgeError when the facts have no such value.
        """

        def value(hole: re.Match[str]) -> str:
            found: Any = facts
            for key in hole[1].split("."):
                if not isinstance(found, Mapping) or key not in found:
                    raise SvcforgeError(f'pack "{self.pack}": "into" asks for "{hole[1]}", which is not in the facts')
                found = found[key]
            return str(found)

        return HOLE.sub(value, self.into)


def read_card(text: str, file: str, bases: Callable[[str, str | None], Card] | None = None) -> Card:
    """The card in the text of a `pack.yaml`.

    Args:
        file: what messages call it.
        bases: from the name in `extends`, and the `kind` if the card says one, to the card of that pack, whose values
            hold where this one has none; None where a card stands alone.

    Raises SvcforgeError naming file, line and key.
    """
    document = yaml.read_text(text, file)
    for finding in document.findings:
        line = f" line {finding.span.line}" if finding.span else ""
        raise SvcforgeError(f'"{file}"{line}: {finding.message}', finding.hint or "")
    if not isinstance(document.data, dict):
        raise SvcforgeError(f'"{file}" is not a card', 'begin with "pack: <name>"')
    data: dict[str, Any] = document.data
    base, kind = data.get("extends"), data.get("kind")
    if isinstance(base, str):
        if bases is None:
            raise SvcforgeError(f'"{file}": "extends" is for packs of your own')
        data = bases(base, kind if isinstance(kind, str) else None).model_dump(exclude={"extends"}) | data
    try:
        return Card.model_validate(data)
    except ValidationError as error:
        raise _complaint(error, document.data, file) from None


def _complaint(error: ValidationError, data: object, file: str) -> SvcforgeError:
    """The first thing that is wrong with a card, as a sentence."""
    first = error.errors(include_url=False)[0]
    path = tuple(part for part in first["loc"] if part != "[key]")
    span = tree.span_of(data, path)
    line = f" line {span.line}" if span else ""
    key = ".".join(str(part) for part in path)
    given = f', not "{first["input"]}"' if isinstance(first["input"], str) else ""
    message = _MESSAGES.get(first["type"], "").format(given=given)
    if not message:
        problem = first["msg"].removeprefix("Value error, ").removeprefix("Input should ").removeprefix("be ")
        message = problem if problem.startswith("must ") else f"must be {problem}{given}"
    return SvcforgeError(f'"{file}"{line}: "{key}" {message}')


_MESSAGES = {
    "missing": "is missing",
    "extra_forbidden": "is not a key of a card",
    "bool_type": 'must be "true" or "false"{given}',
    "bool_parsing": 'must be "true" or "false"{given}',
    "int_parsing": "must be a whole number{given}",
    "tuple_type": "must be a list{given}",
    "too_short": "must not be empty",
    "dict_type": "must be a mapping{given}",
    "model_type": "must be a mapping{given}",
    "string_pattern_mismatch": "is not well-formed{given}",
}
