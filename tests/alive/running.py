"""A generated system that runs, and what may happen to it: processes killed or stopped, a broker that is away."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import jwt
from tests.alive.lines import Line, occupied
from tests.driving import Api, CommandFailed, Late, System, eventually

HEALTH_LIMIT_S = 240.0


class Broker(Protocol):
    """The broker of a running system."""

    def away(self, system: Running) -> AbstractContextManager[None]:
        """Nobody reaches it for as long as the context lasts."""


class DevelopmentBroker:
    """The one that `up` starts: killed, and its port taken, so that it cannot come back before its time."""

    @contextmanager
    def away(self, system: Running) -> Iterator[None]:
        port = int(system.url("rabbitmq").rpartition(":")[2])
        system.signal("rabbitmq", signal.SIGKILL)
        with occupied(port):
            yield


class RealBroker:
    """One that the environment names, behind a line that can be cut."""

    def __init__(self, line: Line) -> None:
        self.line = line

    @contextmanager
    def away(self, system: Running) -> Iterator[None]:
        with self.line.cut():
            yield


class Running(System):
    """A system between `up --detach` and `down`."""

    def __init__(self, root: Path, env: Mapping[str, str], broker: Broker) -> None:
        super().__init__(root, env)
        self._broker = broker
        self._disturbed = False
        self._urls = {name: part.url for name, part in self.parts().items()}
        run = json.loads((root / "run.json").read_text(encoding="utf-8"))
        self._jwt: dict[str, str] = run["jwt"] or {}

    def url(self, part: str) -> str:
        """Where a part listens."""
        return self._urls[part]

    def at(self, part: str = "gateway") -> Api:
        """Where a part answers; the gateway is what its users know."""
        return Api(self.url(part))

    def claims(self, subject: str, scope: str = "") -> dict[str, Any]:
        """The claims of a token that is good for five minutes."""
        now = int(time.time())
        base = {"iss": self._jwt["issuer"], "aud": self._jwt["audience"], "iat": now, "exp": now + 300}
        return {**base, "sub": subject, "scope": scope}

    def signed(self, claims: Mapping[str, Any]) -> str:
        """A token signed with the local key, as `svcforge token` and the services do."""
        key = (self.keys / "signing-key.pem").read_bytes()
        [public] = json.loads((self.keys / "jwks.json").read_bytes())["keys"]
        return jwt.encode(dict(claims), key, "RS256", headers={"kid": public["kid"]})

    def bearer(self, subject: str, scope: str) -> str:
        """A good token."""
        return self.signed(self.claims(subject, scope))

    @property
    def keys(self) -> Path:
        """The folder of the local keys."""
        return self.root / ".svcforge" / "run" / "keys"

    def metric(self, part: str, name: str) -> float:
        """The value of a metric, named with its labels as `/metrics` shows it; 0 while it is not there."""
        lines = self.at(part).ask("GET", "/metrics").body.decode().splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.rpartition(" ")[0] == name), 0.0)

    def signal(self, part: str, number: signal.Signals) -> int:
        """Send a signal to the process of a part; its id."""
        found = eventually(lambda: self.parts()[part].pid, f"a process of {part}")
        self._disturbed = True
        os.kill(found, number)
        return found

    def kill(self, part: str) -> None:
        """kill -9; svcforge starts the part again."""
        dead = self.signal(part, signal.SIGKILL)
        eventually(lambda: self.parts()[part].pid != dead, f"the end of {part}")

    @contextmanager
    def frozen(self, part: str) -> Iterator[None]:
        """The part takes connections and answers nothing."""
        self.signal(part, signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(part, signal.SIGCONT)

    @contextmanager
    def without_broker(self) -> Iterator[None]:
        """Nobody reaches the broker."""
        self._disturbed = True
        with self._broker.away(self):
            yield

    def recovered(self) -> None:
        """Wait until every part is healthy, if anything was done to them; raises Late with what is not."""
        if not self._disturbed:
            return

        def look() -> bool | None:
            return all(part.state == "healthy" for part in self.parts().values()) or None

        try:
            eventually(look, "everything healthy", within=HEALTH_LIMIT_S)
        except Late as late:
            ill = {
                name: f"{part.state} {part.detail}" for name, part in self.parts().items() if part.state != "healthy"
            }
            raise Late(f"{late}: {ill}") from None
        self._disturbed = False


@contextmanager
def up(root: Path, env: Mapping[str, str], broker: Broker) -> Iterator[Running]:
    """Run the system in the folder; what it logged is printed when it does not come up."""
    cold = System(root, env)
    try:
        cold.run("up", "--detach", "--timeout", str(HEALTH_LIMIT_S))
        yield Running(root, env, broker)
    finally:
        try:
            cold.run("down")
        except CommandFailed as failure:
            print(failure)
