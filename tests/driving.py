"""A generated system as its user has it: svcforge's commands, and HTTP."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")
ANSWER_LIMIT_S = 30.0


class CommandFailed(Exception):
    """svcforge ended with another exit code than 0; the message holds all it printed."""


class Late(Exception):
    """What was waited for did not come."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: headers by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    @property
    def problem(self) -> tuple[int, str]:
        """Status and type of a problem; fails when it is none."""
        assert self.headers.get("content-type") == "application/problem+json", f"{self.status} {self.body!r}"
        assert self.json["status"] == self.status
        return self.status, self.json["type"]


@dataclass(frozen=True, slots=True)
class Api:
    """A place to send requests to."""

    url: str

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request on a connection of its own; `body` is sent as JSON."""
        place = urlsplit(self.url)
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None:
            sent["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=ANSWER_LIMIT_S)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()


@dataclass(frozen=True, slots=True)
class Part:
    """A part as `svcforge status` shows it."""

    name: str
    kind: str
    state: str
    url: str
    pid: int | None
    restarts: int
    detail: str


class System:
    """What was generated into a folder; `env` is added to the environment of svcforge."""

    def __init__(self, root: Path, env: Mapping[str, str] | None = None) -> None:
        self.root = root
        self._env = {**os.environ, "NO_COLOR": "1", "COLUMNS": "80", **(env or {})}

    def run(self, *words: str, heard: Callable[[str], None] = lambda line: None) -> str:
        """Run svcforge in the folder; what it prints, of which each line is `heard` as it comes."""
        process = subprocess.Popen(
            [sys.executable, "-m", "svcforge", *words],
            cwd=self.root,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines = []
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            heard(line.rstrip("\n"))
        text = "".join(lines)
        if code := process.wait():
            raise CommandFailed(f"svcforge {' '.join(words)}: exit code {code}\n{text}")
        return text

    def parts(self) -> dict[str, Part]:
        """All parts by name, as they are now."""
        told = json.loads(self.run("status", "--json"))
        return {part["name"]: Part(**{name: part[name] for name in Part.__slots__}) for part in told["parts"]}

    def api(self, part: str = "gateway") -> Api:
        """Where a part answers."""
        return Api(self.parts()[part].url)

    def token(self, subject: str, scope: str) -> str:
        """A token as `svcforge token` gives it."""
        return self.run("token", "--sub", subject, "--scope", scope).strip()

    def logs(self, part: str) -> list[dict[str, Any]]:
        """The JSON lines that a part has logged since it last was started."""
        texts = (line.partition("{") for line in self.run("logs", part).splitlines())
        return [json.loads(brace + rest) for _, brace, rest in texts if brace]


def eventually(look: Callable[[], T | None], what: str, *, within: float = 30.0) -> T:
    """The first thing that `look` gives but None and False, asked at growing intervals; raises Late."""
    end, pause = time.monotonic() + within, 0.05
    while True:
        found = look()
        if found is not None and found is not False:
            return found
        if time.monotonic() > end:
            raise Late(f"{what}: not in {within:g} s")
        time.sleep(pause)
        pause = min(1.0, pause * 1.5)
