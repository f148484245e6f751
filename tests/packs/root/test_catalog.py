"""What a catalog of software is told: entities with names of their own, that all that is named is there."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import PurePosixPath
from typing import Any

import jsonschema
import pytest
import yaml
from tests.packs.repositories import SYSTEMS, made
from tests.packs.repositories import files_of as systems_files_of
from tests.packs.root.test_root import ODD, SHARED

Entity = dict[str, Any]

TEAMS = """
svcforge: 1
system: teams
defaults: {stack: python, api_version: v1}
contexts:
  a:
    team: Front Desk
    services: {one: {role: worker}, two: {team: front-desk, role: worker}, three: {team: Teams, role: worker}}
"""
OWN = {"odd": ODD, "teams": TEAMS}

systems = pytest.mark.parametrize("name", [*SYSTEMS, *OWN])


@cache
def files_of(name: str, repos: str = "one") -> dict[str, str]:
    """The files of a system by path."""
    more = f"repos: {repos}"
    return made(f"{OWN[name]}\n{more}\n") if name in OWN else systems_files_of(name, more)


@cache
def entities(name: str, repos: str = "one") -> list[tuple[str, Entity]]:
    """The entities of a system with the folder that each is in."""
    return [
        (str(PurePosixPath(path).parent), entity)
        for path, text in files_of(name, repos).items()
        if path.endswith("catalog-info.yaml")
        for entity in yaml.safe_load_all(text)
    ]


def called(name: str, repos: str = "one") -> set[str]:
    """The references to all entities."""
    return {f"{e['kind'].lower()}:default/{e['metadata']['name']}" for _, e in entities(name, repos)}


@systems
def test_every_entity_is_one_that_the_catalog_reads(name: str) -> None:
    schema = SHARED / "schemas" / "other" / "catalog-info.json"
    if not schema.exists():
        pytest.skip("the schema of the catalog is not beside this checkout")
    validator = jsonschema.Draft7Validator(json.loads(schema.read_text()))
    assert [error.message for _, entity in entities(name) for error in validator.iter_errors(entity)] == []


@systems
@pytest.mark.parametrize("repos", ["one", "many"])
def test_whatever_is_referred_to_is_there(name: str, repos: str) -> None:
    there = called(name, repos)
    for _, entity in entities(name, repos):
        spec = entity["spec"]
        named = [spec["owner"]] if "owner" in spec else []
        named += [f"system:default/{spec['system']}"] if "system" in spec else []
        named += [f"api:default/{api}" for key in ("providesApis", "consumesApis") for api in spec.get(key, ())]
        named += [f"group:default/{group}" for group in (*spec.get("children", ()), spec.get("parent")) if group]
        assert {*named, *spec.get("dependsOn", ())} <= there


@systems
def test_names_are_legal_and_no_two_of_a_kind_have_one(name: str) -> None:
    found = Counter((entity["kind"], entity["metadata"]["name"]) for _, entity in entities(name))
    assert [at for at, times in found.items() if times > 1] == []
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?", called) for _, called in found)


@systems
def test_documents_and_parts_are_where_the_catalog_looks_for_them(name: str) -> None:
    files = files_of(name)
    for folder, entity in entities(name):
        for target in entity["spec"].get("targets", ()):
            assert str(PurePosixPath(folder, target)) in files
        if entity["kind"] == "API":
            document = json.loads(files[str(PurePosixPath(folder, entity["spec"]["definition"]["$text"]))])
            assert entity["spec"]["type"] in document


@systems
def test_every_part_is_a_component_and_every_location_names_them_all(name: str) -> None:
    parts = json.loads(files_of(name)["run.json"])["parts"]
    assert {f"component:default/{part['name']}" for part in parts} <= called(name)
    [targets] = [entity["spec"]["targets"] for _, entity in entities(name) if entity["kind"] == "Location"]
    assert set(targets) == {f"./{part['folder']}/catalog-info.yaml" for part in parts}


def test_relations_follow_from_the_edges() -> None:
    [orders] = [e for _, e in entities("shop") if (e["kind"], e["metadata"]["name"]) == ("Component", "orders")]
    assert orders["spec"] == {
        "type": "service",
        "lifecycle": "production",
        "owner": "group:default/checkout",
        "system": "shop",
        "providesApis": ["orders", "orders.events"],
        "consumesApis": ["inventory", "payments"],
        "dependsOn": ["resource:default/orders.db", "resource:default/rabbitmq"],
    }
    [payments] = [e for _, e in entities("shop") if (e["kind"], e["metadata"]["name"]) == ("Component", "payments")]
    assert "component:default/card-network" in payments["spec"]["dependsOn"]


def test_teams_that_are_called_alike_are_one_group_and_one_called_like_the_system_is_all() -> None:
    groups = {e["metadata"]["name"]: e["spec"] for _, e in entities("teams") if e["kind"] == "Group"}
    assert {name: spec["children"] for name, spec in groups.items()} == {"teams": ["front-desk"], "front-desk": []}


def test_with_a_repository_each_no_location_leads_out_of_the_root_s() -> None:
    assert [entity for _, entity in entities("shop", "many") if entity["kind"] == "Location"] == []


def test_with_a_repository_each_a_team_owns_all_of_its_own() -> None:
    files = files_of("shop", "many")
    owners = [text.splitlines()[-1] for path, text in files.items() if path == "services/orders/.github/CODEOWNERS"]
    assert owners == ["* @shop/checkout"]
    assert "bffs/web/.github/CODEOWNERS" not in files
