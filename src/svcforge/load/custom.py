"""Custom rules of the document to the model: who is selected, and the names in them that stand for nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from svcforge.load.assertion import known
from svcforge.load.document.custom import CustomDoc, IndependenceDoc, LayersDoc, NodeDoc, RequiredFieldDoc, SelectorDoc
from svcforge.load.grammar import Bad
from svcforge.load.index import Index
from svcforge.load.names import Names
from svcforge.load.problems import finding
from svcforge.model.custom import (
    PROPERTIES,
    CustomRule,
    ForbiddenEdge,
    Independence,
    Layers,
    MaxDegree,
    Quantified,
    RequiredField,
    Selector,
    Template,
    Test,
)
from svcforge.source.finding import Path

if TYPE_CHECKING:
    from svcforge.load.document import BlueprintDoc

WILD = "*?["
"""What makes a word a pattern, which may match nothing."""


class CustomBuilder:
    """Makes the rules of a document, and follows the names of nodes, contexts and teams in them."""

    def __init__(self, doc: BlueprintDoc, index: Index, names: Names) -> None:
        self.doc, self.index, self.names = doc, index, names
        teams = {t for c in doc.contexts.values() for t in (c.team, *(s.team for s in c.services.values()))}
        self.declared: Mapping[str, tuple[str, Collection[str]]] = {
            "name": ("service", index.parties),
            "context": ("context", doc.contexts),
            "team": ("team", {t for t in (*teams, *(b.team for b in doc.bffs.values())) if t}),
        }

    def rules(self) -> Iterator[CustomRule]:
        """The rules in their order."""
        for name, rule in self.doc.lint.custom.items():
            path: Path = ("lint", "custom", name)
            self.names.dashed("rule", name, path)
            yield CustomRule(
                name=name,
                template=self._template(rule, path),
                severity=rule.severity,
                message=rule.message,
                until=rule.until,
                path=path,
            )

    def _template(self, rule: CustomDoc, path: Path) -> Template:
        if (edge := rule.forbidden_edge) is not None:
            here = (*path, "forbidden-edge")
            return ForbiddenEdge(
                self._selector(edge.from_, (*here, "from")), self._selector(edge.to, (*here, "to")), edge.by
            )
        if (needed := rule.required_field) is not None:
            return self._required(needed, (*path, "required-field"))
        if (layers := rule.layers) is not None:
            here, listed, by = _listed(layers, (*path, "layers"), "order")
            return Layers(tuple(self._selector(one, (*here, i)) for i, one in enumerate(listed)), by)
        if (groups := rule.independence) is not None:
            here, listed, by = _listed(groups, (*path, "independence"), "of")
            return Independence(tuple(self._selector(one, (*here, i)) for i, one in enumerate(listed)), by)
        if (degree := rule.max_degree) is not None:
            here = (*path, "max-degree", "of")
            return MaxDegree(self._selector(degree.of, here), degree.in_, degree.out, degree.by)
        assert rule.assert_ is not None
        self._follow_tests(rule.assert_, (*path, "assert"))
        return rule.assert_

    def _selector(self, said: object, path: Path) -> Selector:
        """Any of the alternatives: a name, a mapping, or a list of both."""
        if isinstance(said, list):
            parts = [self._selector(one, (*path, i)) for i, one in enumerate(said)]
            return Selector(
                tuple(a for part in parts for a in part.alternatives),
                tuple(e for part in parts for e in part.excluded),
                ", ".join(part.text for part in parts),
            )
        if isinstance(said, SelectorDoc):
            tests, not_ = self._tests(said, path), self._tests(said.not_, (*path, "not")) if said.not_ else ()
            return Selector((tests,), (not_,) if not_ else (), _text(tests, not_))
        self._follow("name", str(said), path)
        return Selector(((Test("name", (str(said),)),),), text=str(said))

    def _tests(self, doc: NodeDoc, path: Path) -> tuple[Test, ...]:
        found: list[Test] = []
        for key in NodeDoc.model_fields:
            words: tuple[str, ...] | None = getattr(doc, key)
            if words is not None:
                found.append(Test(key, words))
                for word in words:
                    self._follow(key, word, (*path, key))
        return tuple(found)

    def _required(self, doc: RequiredFieldDoc, path: Path) -> RequiredField:
        properties = PROPERTIES[doc.of]
        for key in doc.that:
            self._known(key, properties, doc.of, (*path, "that", key), at_key=True)
        for key in doc.field:
            self._known(key, properties, doc.of, (*path, "field"))
        tests = tuple(Test(key, words) for key, words in doc.that.items())
        selector = Selector((tests,), text=_text(tests))
        self._follow_tests(Quantified(doc.of, selector, "all_have"), (*path, "that"))
        return RequiredField(doc.of, selector, doc.field)

    def _known(self, key: str, properties: Iterable[str], of: str, path: Path, *, at_key: bool = False) -> None:
        try:
            known(key, properties, f"property of {of}")
        except Bad as bad:
            found = finding("SF011", "schema", bad.message, bad.hint, self.names.root, path, at_key=at_key)
            self.names.findings.append(found)

    def _follow_tests(self, asked: Quantified, path: Path) -> None:
        """Follow the names in the conditions of a kind of element."""
        tests = [test for alternative in asked.that.alternatives for test in alternative]
        for test in (*tests, *asked.tests):
            key = test.key.removeprefix("source_").removeprefix("target_")
            if key in ("service", "source", "target") or (key == "name" and asked.of == "services"):
                key = "name"
            elif key == "name":
                continue
            for word in test.words:
                self._follow(key, word, path)

    def _follow(self, key: str, word: str, path: Path) -> None:
        """A name that stands for nothing is SF001, unless it is a pattern."""
        if key in self.declared and not any(sign in word for sign in WILD):
            kind, declared = self.declared[key]
            self.index.named(kind, word, path, declared)


def _listed(said: object, path: Path, key: str) -> tuple[Path, list[object], str]:
    """Where the list stands, the list, and the edges that are meant."""
    if isinstance(said, LayersDoc):
        return (*path, key), [*said.order], said.by
    if isinstance(said, IndependenceDoc):
        return (*path, key), [*said.of], said.by
    return path, said if isinstance(said, list) else [], "any"


def _text(tests: Iterable[Test], excluded: Iterable[Test] = ()) -> str:
    """A selector in words: `context=reporting`, `role=entry not team=core`."""
    words, less = (", ".join(test.text for test in some) for some in (tests, excluded))
    return f"{words} not {less}".strip() if less else words
