"""Small blueprints and what the linter says of them, for the tests of rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from svcforge.lint.run import ONLY_FINDINGS, Asked, Verdict, run
from svcforge.lint.settings import Choices, resolve
from svcforge.load import load_text
from svcforge.source.finding import Finding, dotted

TODAY = date(2026, 6, 15)
HEAD = "svcforge: 1\nsystem: s\n"
AS_WRITTEN = Choices()


def system(services: Mapping[str, str], more: str = "", contexts: Mapping[str, str] | None = None) -> str:
    """A blueprint of services by the text of their mapping, all in context `c` unless `contexts` says otherwise."""
    inside: dict[str, list[str]] = {}
    for name, body in services.items():
        inside.setdefault((contexts or {}).get(name, "c"), []).append(f"      {name}: {body}\n")
    body = "".join(f"  {context}:\n    services:\n{''.join(found)}" for context, found in inside.items())
    return f"{HEAD}{more}contexts:\n{body}"


def verdict(text: str, choices: Choices = AS_WRITTEN, today: date = TODAY, asked: Asked = ONLY_FINDINGS) -> Verdict:
    """What the linter says of a blueprint that can be read."""
    loaded = load_text(text)
    assert loaded.blueprint is not None, [f"{f.code} {f.message}" for f in loaded.findings]
    settings = resolve(loaded.blueprint.lint, choices)
    return run(loaded.blueprint, settings, today=today, locate=loaded.locate, comments=loaded.comments(), asked=asked)


def findings(text: str, rule: str) -> list[Finding]:
    """What one rule says of a blueprint, in all profiles."""
    return list(verdict(text, Choices(select=(rule,), profile="production")).findings)


def messages(text: str, rule: str) -> list[str]:
    """The findings of one rule as `severity message`."""
    return [f"{f.severity} {f.message}" for f in findings(text, rule)]


def places(text: str, rule: str) -> list[str]:
    """Where the findings of one rule are, as dotted paths."""
    return [dotted(f.path) for f in findings(text, rule)]
