"""What the collector itself says of its configuration: it would start with it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.conformance.tools import collector, done
from tests.packs.collector.collecting import made

MANIFEST = """
dist: {name: otelcol, output_path: "{folder}", version: 0.159.0}
extensions:
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/extension/healthcheckextension v0.159.0
receivers:
  - gomod: go.opentelemetry.io/collector/receiver/otlpreceiver v0.159.0
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/receiver/fluentforwardreceiver v0.159.0
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver v0.159.0
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/receiver/filelogreceiver v0.159.0
processors:
  - gomod: go.opentelemetry.io/collector/processor/batchprocessor v0.159.0
  - gomod: go.opentelemetry.io/collector/processor/memorylimiterprocessor v0.159.0
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/processor/groupbyattrsprocessor v0.159.0
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/processor/resourceprocessor v0.159.0
exporters:
  - gomod: go.opentelemetry.io/collector/exporter/otlpexporter v0.159.0
  - gomod: go.opentelemetry.io/collector/exporter/otlphttpexporter v0.159.0
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/exporter/awsxrayexporter v0.159.0
providers:
  - gomod: go.opentelemetry.io/collector/confmap/provider/envprovider v1.65.0
  - gomod: go.opentelemetry.io/collector/confmap/provider/fileprovider v1.65.0
"""
"""What is generated for, but for the exporters that no module proxy is sure to have: Zipkin's, Elasticsearch's, Datadog's."""

CHOICES = [("jaeger", "loki", "prometheus"), ("jaeger", None, None), (None, "loki", None), ("xray", None, None)]


def said(folder: Path, *files: str) -> tuple[int, str]:
    """How the collector ends that is to look at a configuration, and what it says."""
    told = [f"--config={folder / file}" for file in files]
    found = done(collector(MANIFEST), "validate", *told, AWS_REGION="eu-west-1")
    return found.returncode, found.stderr


def written(folder: Path, *backends: str | None) -> dict[str, str]:
    """The configuration of the shop's collector, in a folder."""
    found = {path: text for path, text in made("shop", *backends).items() if "/" not in path}
    for path, text in found.items():
        (folder / path).write_text(text)
    return found


@pytest.mark.parametrize("chosen", CHOICES, ids=lambda chosen: "-".join(one or "none" for one in chosen))
def test_the_collector_takes_its_configuration(tmp_path: Path, chosen: tuple[str | None, ...]) -> None:
    assert "compose.yaml" in written(tmp_path, *chosen)
    assert said(tmp_path, "collector.yaml") == (0, "")
    assert said(tmp_path, "collector.yaml", "compose.yaml") == (0, "")


@pytest.mark.parametrize("top", ["compose.yaml", "kubernetes.yaml"])
def test_the_collector_takes_what_asks_for_metrics(tmp_path: Path, top: str) -> None:
    config = yaml.safe_load(written(tmp_path, None, None, "datadog")["collector.yaml"])
    # Datadog's exporter is not among the components: the metrics go elsewhere here.
    config["exporters"] = {"otlp_http": {"endpoint": "http://127.0.0.1:4318"}}
    for pipeline in config["service"]["pipelines"].values():
        pipeline["exporters"] = ["otlp_http"]
    (tmp_path / "collector.yaml").write_text(yaml.safe_dump(config))
    assert said(tmp_path, "collector.yaml", top) == (0, "")


def test_a_field_that_it_does_not_know_would_be_told(tmp_path: Path) -> None:
    text = written(tmp_path, "jaeger", None, None)["collector.yaml"]
    (tmp_path / "collector.yaml").write_text(text.replace("check_interval", "chek_interval"))
    code, told = said(tmp_path, "collector.yaml")
    assert code == 1
    assert "chek_interval" in told
