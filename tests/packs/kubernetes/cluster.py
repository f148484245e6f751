"""Systems as the pack makes them: files, and what `kubectl kustomize` builds of each overlay."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from tests import fifty

from svcforge.load import load_text
from svcforge.model.blueprint import Blueprint
from svcforge.packs.shelf import blueprints_folder, bundled
from svcforge.packs.unit import File
from svcforge.plan.plan import plan
from svcforge.render.unit import render

Object = dict[str, Any]

HERE = "platform/kubernetes"
"""Where the pack is in a system."""

LITTLE = """
svcforge: 1
system: little
platform: {store: postgres, deploy: [kubernetes], metrics: prometheus}
defaults: {stack: python, api_version: v1, scale: {min: 2, max: 5, cpu: 60%}}
externals:
  printer: {operations: {print_note: {http: POST /pages, in: {text: text}}}}
contexts:
  lab:
    team: Front desk
    services:
      notes:
        about: Keeps notes.
        owns: {Note: {text: text}}
        operations:
          add_note: {http: POST /notes, creates: Note, public: an example, calls: [printer.print_note]}
"""
"""One service with a database that calls something outside."""

CLASHING = """
svcforge: 1
system: default
platform: {store: postgres, broker: rabbitmq, gateway: envoy, deploy: [compose, kubernetes]}
defaults: {stack: python, api_version: v1}
gateway:
  auth: {jwt: {issuer: https://auth.test, audience: all, jwks: "https://auth.test:8443/keys"}}
  routes: {/api/notes: orders}
contexts:
  lab:
    services:
      orders:
        owns: {Note: {text: text}}
        events: {Noted: {text: text}}
        resources: {cpu: 250m, memory: 300Mi}
        replicas: 4
        settings: {motto: "text = costs $5: yes, # no", password: secret, reset_token_ttl: int, colour: optional text, on: text = no}
        operations:
          add_note: {http: POST /notes, creates: Note, scopes: [notes], emits: [Noted], calls: [{to: orders-db.check}]}
      orders-db: {owns: {Note: {text: text}}, operations: {check: {in: {text: text}, out: {fine: bool}, read_only: true}}}
      orders-migrate: {owns: {Note: {text: text}}, operations: {keep: {creates: Note}}, subscribes: {orders.Noted: keep}}
      rabbitmq: {settings: {bearer: text = x}}
      cleaner: {role: worker}
"""
"""Services that are called as what stands around them, in a system that is called as a namespace of the cluster's own."""


def text_of(name: str) -> str:
    """The blueprint of a system, deployed to Kubernetes (and whatever else it is deployed to)."""
    own = {"little": LITTLE, "clashing": CLASHING, "fifty": fifty.text()}
    if name in own:
        return own[name]
    text = (blueprints_folder() / name / "blueprint.yaml").read_text()
    if re.search(r"deploy: \[[^]]*kubernetes", text):
        return text
    if re.search(r"deploy: \[[^]]*kubernetes", text):
        return text
    if "deploy: [" in text:
        return re.sub(r"deploy: \[([^]]*)\]", r"deploy: [\1, kubernetes]", text, count=1)
    return text.replace("platform: {", "platform: {deploy: [compose, kubernetes], ", 1)


def read(text: str) -> Blueprint:
    """A blueprint that has nothing wrong with it."""
    loaded = load_text(text)
    assert loaded.blueprint, loaded.findings
    return loaded.blueprint


@cache
def blueprint_of(name: str) -> Blueprint:
    """The blueprint of a system of the tests."""
    return read(text_of(name))


def made(blueprint: Blueprint) -> list[File]:
    """What the pack makes of a blueprint."""
    [unit] = [unit for unit in plan(blueprint, bundled().packs).units if unit.folder == HERE]
    return render(unit)


def beside(blueprint: Blueprint) -> dict[str, str]:
    """What other packs make beside it, by its path in the system: overlays take in components from there."""
    units = [unit for unit in plan(blueprint, bundled().packs).units if unit.folder.startswith("platform/")]
    return {
        f"{unit.folder}/{file.path}": file.data.decode()
        for unit in units
        if unit.folder != HERE
        for file in render(unit)
    }


@cache
def files_of(name: str) -> Mapping[str, str]:
    """The same as text, by path."""
    return {file.path: file.data.decode() for file in made(blueprint_of(name))}


@cache
def beside_of(name: str) -> Mapping[str, str]:
    """What other packs make beside it."""
    return beside(blueprint_of(name))


def kubectl() -> str:
    """kubectl: the one among the tests' own tools, or the machine's."""
    found = shutil.which("kubectl", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        pytest.skip("there is no kubectl on this machine")
    return found


class OnceOnly(yaml.CSafeLoader):
    """YAML in which no key may stand twice: PyYAML would take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        assert sorted(keys) == sorted(set(keys))
        return super().construct_mapping(node, deep)


def built(files: Mapping[str, str], folder: str, others: Mapping[str, str] = MappingProxyType({})) -> list[Object]:
    """The objects of a folder with a kustomization, beside what other packs make."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in ({f"{HERE}/{path}": text for path, text in files.items()} | dict(others)).items():
            place = Path(root, path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        done = subprocess.run(
            [kubectl(), "kustomize", f"{root}/{HERE}/{folder}"], capture_output=True, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (0, "")
    return [found for found in yaml.load_all(done.stdout, OnceOnly) if found]


SYSTEMS = ("shop", "healthcare", "online-boutique", "minimal", "little", "clashing")
OVERLAYS = ("dev", "staging", "prod")

systems = pytest.mark.parametrize("name", SYSTEMS)
everywhere = pytest.mark.parametrize(("name", "overlay"), [(name, overlay) for name in SYSTEMS for overlay in OVERLAYS])


@cache
def cluster(name: str, overlay: str) -> tuple[Object, ...]:
    """All objects of a system in an environment."""
    return tuple(built(files_of(name), f"overlays/{overlay}", beside_of(name)))


def of_kind(objects: tuple[Object, ...], *kinds: str) -> dict[str, Object]:
    """The objects of some kinds by their names."""
    return {found["metadata"]["name"]: found for found in objects if found["kind"] in kinds}


WORKLOADS = ("Deployment", "StatefulSet", "Job")


def pods(objects: tuple[Object, ...]) -> dict[str, Object]:
    """The templates of pods by the names of their workloads."""
    return {name: found["spec"]["template"] for name, found in of_kind(objects, *WORKLOADS).items()}


def containers(pod: Object) -> Iterator[Object]:
    """All containers of a pod."""
    yield from pod["spec"].get("initContainers", ())
    yield from pod["spec"]["containers"]


def selects(selector: Object, labels: Mapping[str, str]) -> bool:
    """Whether a selector without expressions selects what has these labels."""
    assert set(selector) <= {"matchLabels"}
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


def ports(pod: Object) -> dict[str, int]:
    """The named ports of a pod."""
    return {port["name"]: port["containerPort"] for one in containers(pod) for port in one.get("ports", ())}
