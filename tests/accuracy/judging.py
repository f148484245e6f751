"""A source, imported and judged under every rule: its findings, and the links that they are about."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from svcforge.lint.settings import Choices
from svcforge.load import Loaded, load_text
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import edges
from svcforge.pipeline import judged
from svcforge.pipeline.importing import imported
from svcforge.source.finding import Finding

ROOT = Path(__file__).parents[2]
SYSTEMS = Path(os.environ.get("SVCFORGE_SYSTEMS") or ROOT.parent / "shared" / "systems")
"""Where the evidence lies: real systems, with what other people found in them. It is no part of this repository."""


def here() -> bool:
    """Whether the evidence is on this machine."""
    return SYSTEMS.is_dir()


@dataclass(frozen=True)
class Judged:
    """What svcforge makes of a source."""

    text: str
    loaded: Loaded
    findings: tuple[Finding, ...]

    @cached_property
    def blueprint(self) -> Blueprint:
        """What the import wrote, read again."""
        assert self.loaded.blueprint is not None, self.loaded.findings
        return self.loaded.blueprint

    @cached_property
    def codes(self) -> frozenset[str]:
        """The rules that found something."""
        return frozenset(finding.code for finding in self.findings)

    def of(self, code: str) -> list[Finding]:
        """What a rule found."""
        return [finding for finding in self.findings if finding.code == code]

    def links(self, code: str) -> set[tuple[str, str]]:
        """The links that a rule's findings stand at, as source and target."""
        known = {edge.path: (edge.source, edge.target) for edge in edges(self.blueprint)}
        return {
            known[finding.path[:i]]
            for finding in self.of(code)
            for i in range(len(finding.path), 0, -1)
            if finding.path[:i] in known
        }

    def services(self, code: str) -> set[str]:
        """The services that a rule's findings stand at."""
        return {str(f.path[3]) for f in self.of(code) if len(f.path) > 3 and f.path[0] == "contexts"}

    @cached_property
    def names(self) -> dict[str, str]:
        """What a source calls a part -> what the blueprint calls it."""
        blueprint = self.blueprint
        parts = (*blueprint.services.values(), *blueprint.externals.values())
        return {name: part.name for part in parts for name in (part.name, *part.aka)}


@cache
def judge(*sources: str) -> Judged:
    """Import sources by their paths below the evidence (or this repository), judged in the profile `production`."""
    text = imported([str((ROOT if source.startswith("tests/") else SYSTEMS) / source) for source in sources]).text
    loaded = load_text(text)
    return Judged(text, loaded, judged(loaded, Choices(profile="production")).report.findings)
