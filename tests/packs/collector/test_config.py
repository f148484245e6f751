"""The collector's configuration: what the makers' schemas know, everything that is named is there, backends are exporters alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from tests.packs.collector.collecting import CHOICES, configured, made, watched
from tests.packs.prometheus.watching import tool
from tests.packs.systems import SYSTEMS

from svcforge.packs.shelf import bundled
from svcforge.plan.plan import plan

SCHEMAS = Path(__file__).parents[4] / "shared" / "schemas" / "other" / "otelcol-0.159.0"
KNOWN = {
    "receivers/otlp": "receiver/otlpreceiver",
    "processors/memory_limiter": "processor/memorylimiterprocessor",
    "processors/batch": "processor/batchprocessor",
    "exporters/otlp_grpc": "exporter/otlpexporter",
    "exporters/otlp_http": "exporter/otlphttpexporter",
}
"""The components of which there is a schema, by section and type."""

choices = pytest.mark.parametrize("chosen", CHOICES, ids=lambda chosen: "-".join(one or "none" for one in chosen))
tops = pytest.mark.parametrize("top", [None, "compose.yaml", "kubernetes.yaml"])


@choices
@tops
def test_whatever_a_pipeline_names_is_there_and_whatever_is_there_is_used(
    chosen: tuple[str | None, ...], top: str | None
) -> None:
    config = configured(made("shop", *chosen), top)
    pipelines = config["service"]["pipelines"]
    assert pipelines
    for section in ("receivers", "processors", "exporters"):
        assert {name for pipeline in pipelines.values() for name in pipeline[section]} == set(config[section])
    assert config["service"]["extensions"] == list(config["extensions"])


@pytest.mark.parametrize("name", SYSTEMS)
@tops
def test_every_system_can_have_one(name: str, top: str | None) -> None:
    config = configured(made(name, "datadog", "datadog", "datadog"), top)
    assert set(config["service"]["pipelines"]) == {"traces", "logs", "metrics"}
    assert set(config["exporters"]) == {"datadog"}


@choices
@tops
def test_everything_comes_in_by_otlp_is_limited_first_and_batched_last(
    chosen: tuple[str | None, ...], top: str | None
) -> None:
    for pipeline in configured(made("shop", *chosen), top)["service"]["pipelines"].values():
        assert pipeline["receivers"][0] == "otlp"
        assert (pipeline["processors"][0], pipeline["processors"][-1]) == ("memory_limiter", "batch")


@choices
def test_each_signal_has_a_pipeline_to_what_was_chosen(chosen: tuple[str | None, ...]) -> None:
    tracing, logs, metrics = chosen
    pipelines = configured(made("shop", *chosen))["service"]["pipelines"]
    wanted = {"traces": tracing, "logs": logs, "metrics": metrics if metrics != "prometheus" else None}
    assert set(pipelines) == {signal for signal, backend in wanted.items() if backend}
    cards = {name: pack.card for (kind, name), pack in bundled().packs.items() if kind == "platform"}
    for signal, pipeline in pipelines.items():
        assert pipeline["exporters"] == list(cards[str(wanted[signal])].exporters[signal])


def test_another_backend_changes_the_exporters_alone() -> None:
    jaeger, zipkin = (configured(made("shop", one, "loki", None)) for one in ("jaeger", "zipkin"))
    for config in (jaeger, zipkin):
        del config["exporters"], config["service"]["pipelines"]["traces"]["exporters"]
    assert jaeger == zipkin


@pytest.mark.parametrize("name", SYSTEMS)
def test_only_who_sends_something_there_has_a_collector(name: str) -> None:
    def packs(*chosen: str | None) -> set[str]:
        found = plan(watched(name, *chosen), bundled().packs).units
        return {part.pack.card.pack for unit in found for part in unit.parts}

    assert "collector" in packs("jaeger", None, None)
    assert "collector" not in packs(None, None, "prometheus")
    assert not {"jaeger", "loki"} & packs("jaeger", "loki", "prometheus")


@choices
def test_no_secret_stands_in_it(chosen: tuple[str | None, ...]) -> None:
    files = made("shop", *chosen)
    for key, value in leaves(configured(files)["exporters"]):
        if re.search("key|token|password", key):
            [name] = re.findall(r"\$\{file:/run/secrets/(\w+)\}", value)
            assert f"| `{name}` |" in files["README.md"]


@choices
def test_what_the_environment_has_to_say_is_asked_for(chosen: tuple[str | None, ...]) -> None:
    files = made("shop", *chosen)
    named = dict(re.findall(r"\$\{env:(\w+)(?::-([^}]*))?\}", files["collector.yaml"]))
    lines = files.get("settings.env", "").splitlines()[1:]
    assert lines == [f"#{name}={default}" if default else f"{name}=" for name, default in named.items()]
    assert all(f"| `{name}` |" in files["README.md"] for name in named)


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """The scalars in a configuration, as text, with their keys."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, key)
    else:
        yield key, str(value)


@choices
def test_the_makers_schemas_know_every_field(chosen: tuple[str | None, ...]) -> None:
    if not SCHEMAS.is_dir():
        pytest.skip("the collector's schemas are not beside this checkout")
    config = configured(made("shop", *chosen))
    for section in ("receivers", "processors", "exporters"):
        for name, told in config[section].items():
            if folder := KNOWN.get(f"{section}/{name.partition('/')[0]}"):
                jsonschema.Draft202012Validator(component(folder)).validate(told)


def test_a_field_that_they_do_not_know_would_be_seen() -> None:
    if not SCHEMAS.is_dir():
        pytest.skip("the collector's schemas are not beside this checkout")
    validator = jsonschema.Draft202012Validator(component("exporter/otlpexporter"))
    assert validator.is_valid({"endpoint": "jaeger:4317", "tls": {"insecure": True}})
    assert not validator.is_valid({"endpoint": "jaeger:4317", "tls": {"unsafe": True}})
    assert not validator.is_valid({"address": "jaeger:4317"})
    assert not validator.is_valid({"endpoint": "jaeger:4317", "tls": {"insecure": "true"}})


def component(folder: str) -> dict[str, Any]:
    """The schema of a component with nothing left to look up, and no field but its own."""
    found: dict[str, Any] = closed(inlined(yaml.safe_load((SCHEMAS / folder / FILE).read_text()), folder))
    return found


FILE = "config.schema.yaml"


def inlined(node: Any, folder: str) -> Any:
    """A schema with what it refers to in its place: here, in another folder (`/config/configtls.client_config`)."""
    if isinstance(node, list):
        return [inlined(one, folder) for one in node]
    if not isinstance(node, dict):
        return node
    found = {key: inlined(value, folder) for key, value in node.items() if key not in ("$ref", "$defs", "format")}
    if reference := node.get("$ref"):
        place, _, name = reference.rpartition(".")
        where = folder if not place else place.lstrip("/") if place.startswith("/") else f"{folder}/{place[2:]}"
        file = SCHEMAS / where / FILE
        # A few lead into code of which there is no schema: anything may stand there.
        known = yaml.safe_load(file.read_text()).get("$defs", {}) if file.exists() else {}
        found = {**inlined(known.get(name, {}), where), **found}
    return found


def closed(node: Any, part: bool = False) -> Any:
    """A schema whose objects have no field that it does not name; `part`: one of several that hold together."""
    if not isinstance(node, dict):
        return node
    found = dict(node)
    if "properties" in node:
        found["properties"] = {key: closed(value) for key, value in node["properties"].items()}
    if "allOf" in node:
        found["allOf"] = [closed(one, part=True) for one in node["allOf"]]
    named = "properties" in node or "allOf" in node
    if named and not part and "additionalProperties" not in node:
        found["unevaluatedProperties"] = False
    return found


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("top", ["compose.yaml", "kubernetes.yaml"])
def test_prometheus_takes_what_its_receiver_is_told(name: str, top: str, tmp_path: Path) -> None:
    told = configured(made(name, None, None, "datadog"), top)["receivers"]["prometheus"]["config"]
    for job in told["scrape_configs"]:
        # Debian's build cannot ask Kubernetes: only who is found there is not looked at.
        if job.pop("kubernetes_sd_configs", None):
            job["static_configs"] = [{"targets": ["127.0.0.1:1"]}]
    file = tmp_path / "prometheus.yaml"
    file.write_text(yaml.safe_dump(told))
    code, text = tool("promtool", "check", "config", file)
    assert code == 0, text
