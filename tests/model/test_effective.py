"""Effective policy: the nearest word holds, and it is known who said it."""

from __future__ import annotations

import pytest

from svcforge.load import load_text
from svcforge.model.edges import edges
from svcforge.model.effective import Effective, availability, call_policy, replicas

TEXT = """svcforge: 1
system: s
{more}contexts:
  c:
    {context}services:
      a:
        {service}operations:
          go: {{calls: [{call}]}}
      b: {{operations: {{work: {{}}}}}}
"""


def effective(name: str, call: str = "b.work", service: str = "", context: str = "", more: str = "") -> Effective:
    """A policy of the call from `a` to `b`."""
    loaded = load_text(TEXT.format(call=call, service=service, context=context, more=more))
    assert loaded.blueprint is not None
    [edge] = edges(loaded.blueprint)
    return call_policy(loaded.blueprint, edge, name)


SERVICE = "defaults: {call: {timeout: 2s}}\n        "
CONTEXT = "defaults: {call: {timeout: 3s}}\n    "
SYSTEM = "defaults: {call: {timeout: 4s}}\n"


@pytest.mark.parametrize(
    ("said", "value", "told_by"),
    [
        ({"call": "{to: b.work, timeout: 1s}", "service": SERVICE, "context": CONTEXT, "more": SYSTEM}, 1000, "the call"),
        ({"service": SERVICE, "context": CONTEXT, "more": SYSTEM}, 2000, 'the defaults of service "a"'),
        ({"context": CONTEXT, "more": SYSTEM}, 3000, 'the defaults of context "c"'),
        ({"more": SYSTEM}, 4000, "the system's defaults"),
        ({}, None, "nobody"),
    ],
)  # fmt: skip
def test_the_nearest_word_holds_and_is_told(said: dict[str, str], value: int | None, told_by: str) -> None:
    found = effective("timeout", **said)
    assert (found.value, found.told_by) == (value, told_by)


@pytest.mark.parametrize(
    ("call", "more", "expected"),
    [
        ("b.work", "platform: {mesh: istio}\n", ("strict", "mesh", "the mesh")),
        ("b.work", "", (None, None, "nobody")),
        ("{to: b.work, tls: permissive}", "platform: {mesh: istio}\n", ("permissive", None, "the call")),
        ("{to: b.work, tls: strict}", "platform: {mesh: istio}\n", ("strict", "mesh", "the call")),
        (
            "b.work",
            "platform: {mesh: istio}\ndefaults: {call: {tls: none}}\n",
            ("none", None, "the system's defaults"),
        ),
    ],
)
def test_a_mesh_gives_strict_tls_and_an_identity_unless_a_call_may_be_plaintext(
    call: str, more: str, expected: tuple[str | None, str | None, str]
) -> None:
    tls, auth = effective("tls", call, more=more), effective("auth", call, more=more)
    assert (tls.value, auth.value, tls.told_by) == expected


def test_promises_and_replicas_are_looked_up_the_same_way() -> None:
    text = TEXT.format(call="b.work", service="scale: {min: 3}\n        ", context="", more="defaults: {scale: {min: 1}, slo: {availability: 99%}}\n")  # fmt: skip
    blueprint = load_text(text).blueprint
    assert blueprint is not None
    assert [(replicas(blueprint, n).value, availability(blueprint, n).value) for n in "ab"] == [(3, 0.99), (1, 0.99)]
