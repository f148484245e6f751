"""The gateway's facts, as plan makes them: of an example, or of a small system with the routes of one test."""

from __future__ import annotations

import json
from typing import Any

from svcforge.load import Loaded, load_file, load_text
from svcforge.packs.shelf import blueprints_folder
from svcforge.plan.plan import facts_of

LAB = """
svcforge: 1
system: lab
defaults: {stack: python, api_version: v1}
contexts:
  lab:
    services:
      orders:
        operations:
          list_orders: {http: GET /orders, in: {}, out: text, read_only: true, scopes: [orders:read]}
      catalog:
        operations:
          browse: {http: GET /products, in: {}, out: text, read_only: true, public: anyone may browse}
"""


def of_example(name: str) -> dict[str, Any]:
    """The facts of an example's gateway, to be changed at will."""
    return _facts(load_file(blueprints_folder() / name / "blueprint.yaml"))


def of_lab(gateway: str) -> dict[str, Any]:
    """The facts of a gateway before `orders`, which wants a token, and `catalog`, which is public."""
    return _facts(load_text(f"{LAB}gateway:\n{gateway}"))


def _facts(loaded: Loaded) -> dict[str, Any]:
    blueprint = loaded.blueprint
    assert blueprint, loaded.findings
    assert blueprint.gateway
    # Facts are shared between units, and not to be changed: a copy is.
    copy: dict[str, Any] = json.loads(json.dumps(facts_of(blueprint, blueprint.gateway.name)))
    return copy
