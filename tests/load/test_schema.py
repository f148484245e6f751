"""The JSON Schema: what editors complete from agrees with what is read."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from svcforge.load.schema import json_schema
from svcforge.packs.shelf import blueprints_folder

DESIGN = Path(__file__).parents[3] / "shared" / "design"


def keys(schema: object) -> set[str]:
    if isinstance(schema, list):
        return {key for item in schema for key in keys(item)}
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", ())) if isinstance(schema.get("properties"), dict) else set()
    return own | {key for item in schema.values() for key in keys(item)}


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize(
    "example", sorted(p.name for p in blueprints_folder().iterdir() if (p / "blueprint.yaml").is_file())
)
def test_every_example_is_valid(example: str):
    data = yaml.safe_load((blueprints_folder() / example / "blueprint.yaml").read_text())
    assert [e.message for e in jsonschema.Draft202012Validator(json_schema()).iter_errors(data)] == []


def test_a_misspelt_key_is_not():
    data = {"svcforge": 1, "system": "a", "contexts": {"a": {"servces": {}}}}
    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(data)


ELEMENTS = (  # noqa: SIM905
    "svcforge system about include platform defaults externals contexts values stores libraries sagas gateway bffs lint patches packs repos "
    "stack call subscription scale api_version timeout retries breaker failures window reset backoff dead_letter idempotent min max cpu "
    "subdomain team relations services to as api tier slo availability latency owns event_sourced events operations http scopes public signed "
    "creates reads lists updates deletes by in out with set where filter calls emits rule read_only takes long_running schedule expect otherwise "
    "fallback wait over url releases weight when header copies keep drop subscribes do undo starts steps pivot transaction auth jwt issuer audience "
    "rate_limit routes endpoints profile select severity options fail_on ignore at reason until target kind name merge json from uses store engine "
    "server schema tls discovery optional delivery has aka exposed role settings sidecars resources memory was deprecated type versions language "
    "unit replicas secrets mesh deploy metrics tracing logs broker"
).split()
"""Every key that the language's page and the canonical example name."""


@pytest.mark.parametrize("key", ELEMENTS)
def test_every_key_of_the_language_is_in_the_schema(key: str):
    assert key in keys(json_schema())


@pytest.mark.skipif(not DESIGN.is_dir(), reason="the design is not beside this checkout")
def test_every_key_of_the_canonical_example_is_in_the_schema():
    found = set(re.findall(r"^\s*([a-z_]+):(?: |$)", (DESIGN / "shop.yaml").read_text(), re.MULTILINE))
    named = json.dumps(yaml.safe_load((DESIGN / "shop.yaml").read_text()))
    assert [e.message for e in jsonschema.Draft202012Validator(json_schema()).iter_errors(json.loads(named))] == []
    assert found
