"""A mesh at work: one real Envoy with what the generated resources become, before stubs that stand for the processes."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.packs.envoy.running import ENVOY, START_LIMIT_S, Answer, ask
from tests.packs.envoy.stub import Stub, stub
from tests.packs.istio.certificates import Authority
from tests.packs.istio.translated import Caller, Mesh, Pod, configured
from tests.packs.kubernetes.cluster import Object, of_kind
from tests.servers import free_port

from svcforge.run import keys
from svcforge.run.manifest import Jwt

REPLICAS = 3
"""Pods of the first release of each part; of every other there is one."""

ATTEMPTS = 5

STRANGER = "stranger"
"""A service account with a certificate of the mesh and no edge to anybody; no Sidecar keeps it from asking."""


@dataclass(frozen=True)
class Driven:
    """A running mesh: whom one may ask through, and the processes behind the sidecars.

    Args:
        through: by caller, the port of its sidecar.
        unscoped: the same as if no Sidecar said what it may know.
        stubs: by pod.
        pods: by part, in the order of their names.
    """

    mesh: Mesh
    through: Mapping[str, int]
    unscoped: Mapping[str, int]
    stubs: Mapping[str, Stub]
    pods: Mapping[str, tuple[Pod, ...]]
    folder: Path
    issuer: Jwt | None

    def ask(
        self, caller: str, part: str, method: str, path: str, headers: Mapping[str, str] | None = None,
        *, scoped: bool = True,
    ) -> Answer:  # fmt: skip
        """A caller asks a part by its name, as the generated clients do."""
        port = (self.through if scoped else self.unscoped)[caller]
        return ask(port, method, path, {"host": f"{part}:8080", "content-length": "0"} | dict(headers or {}))

    def token(self, subject: str, audience: str | None = None, ttl: int = 600) -> dict[str, str]:
        """The header with a token of the issuer."""
        assert self.issuer
        whose = Jwt(issuer=self.issuer.issuer, audience=audience or self.issuer.audience)
        return {"authorization": f"Bearer {keys.token(self.folder, whose, subject, '', ttl)}"}

    def asked(self, part: str) -> dict[str, int]:
        """How often each pod of a part was asked."""
        return {pod.name: len(self.stubs[pod.name].asked) for pod in self.pods[part]}

    def reset(self) -> None:
        """Every process is well and has been asked nothing."""
        for one in self.stubs.values():
            one.reset()


class PortTaken(Exception):
    """Somebody else took a port between its choice and Envoy's start."""


@contextmanager
def driven(objects: tuple[Object, ...], folder: Path, issuer: Jwt | None) -> Iterator[Driven]:
    """Envoy with the configuration of a cluster's objects; with other ports where one of dozens was taken meanwhile."""
    keys.make(folder)
    with ExitStack() as stack:
        for chance in range(ATTEMPTS):
            try:
                it = stack.enter_context(_started(objects, folder, issuer))
                break
            except PortTaken:
                if chance == ATTEMPTS - 1:
                    raise
        yield it


@contextmanager
def _started(objects: tuple[Object, ...], folder: Path, issuer: Jwt | None) -> Iterator[Driven]:
    with ExitStack() as stack:
        stubs: dict[str, Stub] = {}
        pods: dict[str, list[Pod]] = {}
        for name, deployment in of_kind(objects, "Deployment").items():
            template = deployment["spec"]["template"]
            labels, account = template["metadata"]["labels"], template["spec"]["serviceAccountName"]
            part = labels["app.kubernetes.io/name"]
            for number in range(REPLICAS if name == part else 1):
                called = f"{name}-{number}"
                stubs[called] = stack.enter_context(stub())
                pods.setdefault(part, []).append(Pod(called, labels, account, free_port(), stubs[called].port))
        mesh = Mesh(
            objects, [p for those in pods.values() for p in those], (folder / keys.PUBLIC).read_text(), Authority()
        )
        callers = {part: Caller(those[0].labels, those[0].account, free_port()) for part, those in pods.items()}
        unscoped = {name: Caller(one.labels, one.account, free_port(), scoped=False) for name, one in callers.items()}
        unscoped[STRANGER] = Caller({"app.kubernetes.io/name": STRANGER}, STRANGER, free_port(), scoped=False)
        for name in (
            o["metadata"]["name"] for o in objects if o["kind"] == "Gateway" and "gateway." in o["apiVersion"]
        ):
            unscoped[f"{name}-istio"] = Caller({}, f"{name}-istio", free_port(), scoped=False)
        admin = free_port()
        config = folder / "envoy.json"
        config.write_text(json.dumps(configured(mesh, [*callers.values(), *unscoped.values()], admin)))
        log = stack.enter_context((folder / "envoy.log").open("wb"))
        command = [str(ENVOY), "--disable-hot-restart", "--concurrency", "1", "--log-level", "warn", "-c", str(config)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        stack.callback(_stop, process)
        _wait(process, admin, folder)
        yield Driven(
            mesh,
            {name: one.port for name, one in callers.items()},
            {name: one.port for name, one in unscoped.items()},
            stubs,
            {part: tuple(those) for part, those in pods.items()},
            folder,
            issuer,
        )


def _wait(process: subprocess.Popen[bytes], admin: int, folder: Path) -> None:
    give_up = time.monotonic() + START_LIMIT_S
    while time.monotonic() < give_up and process.poll() is None:
        try:
            if ask(admin, "GET", "/ready", timeout=1).status == 200:
                return
        except OSError:
            time.sleep(0.05)
    log = (folder / "envoy.log").read_text()
    raise PortTaken if "Address already in use" in log else RuntimeError(f"envoy did not come up:\n{log[-3000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
