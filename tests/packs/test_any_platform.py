"""Whatever a system is like and is called: what the platforms make of it parses, and closes over its edges."""

from __future__ import annotations

import json
from typing import Any

import hcl2
import pygohcl
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from tests.packs.kubernetes.cluster import OnceOnly, read
from tests.packs.systems import declared, files_of
from tests.plan.planned import whole
from tests.valid import systems

from svcforge.model.blueprint import Blueprint

DEPLOYS = ("helm", "swarm", "nomad", "kubernetes")

# Each is a whole system, the same ones each time; what is made smaller after a failure would take minutes.
systematic = settings(
    derandomize=True,
    max_examples=10,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def found(data: dict[str, Any], mesh: str) -> Blueprint:
    """A random system, deployed everywhere and within a mesh."""
    platform = data["platform"] | {"deploy": list(DEPLOYS), "mesh": mesh}
    return read(yaml.safe_dump(data | {"platform": platform}, sort_keys=False, allow_unicode=True))


@pytest.mark.parametrize("mesh", ["linkerd", "consul"])
@systematic
@given(data=systems())
def test_every_file_parses_and_every_name_is_one(mesh: str, data: dict[str, Any]) -> None:
    blueprint = found(data, mesh)
    made = files_of(blueprint, "helm", "swarm", "nomad", mesh)
    for path, text in made.items():
        if path.endswith(".hcl"):
            assert pygohcl.loads(text)
            assert hcl2.loads(text)
        elif path.endswith(".json"):
            assert json.loads(text)
        elif path.endswith(".yaml") and "/templates/" not in path:
            assert all(yaml.load_all(text, OnceOnly)), path
    workloads = yaml.load(made["platform/helm/workloads.yaml"], OnceOnly)["workloads"]
    stack = yaml.load(made["platform/swarm/stack.yaml"], OnceOnly)["services"]
    assert {*blueprint.services, *blueprint.bffs} <= set(workloads)
    assert set(workloads) <= set(stack)
    assert {f"platform/nomad/{name}.nomad.hcl" for name in workloads} <= set(made)


@pytest.mark.parametrize("mesh", ["linkerd", "consul"])
@systematic
@given(data=systems())
def test_permissions_name_those_who_call_and_nobody_else(mesh: str, data: dict[str, Any]) -> None:
    blueprint = found(data, mesh)
    objects = [
        one
        for path, text in files_of(blueprint, mesh).items()
        if path.endswith(".yaml")
        for one in yaml.load_all(text, OnceOnly)
    ]
    if mesh == "consul":
        pairs = {
            (source["name"], one["metadata"]["name"])
            for one in objects
            if one["kind"] == "ServiceIntentions"
            for source in one["spec"]["sources"]
        }
    else:
        routes = {one["metadata"]["name"]: one["spec"] for one in objects if one["kind"] == "HTTPRoute"}
        policies = [one["spec"] for one in objects if one["kind"] == "AuthorizationPolicy"]
        pairs = {
            (who["name"], routes[one["targetRef"]["name"]]["parentRefs"][0]["name"])
            for one in policies
            for who in one["requiredAuthenticationRefs"]
        }
    edges = {(edge["from"], edge["to"]) for edge in whole(blueprint)["traffic"]["edges"]}
    assert {(a, b) for a, b in pairs if a not in ("*", "any.body", "everywhere")} == edges <= declared(blueprint)
