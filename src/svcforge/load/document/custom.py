"""Custom rules as they are written: the keys below `lint.custom`."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import Field as Key
from pydantic import model_validator

from svcforge.load import words
from svcforge.load.assertion import assertion, known
from svcforge.load.grammar import Bad
from svcforge.load.shape import BY_SHAPE, LIST, MAPPING, WORD, Element, Reads, ReadsAny, Text, Whole, custom, one_of
from svcforge.load.shape import text as plain
from svcforge.model.custom import MANNERS, PROPERTIES, Quantified

ROLES = (
    "business", "worker", "gateway", "bff", "frontend", "client", "adapter", "esb", "registry", "infra", "external", "entry",
)  # fmt: skip
"""What a node may be: its role, an external, or an entry (reached from outside), which it is besides."""


def _some(*known_words: str) -> ReadsAny:
    """A word, or a list of which any will do; of a closed vocabulary where there is one."""

    def read(value: Any) -> tuple[str, ...]:
        found = value if isinstance(value, list) else [value]
        if not found or not all(isinstance(one, str) and one for one in found):
            raise Bad("expected a word or a list of words", "write a word, or [one, another]")
        return tuple(known(plain(one), known_words, "word here") if known_words else plain(one) for one in found)

    item = {"type": "string", **({"enum": list(known_words)} if known_words else {})}
    return ReadsAny(read, {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]})


Some = Annotated[tuple[str, ...], _some()]


def _until(value: str) -> str:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise Bad(f'"{value}" is no day', "write it as 2027-06-30")


class NodeDoc(Element):
    """Services, BFFs, externals and the gateway that fit every key; a list is any of its words, `*` any text."""

    name: Some | None = None
    context: Some | None = None
    subdomain: Annotated[tuple[str, ...], _some(*words.SUBDOMAINS)] | None = None
    role: Annotated[tuple[str, ...], _some(*ROLES)] | None = Key(
        None, description="Its role; external; or entry: reached from outside."
    )
    team: Some | None = None
    tier: Some | None = None
    stack: Some | None = None
    language: Some | None = None


class SelectorDoc(NodeDoc):
    """Services, BFFs, externals and the gateway that fit every key, but not what `not` names."""

    not_: NodeDoc | None = Key(None, alias="not")


One = Annotated[Annotated[Text, WORD] | Annotated[SelectorDoc, MAPPING], BY_SHAPE]
Selected = Annotated[Annotated[Text, WORD] | Annotated[list[One], LIST] | Annotated[SelectorDoc, MAPPING], BY_SHAPE]
By = Annotated[str, one_of(*MANNERS)]


class ForbiddenEdgeDoc(Element):
    """No edge may lead from some nodes to others."""

    from_: Selected = Key(alias="from")
    to: Selected
    by: By = Key("any", description="call, event (a subscriber depends on the publisher), or any.")


class RequiredFieldDoc(Element):
    """Some elements have to say something."""

    of: Annotated[str, one_of(*PROPERTIES)]
    that: dict[str, Some] = Key(default_factory=dict, description="property: word, or a list of words.")
    field: Some = Key(description="A property that each has to have, or several.")


class LayersDoc(Element):
    """Layers from the top to the bottom: no edge leads up."""

    order: list[Selected]
    by: By = "any"


class IndependenceDoc(Element):
    """Groups between which there is no edge; of a single one, its members."""

    of: list[Selected]
    by: By = "any"


class MaxDegreeDoc(Element):
    """How many others a node may be reached from, and may reach."""

    of: Selected = "*"
    in_: Whole | None = Key(None, alias="in")
    out: Whole | None = None
    by: By = "any"


TEMPLATES = ("forbidden-edge", "required-field", "layers", "independence", "max-degree", "assert")


class CustomDoc(Element):
    """A rule of this blueprint's own: one of the templates, and what is said when it is not followed."""

    forbidden_edge: ForbiddenEdgeDoc | None = Key(None, alias="forbidden-edge")
    required_field: RequiredFieldDoc | None = Key(None, alias="required-field")
    layers: Annotated[Annotated[list[Selected], LIST] | Annotated[LayersDoc, MAPPING], BY_SHAPE] | None = Key(
        None, description="From the top to the bottom."
    )
    independence: Annotated[Annotated[list[Selected], LIST] | Annotated[IndependenceDoc, MAPPING], BY_SHAPE] | None = (
        None
    )
    max_degree: MaxDegreeDoc | None = Key(None, alias="max-degree")
    assert_: (
        Annotated[
            Quantified, Reads(assertion, {"type": "string", "examples": ["services.that(role=entry).all_have(authn)"]})
        ]
        | None
    ) = Key(
        None,
        alias="assert",
        description="services.that(role=entry).all_have(authn); none_have, some_have, at_most(3), at_least(1).",
    )
    severity: Annotated[str, one_of(*words.SEVERITIES)] = "warning"
    message: Text | None = Key(None, description="Why; it stands behind what was found.")
    until: Annotated[str, Reads(_until, {"type": "string", "format": "date"})] | None = Key(
        None, description="The last day on which it holds."
    )

    @model_validator(mode="before")
    @classmethod
    def _one_template(cls, value: Any) -> Any:
        """A rule asks one thing."""
        if isinstance(value, dict):
            found = [key for key in TEMPLATES if key in value]
            if len(found) != 1:
                said = " and ".join(f'"{key}"' for key in found) or "nothing"
                raise custom(f"a rule asks one thing, and this one {said}", f"write one of {', '.join(TEMPLATES)}")
        return value
