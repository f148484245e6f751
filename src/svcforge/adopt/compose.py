"""Reads Docker Compose files: services with their images, variables, ports and health checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from svcforge.adopt.environment import Variable, said, traces, use
from svcforge.adopt.files import Read
from svcforge.adopt.kinds import AFTER_ONLY, CAPTURES, Known, engine_of, known, product
from svcforge.adopt.looking import NULLS, entries, items, line, mapping, sequence, text, texts, true, whole
from svcforge.adopt.system import Fact, Kind, Link, LinkKind, Node, Note, Origin, Part
from svcforge.source.tree import Mapping, Quoted

UNSEEN = dict.fromkeys(("health", "outbox", "inbox", "contract", "version"), "a compose file does")
WAYS_IN = ("gateway", "frontend")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^}]*))?[^}]*\}|\$([A-Za-z_][A-Za-z0-9_]*)")


def read(documents: Sequence[Read]) -> Part:
    """What compose files say, all of one system."""
    file = _Compose(documents)
    return Part(
        source="compose", name=file.name, nodes=tuple(file.finished()), links=tuple(file.links),
        platform=tuple(file.platform), notes=tuple(file.notes), unseen=UNSEEN,
    )  # fmt: skip


class _Compose:
    """The services of the files by name, later files adding to earlier ones."""

    def __init__(self, documents: Sequence[Read]) -> None:
        self.name: tuple[str, Origin] | None = None
        self.notes: list[Note] = []
        self.links: list[Link] = []
        self.platform: list[Fact] = []
        self.outside: list[Node] = []
        self.nodes: dict[str, Node] = {}
        self.rows: dict[str, Known | None] = {}
        self.written: dict[str, list[tuple[str, Mapping, int]]] = {}
        self.hosts: dict[str, str] = {}
        for document in documents:
            if (name := text(document.data, "name")) and self.name is None:
                self.name = (name, Origin(document.file, line(document.data, "name"), "name"))
            for key in ("include", "extends"):
                if key in document.data:
                    where = Origin(document.file, line(document.data, key))
                    self.notes.append(Note(where, f'not read: "{key}" names other files; name them as sources too'))
            for service, data, at in entries(document.data, "services"):
                if isinstance(data, Mapping):
                    self.written.setdefault(service, []).append((document.file, data, at))
        for name in self.written:
            self._place(name)
        self.entrances = {n for n, node in self.nodes.items() if node.role in WAYS_IN and self._ports(n)}
        for name in self.written:
            self._dependencies(name)

    def _first(self, name: str, *keys: str) -> str:
        """The last file's word for a key."""
        return next((t for _, data, _ in reversed(self.written[name]) if (t := text(data, *keys))), "")

    def _place(self, name: str) -> None:
        file, _, at = self.written[name][0]
        image = filled(self._first(name, "image"))
        row = known(image, name)
        self.rows[name] = row
        origin = Origin(file, at)
        told = product(row, name, image)
        kind = row.kind if row else Kind.SERVICE
        self.nodes[name] = Node(
            name=name, kind=kind, role=row.role if row else None,
            engine=engine_of(row), origin=origin,
        )  # fmt: skip
        self.platform += [Fact(place, told, origin) for place in (row.fills if row else ())]
        self.hosts.setdefault(name.lower(), name)
        for _, data, _ in self.written[name]:
            names = [text(data, "container_name"), text(data, "hostname"), *_aliases(data)]
            for host in filter(None, names):
                self.hosts.setdefault(host.lower(), name)

    def resolve(self, host: str) -> Node | None:
        """The service that answers at a host's name."""
        name = self.hosts.get(host.lower())
        return self.nodes[name] if name is not None else None

    def _dependencies(self, name: str) -> None:
        node = self.nodes[name]
        variables = self._variables(name)
        if node.kind is Kind.SERVICE:
            found = said(node, variables, self.resolve)
            self.links += [_discovered(link) for link in found.links]
            self.outside += found.externals
            self.notes += found.notes
            linked = {link.target for link in found.links}
            self.links += [link for link in self._started_after(name) if link.target not in linked]
            facts = [*self._facts(name), *found.facts]
            facts += [Fact("has", "tracing", origin)] if (origin := traces(variables)) else []
            facts += _captured(variables) if self.rows[name] is CAPTURES else []
            self.nodes[name] = _with(node, facts)
        else:
            secrets = [fact for fact in said(node, variables, lambda host: None).facts if fact.value[1]]
            self.notes += [
                Note(fact.origin, f'"{fact.value[0]}" holds a secret in plain text (not copied)') for fact in secrets
            ]

    def _facts(self, name: str) -> Iterator[Fact]:
        for file, data, _ in self.written[name]:
            health = mapping(data, "healthcheck")
            if health and not true(health, "disable"):
                yield Fact("has", "health", Origin(file, line(data, "healthcheck"), "healthcheck"))
            replicas = whole(data, "deploy", "replicas")
            if replicas is not None:
                yield Fact("replicas", replicas, Origin(file, line(mapping(data, "deploy"), "replicas"), "replicas"))
            if text(data, "extends") or mapping(data, "extends"):
                self.notes.append(Note(Origin(file, line(data, "extends")), f'not read: what "{name}" extends'))
        ports = self._ports(name)
        if ports and self.nodes[name].role in (None, "worker", "bff", "adapter", "esb", *WAYS_IN):
            if self.entrances and name not in self.entrances:
                through = ", ".join(f'"{entrance}"' for entrance in sorted(self.entrances))
                self.notes.append(
                    Note(ports[0], f'"{name}" has a port on the host too: taken as a developer\'s door, since {through} is there')
                )  # fmt: skip
            else:
                yield Fact("exposed", True, ports[0])

    def _ports(self, name: str) -> list[Origin]:
        """The places of ports that a service has on the host, but for those of the machine alone."""
        found: list[Origin] = []
        for file, data, _ in self.written[name]:
            for port, at in items(data, "ports"):
                host = text(port, "host_ip") if isinstance(port, Mapping) else filled(text(port)).rpartition(":")[0]
                published = not isinstance(port, Mapping) or text(port, "published")
                if published and not host.startswith(("127.", "localhost")):
                    found.append(Origin(file, at, "ports"))
        return found

    def _variables(self, name: str) -> list[Variable]:
        found: dict[str, Variable] = {}
        for file, data, _ in self.written[name]:
            written = data.get("environment")
            pairs = [(k, v, at) for k, v, at in entries(data, "environment")]
            for item, at in items(data, "environment"):
                key, equals, value = text(item).partition("=")
                pairs.append((key, Quoted(value) if equals else "", at))
            for key, value, at in pairs:
                given = isinstance(value, str) and (isinstance(value, Quoted) or value not in NULLS)
                plain = filled(str(value)) if given else None
                unknown = plain is not None and "${" in str(value) and not plain
                found[key] = Variable(key, None if unknown else plain, Origin(file, at, key))
            if text(data, "env_file") or sequence(data, "env_file") or (written and isinstance(written, str)):
                key = "env_file" if "env_file" in data else "environment"
                self.notes.append(Note(Origin(file, line(data, key)), f'not read: the "{key}" of "{name}"'))
            for key in ("command", "entrypoint"):
                if words := " ".join(texts(data, key)):
                    urls = [w.partition("=")[2] or w for w in filled(words).split() if "://" in w]
                    at = line(data, key)
                    found |= {
                        f"{key} url {i}": Variable(f"{key} url", u, Origin(file, at, key)) for i, u in enumerate(urls)
                    }
        return list(found.values())

    def _started_after(self, name: str) -> Iterator[Link]:
        """What a service starts after (`depends_on`), or is linked to: it depends on it, whatever it says elsewhere."""
        for file, data, _ in self.written[name]:
            after = [(text(item), at, "depends_on") for item, at in items(data, "depends_on")]
            after += [
                (key, at, "depends_on")
                for key, value, at in entries(data, "depends_on")
                if text(value, "condition") != "service_completed_successfully"
            ]
            after += [(text(item).partition(":")[0], at, "links") for item, at in items(data, "links")]
            for target, at, key in after:
                origin = Origin(file, at, key)
                other = self.nodes.get(target)
                if other is None:
                    self.notes.append(Note(origin, f'"{name}" depends on "{target}", which is declared nowhere'))
                elif target != name and self.rows[target] not in AFTER_ONLY:
                    if other.kind is Kind.STORE:
                        yield use(self.nodes[name], other, origin, None)
                    else:
                        yield _discovered(Link(source=name, target=target, kind=LinkKind.CALL, origin=origin))

    def finished(self) -> Iterator[Node]:
        """The services in the order of the files, then what they name outside."""
        yield from self.nodes.values()
        yield from self.outside


def filled(value: str) -> str:
    """A value with its variables' defaults put in; a variable without one leaves nothing, `$$` is a dollar."""
    return _VARIABLE.sub(lambda m: m[2] or "", value.replace("$$", "\0")).replace("\0", "$")


def _aliases(data: Mapping) -> list[str]:
    return [alias for _, network, _ in entries(data, "networks") for alias in texts(network, "aliases")]


def _discovered(link: Link) -> Link:
    """A call to another service by its name: the DNS of the network finds whichever replica there is."""
    if link.kind is not LinkKind.CALL or not link.target or "." in link.target:
        return link
    return replace(link, facts=(*link.facts, Fact("discovery", "dns", link.origin)))


def _captured(variables: list[Variable]) -> list[Fact]:
    """The schemas whose changes are captured and published: who keeps data there has an outbox."""
    return [
        Fact("schema", v.value, v.origin) for v in variables if v.value and re.search(r"(?i)schema$|database$", v.name)
    ]


def _with(node: Node, facts: list[Fact]) -> Node:
    return replace(node, facts=(*node.facts, *facts))
