"""Systems in a mesh, as the packs make them: files, and what `kubectl kustomize` builds of each overlay."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.packs.kubernetes.cluster import OVERLAYS, Object, OnceOnly, kubectl, read, text_of
from tests.packs.kubernetes.cluster import SYSTEMS as OTHERS

from svcforge.model.blueprint import Blueprint
from svcforge.packs.shelf import bundled
from svcforge.plan.plan import plan
from svcforge.render.unit import render

POST = """
svcforge: 1
system: post
platform: {mesh: istio, gateway: envoy, store: postgres, deploy: [kubernetes], metrics: prometheus}
defaults: {stack: python, api_version: v1}
externals:
  printer: {operations: {print_page: {http: POST /pages, in: {text: text}}}}
gateway:
  auth: {jwt: {issuer: https://auth.test, audience: post, jwks: "https://auth.test/keys"}}
  routes: {/api/letters: {to: letters, timeout: 4s}}
contexts:
  office:
    services:
      letters:
        owns: {Letter: {text: text}}
        operations:
          send_letter:
            http: POST /letters
            creates: Letter
            scopes: [letters]
            calls: [{to: stamps.take_stamp, timeout: 300ms, retries: 2, breaker: {failures: 40%, window: 10, reset: 7s}}]
          get_letter: {http: "GET /letters/{id}", reads: Letter, public: an example}
        releases:
          v1: {weight: 80}
          v2: {weight: 20, when: {header: {tester: "yes"}}}
      stamps:
        owns: {Stamp: {value: int}}
        operations:
          take_stamp: {creates: Stamp, in: {letter: uuid}, idempotent: by field letter, calls: [printer.print_page]}
"""
"""A door, two services, one of them in two releases, an issuer whose keys the mesh can fetch, and the world outside."""

SYSTEMS = (*OTHERS, "post")


def in_mesh(text: str) -> str:
    """The same blueprint in a mesh."""
    flow = text.replace("platform: {", "platform: {mesh: istio, ", 1)
    if flow != text:
        return flow
    return re.sub("^platform:.*\\n", "platform:\\n  mesh: istio\\n", text, count=1, flags=re.MULTILINE)


@cache
def blueprint_of(name: str) -> Blueprint:
    """The blueprint of a system of the tests."""
    return read(POST if name == "post" else in_mesh(text_of(name)))


def made(blueprint: Blueprint) -> dict[str, str]:
    """What the packs for the system as a whole make of a blueprint, by path from the system's folder."""
    units = [unit for unit in plan(blueprint, bundled().packs).units if unit.folder.startswith("platform/")]
    return {f"{unit.folder}/{file.path}": file.data.decode() for unit in units for file in render(unit)}


@cache
def files_of(name: str) -> Mapping[str, str]:
    """The same of a system of the tests."""
    return made(blueprint_of(name))


def mesh_facts(blueprint: Blueprint) -> dict[str, Any]:
    """What the mesh's templates see."""
    [unit] = [unit for unit in plan(blueprint, bundled().packs).units if unit.folder == "platform/istio"]
    found: dict[str, Any] = unit.parts[0].facts["whole"]["mesh"]
    return found


def traffic(blueprint: Blueprint) -> dict[str, Any]:
    """The edges of a system, as the plan has them."""
    packs = dict(bundled().packs)
    mesh = packs["platform", "istio"]
    packs["platform", "istio"] = replace(mesh, card=mesh.card.model_copy(update={"sections": ("traffic",)}))
    [unit] = [unit for unit in plan(blueprint, packs).units if unit.folder == "platform/istio"]
    found: dict[str, Any] = unit.parts[0].facts["whole"]["traffic"]
    return found


def taken_in(text: str, component: str) -> str:
    """A kustomization with one more component, below the others."""
    return re.sub(
        r"^components:\n(?:  - .*\n)+", lambda found: f"{found[0]}  - {component}\n", text, flags=re.MULTILINE
    )


def built(files: Mapping[str, str], folder: str) -> list[Object]:
    """The objects of a folder with a kustomization."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            place = Path(root, path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        done = subprocess.run([kubectl(), "kustomize", f"{root}/{folder}"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return [found for found in yaml.load_all(done.stdout, OnceOnly) if found]


@cache
def cluster(name: str, overlay: str, game: bool = False) -> tuple[Object, ...]:
    """All objects of a system in an environment, on a game day or on any other."""
    folder = f"platform/kubernetes/overlays/{overlay}"
    files = dict(files_of(name))
    if game and "platform/istio/gameday/kustomization.yaml" in files:
        place = f"{folder}/kustomization.yaml"
        files[place] = taken_in(files[place], "../../../istio/gameday")
    return tuple(built(files, folder))


systems = pytest.mark.parametrize("name", SYSTEMS)
everywhere = pytest.mark.parametrize(("name", "overlay"), [(name, overlay) for name in SYSTEMS for overlay in OVERLAYS])
