"""Pods as network namespaces of the kernel, with what network policies say as rules of nftables; nothing leaves them.

A namespace more is the node between them, which forwards. All are named after the process and removed at the end.
"""

from __future__ import annotations

import ctypes
import errno
import os
import select
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from tests.packs.kubernetes.cluster import selects
from tests.servers import ServerMissing

WAIT_S = 3.0
"""How long a connection that nobody answers is waited for; those that are let through take milliseconds."""

AT_ONCE = 12
NEW_NETWORK = 0x40000000
NODE = "169.254.1.1"

Result = TypeVar("Result")


@dataclass(frozen=True)
class Pod:
    """A pod, or a host of the world outside when it has no namespace.

    Args:
        ports: its named ports.
    """

    name: str
    address: str
    namespace: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)


Flow = tuple[str, str, int]
"""Who reached whom on which port."""


def rules(pod: Pod, pods: Sequence[Pod], policies: Sequence[Any]) -> str:
    """What nftables is told in a pod's namespace: nothing where no policy selects it."""
    own = [
        policy["spec"]
        for policy in policies
        if policy["metadata"]["namespace"] == pod.namespace and selects(policy["spec"]["podSelector"], pod.labels)
    ]
    chains = []
    for side, peers, hook, end in (("Ingress", "from", "input", "saddr"), ("Egress", "to", "output", "daddr")):
        restricting = [spec for spec in own if side in spec["policyTypes"]]
        if restricting:
            allowed = [
                line
                for spec in restricting
                for rule in spec.get(side.lower()) or ()
                for line in _lines(rule, rule.get(peers), pod, pods, end)
            ]
            lines = "\n    ".join(("ct state established,related accept", 'iif "lo" accept', *allowed))
            chains.append(f"  chain {hook} {{\n    type filter hook {hook} priority 0; policy drop;\n    {lines}\n  }}")
    return "table inet pod {\n" + "\n".join(chains) + "\n}\n" if chains else ""


def _lines(rule: Any, peers: Any, pod: Pod, pods: Sequence[Pod], end: str) -> Iterator[str]:
    """The rules of nftables for one rule of a policy; a port's name means the port of who listens."""
    for port in rule["ports"]:
        match = f"{port['protocol'].lower()} dport"
        if peers is None:
            yield f"{match} {_number(port['port'], pod)} accept"
        for peer in peers or ():
            if block := peer.get("ipBlock"):
                if ":" not in block["cidr"]:
                    but = f"ip {end} != {{ {', '.join(block['except'])} }} " if block.get("except") else ""
                    yield f"ip {end} {block['cidr']} {but}{match} {_number(port['port'], pod)} accept"
                continue
            for other in pods:
                if _is_peer(peer, other, pod):
                    number = _number(port["port"], other if end == "daddr" else pod)
                    yield f"ip {end} {other.address} {match} {number} accept"


def _number(port: int | str, listening: Pod) -> int:
    return listening.ports[port] if isinstance(port, str) else port


def _is_peer(peer: Any, other: Pod, pod: Pod) -> bool:
    if other.namespace is None:
        return False
    if "namespaceSelector" in peer:
        near = selects(peer["namespaceSelector"], {"kubernetes.io/metadata.name": other.namespace})
    else:
        near = other.namespace == pod.namespace
    return near and ("podSelector" not in peer or selects(peer["podSelector"], other.labels))


class Network:
    """Pods that are laid out, each listening on every port that is tried."""

    def __init__(self, pods: Sequence[Pod], ports: Iterable[int]) -> None:
        self._pods, self._ports = pods, sorted(set(ports))
        self._prefix = f"sf{os.getpid()}-{time.monotonic_ns() % 10**6}"
        self._listening: list[socket.socket] = []

    def _named(self, number: int) -> str:
        return f"{self._prefix}-{number}"

    def lay(self, policies: Sequence[Any]) -> None:
        """Make the namespaces, their addresses and their rules, and listen."""
        node = f"{self._prefix}-node"
        _ip(f"netns add {node}")
        _run("ip", "netns", "exec", node, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
        for number, pod in enumerate(self._pods):
            name, port = self._named(number), f"p{number}"
            _ip(f"netns add {name}", f"-n {node} link add {port} type veth peer name eth0 netns {name}")
            _ip(
                f"-n {name} addr add {pod.address}/32 dev eth0",
                f"-n {name} link set eth0 up",
                f"-n {name} link set lo up",
            )
            _ip(f"-n {node} addr add {NODE}/32 dev {port}", f"-n {node} link set {port} up")
            _ip(f"-n {node} route add {pod.address} dev {port}")
            _ip(f"-n {name} route add {NODE} dev eth0", f"-n {name} route add default via {NODE}")
            if text := rules(pod, self._pods, policies):
                _run("ip", "netns", "exec", name, "nft", "-f", "-", given=text)
            self._listening += _inside(name, partial(_listeners, pod.address, self._ports))

    def flows(self) -> set[Flow]:
        """Every pair of pods and every port, tried."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return {flow for found in pool.map(self._from, range(len(self._pods))) for flow in found}

    def _from(self, number: int) -> set[Flow]:
        """Whom one pod reaches, all tried at once."""
        source = self._pods[number]
        targets = [(pod, port) for pod in self._pods if pod is not source for port in self._ports]
        made = _inside(self._named(number), lambda: [_connecting(pod.address, port) for pod, port in targets])
        waiting = {one.fileno(): (one, pod.name, port) for one, (pod, port) in zip(made, targets, strict=True)}
        found: set[Flow] = set()
        poll = select.poll()
        for handle in waiting:
            poll.register(handle, select.POLLOUT)
        until = time.monotonic() + WAIT_S
        while waiting and (left := until - time.monotonic()) > 0:
            for handle, _ in poll.poll(left * 1000):
                one, name, port = waiting.pop(handle)
                poll.unregister(handle)
                if one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                    found.add((source.name, name, port))
        for one in made:
            one.close()
        return found

    def clear(self) -> None:
        """Take everything away."""
        for one in self._listening:
            one.close()
        for name in (*map(self._named, range(len(self._pods))), f"{self._prefix}-node"):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)


def _listeners(address: str, ports: Iterable[int]) -> list[socket.socket]:
    return [socket.create_server((address, port), backlog=256) for port in ports]


def _connecting(address: str, port: int) -> socket.socket:
    found = socket.socket()
    found.setblocking(False)
    code = found.connect_ex((address, port))
    # A packet that the sender's own rules drop is refused to it at once, as not permitted.
    assert code in (errno.EINPROGRESS, errno.EPERM, errno.EAGAIN), os.strerror(code)
    return found


def _inside(name: str, do: Callable[[], Result]) -> Result:
    """The result of something done in a namespace; sockets stay in that in which they were made."""

    def there() -> Result:
        library = ctypes.CDLL(None, use_errno=True)
        with Path("/var/run/netns", name).open() as handle:
            if library.setns(handle.fileno(), NEW_NETWORK) != 0:
                raise OSError(ctypes.get_errno(), f"no way into {name}")
        return do()

    # A namespace is the thread's: it ends with the thread.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(there).result()


def _ip(*commands: str) -> None:
    for command in commands:
        _run("ip", *command.split())


def _run(*command: str, given: str | None = None) -> None:
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}\n{given or ''}")


@contextmanager
def network(pods: Sequence[Pod], policies: Sequence[Any], ports: Iterable[int]) -> Iterator[Network]:
    """Pods with their policies; raises ServerMissing where there can be no namespaces."""
    for program in ("ip", "nft"):
        if shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
            raise ServerMissing(f"there is no {program} on this machine")
    if os.geteuid() != 0:
        raise ServerMissing("only root can make network namespaces")
    found = Network(pods, ports)
    try:
        found.lay(policies)
        yield found
    finally:
        found.clear()
