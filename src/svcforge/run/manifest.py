"""What `run.json` says, checked: the parts of a generated system and how each is installed and started."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from svcforge.errors import SvcforgeError
from svcforge.run.layout import RESERVED

NAME = "run.json"
VERSION = 1


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not path or path.startswith("/") or "\\" in path or "\0" in path or ":" in path or ".." in parts:
        raise ValueError("must be a path inside the system's own folder")
    return path


def _free_name(name: str) -> str:
    if name in RESERVED:
        raise ValueError("is a name that svcforge keeps for itself")
    return name


Name = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100), AfterValidator(_free_name)
]
Inside = Annotated[str, AfterValidator(_inside)]
Port = Annotated[int, Field(ge=1024, le=65535)]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Route = Annotated[str, StringConstraints(pattern=r"^/[\x21-\x7e]*$")]
Command = Annotated[tuple[str, ...], Field(min_length=1)]


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True)


class Jwt(_Read):
    """Who issues the tokens that the gateway accepts, and for whom."""

    issuer: str
    audience: str


class Broker(_Read):
    """The message broker: `definitions` is a file of `folder` in RabbitMQ's own format."""

    name: Name
    engine: Literal["rabbitmq"]
    port: Port
    folder: Inside
    definitions: Inside


class External(_Read):
    """A system that is not ours: the variable with its address, and the file that plays it when that is not set."""

    name: Name
    env: Variable
    port: Port
    stand_in: Inside


class Drain(_Read):
    """How a part stops taking requests: paths on its admin port.

    `post` is asked once. `busy` then answers with lines that end in a number; the part has drained when all are 0.
    """

    post: Route
    busy: Route


class Part(_Read):
    """A process of the system.

    `admin` is a second port, for `${admin}` and `drain`; `settings` are variables that the user's environment gives.
    """

    name: Name
    kind: Literal["service", "bff", "gateway"]
    folder: Inside
    port: Port
    admin: Port | None = None
    drain: Drain | None = None
    after: tuple[Name, ...] = ()
    tools: tuple[str, ...] = ()
    install: tuple[Command, ...] = ()
    migrate: tuple[Command, ...] = ()
    run: Command
    health: Route
    database: Name | None = None
    env: dict[Variable, str] = {}
    settings: tuple[Variable, ...] = ()
    files: tuple[Inside, ...] = ()

    @model_validator(mode="after")
    def _can_drain(self) -> Part:
        if self.drain and self.admin is None:
            raise ValueError('"drain" needs an "admin" port')
        return self


class System(_Read):
    """All of `run.json`."""

    version: int
    system: Name
    jwt: Jwt | None = None
    broker: Broker | None = None
    externals: tuple[External, ...] = ()
    parts: tuple[Part, ...]

    @model_validator(mode="after")
    def _distinct(self) -> System:
        seen: set[str] = set()
        for name in self.names:
            if name in seen:
                raise ValueError(f'two parts are called "{name}"')
            seen.add(name)
        for part in self.parts:
            for other in part.after:
                if other not in seen:
                    raise ValueError(f'"{part.name}" starts after "{other}", which is no part')
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """All that may run, in the order of the file: broker, externals, parts."""
        broker = (self.broker.name,) if self.broker else ()
        return (*broker, *(external.name for external in self.externals), *(part.name for part in self.parts))


def read(root: Path) -> System:
    """The system generated into `root`; raises SvcforgeError when there is none, or it cannot be used."""
    path = root / NAME
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise SvcforgeError("no generated system here", "run `svcforge generate` first") from None
    except OSError as error:
        raise SvcforgeError(f'cannot read "{path}": {error.strerror}') from None
    try:
        system = System.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "file"
        message = f'"{path}" cannot be used: {place}: {first["msg"].removeprefix("Value error, ")}'
        raise SvcforgeError(message, "run `svcforge generate` again") from None
    if system.version != VERSION:
        raise SvcforgeError(
            f'"{path}" is of version {system.version}, this svcforge reads version {VERSION}',
            "run `svcforge generate` again, with this svcforge",
        )
    return system
