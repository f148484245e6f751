"""Versions of an operation side by side: each an operation of its own, and what may be written for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcforge.load import load_text
from svcforge.load.document import OperationDoc, OperationVersionsDoc
from svcforge.load.versions import name_in_code, resolved
from svcforge.model.blueprint import Blueprint
from svcforge.source.finding import dotted

HEAD = "svcforge: 1\nsystem: shop\n"
BOTH = "place: {versions: {1: {in: {a: int}, out: {n: int}}, 2: {in: {a: int, b: int}, out: {n: int}}}}"


def system(operations: str, *services: str) -> str:
    """Service `s` with the operations, and further services."""
    more = "".join(f"      {service}\n" for service in services)
    return f"{HEAD}contexts:\n  c:\n    services:\n      s: {{operations: {{{operations}}}}}\n{more}"


def read(text: str) -> Blueprint:
    loaded = load_text(text)
    assert loaded.blueprint is not None, loaded.findings
    return loaded.blueprint


def told(text: str) -> list[str]:
    return [f"{f.code} {dotted(f.path)}: {f.message} | {f.hint}" for f in load_text(text).findings]


def test_each_version_is_an_operation_and_the_first_has_the_plain_name() -> None:
    found = read(system(BOTH)).services["s"].operations
    assert {name: (o.name, o.stem, o.version, dotted(o.path)) for name, o in found.items()} == {
        "place": ("place", "place", 1, "contexts.c.services.s.operations.place.versions.1"),
        "place_v2": ("place_v2", "place", 2, "contexts.c.services.s.operations.place.versions.2"),
    }
    assert [f.name for f in found["place_v2"].inputs or () if not isinstance(f, str)] == ["a", "b"]


def test_a_name_that_ends_like_a_version_is_a_name() -> None:
    [one] = read(system("place_v2: {}")).services["s"].operations.values()
    assert (one.name, one.stem, one.version) == ("place_v2", "place_v2", None)


@pytest.mark.parametrize(
    ("written", "operation"), [("s.place", "place_v2"), ("s.place.v1", "place"), ("s.place.v2", "place_v2")]
)
def test_a_reference_is_the_highest_version_unless_it_names_one(written: str, operation: str) -> None:
    blueprint = read(
        system(
            f"{BOTH}, undo_it: {{}}",
            f"t: {{calls: [{written}], operations: {{go: {{calls: [{{to: {written}}}]}}}}}}",
        )
        + f"sagas: {{flow: {{starts: {written}, steps: [{{do: {written}, undo: {written}}}], undo: {written}}}}}\n"
        + f'bffs: {{web: {{endpoints: {{GET /home: {{one: "{written}(a=1)"}}}}}}}}\n'
    )
    assert blueprint.unresolved == ()
    saga, t = blueprint.sagas["flow"], blueprint.services["t"]
    [step] = saga.steps
    [part] = blueprint.bffs["web"].endpoints[0].parts
    calls = (*t.calls, *t.operations["go"].calls, step.do, step.undo, saga.undo, part.call)
    assert saga.operation == operation
    assert {call.operation for call in calls if call} == {operation}
    assert {call.name for call in calls if call} == {"place"}


def test_a_handler_may_be_one_version_too() -> None:
    text = HEAD + (
        "contexts: {c: {services: {p: {events: {E: {x: uuid}}}, s: {operations: {%s}, subscribes: {p.E: %s}}}}}\n"
    )
    for written, operation in (("place", "place_v2"), ("place.v1", "place")):
        [heard] = read(text % (BOTH, written)).services["s"].subscriptions
        assert heard.operation == operation


def test_what_an_external_offers_may_have_versions() -> None:
    text = f"{HEAD}externals: {{bank: {{operations: {{{BOTH}}}}}}}\n" + (
        "contexts: {c: {services: {s: {operations: {pay: {calls: [bank.place.v1]}}}}}}\n"
    )
    [call] = read(text).services["s"].operations["pay"].calls
    assert (call.target, call.operation) == ("bank", "place")


@pytest.mark.parametrize(
    ("written", "nearest"),
    [
        ("s.place.v3", "s.place.v2"),
        ("s.place.v9999", "s.place.v2"),
        ("s.place_v2", "s.place.v2"),
        ("s.plase", "s.place"),
        ("s.plain.v2", "s.plain"),
        ("s.place.v0", "s.place.v1"),
        ("x.place.v1", "s.place.v1"),
    ],
)
def test_a_reference_to_no_version_has_the_nearest_one(written: str, nearest: str) -> None:
    [lost] = read(system(f"{BOTH}, plain: {{}}", f"t: {{operations: {{go: {{calls: [{written}]}}}}}}")).unresolved
    assert (lost.kind, lost.text, lost.nearest) == ("operation", written, nearest)


def test_version_1_may_be_named_before_there_is_another() -> None:
    [call] = (
        read(system("plain: {}", "t: {operations: {go: {calls: [s.plain.v1]}}}")).services["t"].operations["go"].calls
    )
    assert call.operation == "plain"


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        (
            f"{BOTH}, place_v2: {{}}",
            'SF012 contexts.c.services.s.operations.place_v2: two operations are called "place_v2" in code, as version 2 '
            'of "place" is | call the other one something else than "place_v2"',
        ),
        (
            f"place_v2: {{}}, {BOTH}",
            'SF012 contexts.c.services.s.operations.place.versions.2: two operations are called "place_v2" in code, as '
            'version 2 of "place" is | call the other one something else than "place_v2"',
        ),
        (
            "place: {versions: {one: {}}}",
            'SF012 contexts.c.services.s.operations.place.versions.one: "one" is no version | number the versions 1, 2, 3',
        ),
        (
            "place: {versions: {01: {}}}",
            'SF012 contexts.c.services.s.operations.place.versions.01: "01" is no version | number the versions 1, 2, 3',
        ),
        (
            "place: {versions: {}}",
            'SF011 contexts.c.services.s.operations.place.versions: "place" has no version | '
            "write versions: {1: {...}}, or the operation without versions",
        ),
        (
            "place: {versions: {1: {}}, http: GET /x}",
            'SF011 contexts.c.services.s.operations.place.http: unknown key "http" | each version says it for itself: move it into them',
        ),
        (
            "place: {versions: {1: {htpp: GET /x}}}",
            'SF011 contexts.c.services.s.operations.place.versions.1.htpp: unknown key "htpp" | did you mean "http"?',
        ),
        (
            "place: {versions: [1, 2]}",
            'SF011 contexts.c.services.s.operations.place.versions: "versions" should be a mapping, not a list | '
            "write a mapping",
        ),
        (
            f"{'a' * 38}: {{versions: {{2: {{}}}}}}",
            f'SF012 contexts.c.services.s.operations.{"a" * 38}.versions.2: "{"a" * 38}_v2" has 41 characters, more than '
            "40 | choose a shorter name for the operation",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_has_a_place_and_a_remedy(operations: str, expected: str) -> None:
    assert told(system(operations)) == [expected]


def test_a_version_can_have_had_another_name() -> None:
    found = read(system("put: {versions: {1: {was: place}, 2: {was: place.v2}}}")).services["s"].operations
    assert {name: o.was for name, o in found.items()} == {"put": "place", "put_v2": "place_v2"}


def test_an_answer_goes_by_the_name_that_is_written_whatever_the_version() -> None:
    caller = "t: {{operations: {{go: {{calls: [{to}], out: {{n: int}}}}}}}}"
    for to in ("s.place", "s.place.v1"):
        [call] = read(system(BOTH, caller.format(to=to))).services["t"].operations["go"].calls
        assert call.name == "place"


@given(st.sets(st.integers(1, 9999), min_size=1), st.integers(1, 9999))
def test_what_a_reference_stands_for_is_declared(numbers: set[int], wanted: int) -> None:
    versions = ", ".join(f"{number}: {{}}" for number in sorted(numbers))
    services = read(system(f"place: {{versions: {{{versions}}}}}")).services
    assert list(services["s"].operations) == [name_in_code("place", number) for number in sorted(numbers)]
    plain = OperationDoc.model_construct()
    docs = {"place": OperationVersionsDoc.model_construct(versions={str(number): plain for number in numbers})}
    assert resolved(docs, "place") == name_in_code("place", max(numbers))
    known = name_in_code("place", wanted) if wanted in numbers else None
    assert resolved(docs, f"place.v{wanted}") == known
