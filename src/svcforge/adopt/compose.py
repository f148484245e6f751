"""Reads Docker Compose files: services with their images, variables, ports and health checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from svcforge.adopt.addresses import ADDRESS_WORDS
from svcforge.adopt.compose_project import Layer, Project
from svcforge.adopt.environment import Variable, said, traces, use
from svcforge.adopt.files import Read
from svcforge.adopt.interpolation import filled
from svcforge.adopt.kinds import AFTER_ONLY, CAPTURES, Known, engine_of, known, product, words_of
from svcforge.adopt.looking import NULLS, entries, items, mapping, origin_of, text, texts, true
from svcforge.adopt.reach import Reach
from svcforge.adopt.system import Fact, Kind, Link, LinkKind, Node, Note, Origin, Part
from svcforge.source.tree import Mapping, Place, Quoted

UNSEEN = dict.fromkeys(("health", "outbox", "inbox", "contract", "version"), "a compose file does")
WAYS_IN = ("gateway", "frontend")


def read(documents: Sequence[Read], reach: Reach) -> Part:
    """What compose files say, all of one system; `reach` opens what they include, extend and take variables from."""
    file = _Compose(Project(documents, reach))
    return Part(
        source="compose", name=file.project.name, nodes=tuple(file.finished()), links=tuple(file.links),
        platform=tuple(file.platform), notes=(*file.project.notes, *file.notes), unseen=UNSEEN,
    )  # fmt: skip


class _Compose:
    """The services of a project by name."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.notes: list[Note] = []
        self.links: list[Link] = []
        self.platform: list[Fact] = []
        self.outside: list[Node] = []
        self.nodes: dict[str, Node] = {}
        self.rows: dict[str, Known | None] = {}
        self.hosts: dict[str, str] = {}
        for name, layers in project.services.items():
            self._place(name, layers)
        self.entrances = {n for n, node in self.nodes.items() if node.role in WAYS_IN and self._ports(n)}
        for name in project.services:
            self._dependencies(name)
        self._profiles()

    def _place(self, name: str, layers: list[Layer]) -> None:
        image = next((filled(t, x.scope.values).text for x in reversed(layers) if (t := text(x.data, "image"))), "")
        row = known(image, name)
        self.rows[name] = row
        # What it extends may stand in another file: the place of a service is that of its own name.
        origin = Origin.of(next((x for x in layers if "extends" in x.data), layers[0]).place)
        told = product(row, name, image)
        kind = row.kind if row else Kind.SERVICE
        self.nodes[name] = Node(
            name=name, kind=kind, role=row.role if row else None,
            engine=engine_of(row), origin=origin,
        )  # fmt: skip
        self.platform += [Fact(place, told, origin) for place in (row.fills if row else ())]
        self.hosts.setdefault(name.lower(), name)
        for layer in layers:
            names = [text(layer.data, "container_name"), text(layer.data, "hostname"), *_aliases(layer.data)]
            for host in filter(None, names):
                self.hosts.setdefault(filled(host, layer.scope.values).text.lower(), name)
            for linked, _ in items(layer.data, "links"):
                target, _, alias = text(linked).partition(":")
                if alias and target in self.project.services:
                    self.hosts.setdefault(alias.lower(), target)

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

    def _last(self, name: str, *keys: str) -> Layer | None:
        """The last layer of a service with something at a path of keys: its word holds."""
        *path, last = keys
        layers = reversed(self.project.services[name])
        return next((layer for layer in layers if last in mapping(layer.data, *path)), None)

    def _facts(self, name: str) -> Iterator[Fact]:
        said_ = self._last(name, "healthcheck")
        health = mapping(said_.data, "healthcheck") if said_ else None
        if said_ and health and not true(health, "disable") and texts(health, "test") != ["NONE"]:
            yield Fact("has", "health", _origin(said_, "healthcheck"))
        for keys in (("deploy", "replicas"), ("scale",)):
            if (said_ := self._last(name, *keys)) and (replicas := self._whole(said_, *keys)) is not None:
                yield Fact("replicas", replicas, _origin(said_, *keys))
        ports = self._ports(name)
        if ports and self.nodes[name].role in (None, "worker", "bff", "adapter", "esb", *WAYS_IN):
            if self.entrances and name not in self.entrances:
                through = ", ".join(f'"{entrance}"' for entrance in sorted(self.entrances))
                self.notes.append(
                    Note(ports[0], f'"{name}" has a port on the host too: taken as a developer\'s door, since {through} is there')
                )  # fmt: skip
            else:
                yield Fact("exposed", True, ports[0])

    def _whole(self, layer: Layer, *keys: str) -> int | None:
        number = filled(text(layer.data, *keys), layer.scope.values).text
        return int(number) if number.isascii() and number.isdigit() and len(number) <= 9 else None

    def _ports(self, name: str) -> list[Origin]:
        """The places of ports that a service has on the host, but for those of the machine alone."""
        found: list[Origin] = []
        for layer in self.project.services[name]:
            for port, at in items(layer.data, "ports"):
                long = isinstance(port, Mapping)
                plain = filled(text(port, "host_ip") if long else text(port), layer.scope.values).text
                host = plain if long else plain.rpartition(":")[0]
                published = not long or text(port, "published")
                if published and not host.startswith(("127.", "localhost", "[::1]")):
                    found.append(Origin.of(at, "ports"))
        return found

    def _variables(self, name: str) -> list[Variable]:
        """The environment of a service: files first, then what stands in it, then the URLs of its command."""
        layers = self.project.services[name]
        found: dict[str, Variable] = {}
        for layer in layers:
            given = self.project.variables(layer)
            found |= {key: Variable(key, v.text, v.origin, kept_out=v.kept_out) for key, v in given}
        for layer in layers:
            pairs = [(k, v, at) for k, v, at in entries(layer.data, "environment")]
            for item, at in items(layer.data, "environment"):
                key, equals, value = text(item).partition("=")
                pairs.append((key, Quoted(value) if equals else "", at))
            found |= {key: self._variable(key, value, at, layer) for key, value, at in pairs}
        for layer in layers:
            for key in ("command", "entrypoint"):
                words = filled(" ".join(texts(layer.data, key)), layer.scope.values).text.split()
                urls = [w.partition("=")[2] or w for w in words if "://" in w]
                origin = _origin(layer, key)
                found |= {f"{key} url {i}": Variable(f"{key} url", u, origin) for i, u in enumerate(urls)}
        return list(found.values())

    def _variable(self, name: str, value: object, at: Place, layer: Layer) -> Variable:
        given = isinstance(value, str) and (isinstance(value, Quoted) or value not in NULLS)
        if not given and name not in layer.scope.values:
            return Variable(name, None, Origin.of(at, name))
        # A name without a value passes the variable of the project on.
        plain = filled(str(value) if given else f"${{{name}}}", layer.scope.values)
        said_by = "".join(f", {value.origin}" for value in plain.used)
        origin = Origin.of(at, f"{name}{said_by}")
        if plain.missing and not plain.text:
            if ADDRESS_WORDS.intersection(words_of(name)):
                self.notes.append(Note(origin, f'no value for "{plain.missing[0]}": whom "{name}" names is not known'))
            return Variable(name, None, origin)
        return Variable(name, plain.text, origin, kept_out=any(value.kept_out for value in plain.used))

    def _started_after(self, name: str) -> Iterator[Link]:
        """What a service starts after (`depends_on`), or is linked to: it depends on it, whatever it says elsewhere."""
        for layer in self.project.services[name]:
            after = [(text(item), at, "depends_on") for item, at in items(layer.data, "depends_on")]
            after += [
                (key, at, "depends_on")
                for key, value, at in entries(layer.data, "depends_on")
                if text(value, "condition") != "service_completed_successfully"
            ]
            after += [(text(item).partition(":")[0], at, "links") for item, at in items(layer.data, "links")]
            for target, at, key in after:
                origin = Origin.of(at, key)
                other = self.nodes.get(target)
                if other is None:
                    self.notes.append(Note(origin, f'"{name}" depends on "{target}", which is declared nowhere'))
                elif target != name and self.rows[target] not in AFTER_ONLY:
                    if other.kind is Kind.STORE:
                        yield use(self.nodes[name], other, origin, None)
                    else:
                        yield _discovered(Link(source=name, target=target, kind=LinkKind.CALL, origin=origin))

    def _profiles(self) -> None:
        """Services that only start with a profile are part of the system, and told."""
        for name in self.project.services:
            if (layer := self._last(name, "profiles")) and (profiles := texts(layer.data, "profiles")):
                told = " or ".join(f'"{profile}"' for profile in profiles)
                self.notes.append(Note(_origin(layer, "profiles"), f'"{name}" only starts with the profile {told}'))

    def finished(self) -> Iterator[Node]:
        """The services in the order of the files, then what they name outside."""
        yield from self.nodes.values()
        yield from self.outside


def _origin(layer: Layer, *keys: str) -> Origin:
    """The place of a key in a layer."""
    return origin_of(mapping(layer.data, *keys[:-1]), keys[-1], file=layer.scope.file, what=keys[-1])


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
