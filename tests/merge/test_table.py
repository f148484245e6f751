"""The decision table, row by row: what becomes of a file, and which base is remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcforge.merge.changes import change_set
from svcforge.merge.entry import ABSENT, Current, Entry, State, Thing, offered
from svcforge.merge.table import Decision, Verdict, decisions, questions
from svcforge.packs.card import FileKind
from svcforge.packs.unit import File


def entry(text: str, kind: FileKind = "managed", state: State = State.CLEAN, executable: bool = False) -> Entry:
    return replace(offered(File("f", text.encode(), executable, kind)), state=state)


def there(text: str, executable: bool = False) -> Current:
    return Current(Thing.FILE, entry(text).hash, executable)


def decided(base: Entry | None, new: Entry | None, current: Current | None) -> Decision:
    """The decision on one file; None for `current` asserts that nobody asks for it."""
    bases = {} if base is None else {"f": base}
    news = {} if new is None else {"f": new}
    asked = list(questions(bases, news))
    assert asked == ([] if current is None else ["f"])
    (decision,) = decisions(bases, news, {"f": current} if current else {})
    return decision


B, N, C = entry("base"), entry("new"), there("mine")
LINK = Current(Thing.LINK)


@pytest.mark.parametrize(
    ("base", "new", "current", "verdict", "remembered"),
    [
        pytest.param(None, N, ABSENT, Verdict.CREATE, N, id="a new file"),
        pytest.param(B, B, None, Verdict.UNCHANGED, B, id="nothing new: the file is not read"),
        pytest.param(B, N, there("base"), Verdict.WRITE, N, id="not edited: written"),
        pytest.param(B, N, there("new"), Verdict.ADOPT, N, id="edited to what is new: adopted"),
        pytest.param(B, N, C, Verdict.DIVERGED, N, id="edited: to be merged"),
        pytest.param(B, N, ABSENT, Verdict.DELETED, replace(N, state=State.DELETED), id="deleted: stays deleted"),
        pytest.param(B, None, there("base"), Verdict.REMOVE, None, id="dropped, not edited: removed"),
        pytest.param(B, None, C, Verdict.DETACHED, replace(B, state=State.DETACHED), id="dropped, edited: detached"),
        pytest.param(B, None, ABSENT, Verdict.UNCHANGED, None, id="dropped, deleted: forgotten"),
        pytest.param(None, N, there("new"), Verdict.ADOPT, N, id="both added, equal: adopted"),
        pytest.param(None, N, C, Verdict.DIVERGED, N, id="both added, different"),
        pytest.param(B, N, LINK, Verdict.REFUSED, B, id="a link in its place"),
        pytest.param(None, N, Current(Thing.FOLDER), Verdict.REFUSED, None, id="a folder in its place"),
        pytest.param(B, None, Current(Thing.OTHER), Verdict.REFUSED, B, id="dropped, a device in its place"),
        pytest.param(B, N, Current(Thing.HIDDEN), Verdict.REFUSED, B, id="behind a link"),
        pytest.param(
            entry("base", "owned"), entry("new", "owned"), C, Verdict.DIVERGED, entry("new", "owned"), id="owned"
        ),
        pytest.param(None, entry("new", "once"), ABSENT, Verdict.CREATE, entry("new", "once"), id="once: written"),
        pytest.param(None, entry("new", "once"), C, Verdict.YOURS, entry("new", "once"), id="once: the user was first"),
        pytest.param(
            entry("base", "once"), entry("new", "once"), None, Verdict.UNCHANGED, entry("base", "once"), id="once"
        ),
        pytest.param(entry("base", "once"), None, there("base"), Verdict.REMOVE, None, id="once: dropped as generated"),
        pytest.param(
            entry("base", "once"), entry("new"), there("base"), Verdict.WRITE, N, id="once, managed from now on"
        ),
        pytest.param(entry("base", state=State.DETACHED), B, None, Verdict.UNCHANGED, B, id="detached, made again"),
        pytest.param(
            entry("base", state=State.DETACHED),
            None,
            C,
            Verdict.UNCHANGED,
            entry("base", state=State.DETACHED),
            id="still detached",
        ),
        pytest.param(
            entry("base", state=State.DELETED),
            B,
            None,
            Verdict.UNCHANGED,
            entry("base", state=State.DELETED),
            id="still deleted",
        ),
        pytest.param(entry("base", state=State.DELETED), N, C, Verdict.DIVERGED, N, id="deleted, written anew"),
        pytest.param(
            entry("base", state=State.IGNORED),
            N,
            None,
            Verdict.UNCHANGED,
            entry("base", state=State.IGNORED),
            id="ignored",
        ),
        pytest.param(
            entry("base", state=State.IGNORED),
            None,
            None,
            Verdict.UNCHANGED,
            entry("base", state=State.IGNORED),
            id="ignored, dropped",
        ),
    ],
)
def test_the_row(
    base: Entry | None, new: Entry | None, current: Current | None, verdict: Verdict, remembered: Entry | None
) -> None:
    decision = decided(base, new, current)
    assert (decision.verdict, decision.entry) == (verdict, remembered)


WAITS = entry("base", state=State.CONFLICTED)
MARKED = replace(C, marked=True)


@pytest.mark.parametrize(
    ("new", "current", "beside", "verdict", "remembered"),
    [
        pytest.param(N, MARKED, ABSENT, Verdict.WAITING, WAITS, id="the markers are still there"),
        pytest.param(B, MARKED, ABSENT, Verdict.WAITING, WAITS, id="nothing new, the markers are still there"),
        pytest.param(N, C, there("new"), Verdict.WAITING, WAITS, id="the new one is still beside it"),
        pytest.param(None, MARKED, ABSENT, Verdict.WAITING, WAITS, id="dropped, the markers are still there"),
        pytest.param(B, C, ABSENT, Verdict.UNCHANGED, B, id="resolved"),
        pytest.param(N, C, ABSENT, Verdict.DIVERGED, N, id="resolved, and something new is offered"),
        pytest.param(N, there("base"), ABSENT, Verdict.WRITE, N, id="resolved as it was offered"),
        pytest.param(B, ABSENT, ABSENT, Verdict.UNCHANGED, B, id="resolved by deleting the file"),
    ],
)
def test_a_conflict_waits_until_it_is_resolved(
    new: Entry | None, current: Current, beside: Current, verdict: Verdict, remembered: Entry | None
) -> None:
    news = {} if new is None else {"f": new}
    assert set(questions({"f": WAITS}, news)) == {"f", "f.svcforge-new"}
    (decision,) = decisions({"f": WAITS}, news, {"f": current, "f.svcforge-new": beside})
    assert (decision.verdict, decision.entry) == (verdict, remembered)


@pytest.mark.parametrize(
    ("base", "new", "current", "verdict", "executable"),
    [
        (False, False, False, Verdict.WRITE, False),
        (False, True, False, Verdict.WRITE, True),
        (True, False, True, Verdict.WRITE, False),
        (False, False, True, Verdict.WRITE, True),
        (False, True, True, Verdict.WRITE, False),
    ],
)
def test_the_executable_bit_is_the_users_turned_round_when_the_template_turned_it(
    base: bool, new: bool, current: bool, verdict: Verdict, executable: bool
) -> None:
    decision = decided(entry("base", executable=base), entry("new", executable=new), there("base", current))
    assert (decision.verdict, decision.executable) == (verdict, executable)


def test_a_template_that_only_makes_a_file_executable_writes_it() -> None:
    decision = decided(entry("same"), entry("same", executable=True), there("same"))
    assert (decision.verdict, decision.executable) == (Verdict.WRITE, True)


texts = st.sampled_from(["a", "b", "c"])
entries = (
    st.builds(entry, texts, st.sampled_from(["managed", "once", "owned"]), st.sampled_from(State), st.booleans())
    | st.none()
)
currents = st.builds(there, texts, st.booleans()) | st.sampled_from(
    [Current(thing) for thing in Thing if thing is not Thing.FILE]
)


@given(entries, entries, currents)
def test_what_the_user_wrote_is_never_replaced(base: Entry | None, new: Entry | None, current: Current) -> None:
    bases, news = {"f": base} if base else {}, {"f": replace(new, state=State.CLEAN)} if new else {}
    for decision in decisions(bases, news, {"f": current, "f.svcforge-new": ABSENT}):
        if decision.verdict in (Verdict.WRITE, Verdict.REMOVE):
            assert base is not None or current.hash == news["f"].hash
            assert current.hash in {known.hash for known in (base, *news.values()) if known}
        if decision.verdict is Verdict.CREATE:
            assert current.thing is Thing.ABSENT
        if decision.verdict in (Verdict.WAITING, Verdict.REFUSED):
            assert (decision.entry and decision.entry.hash) == (base and base.hash)


def test_a_change_set_lists_what_changes_and_counts_the_rest() -> None:
    found = change_set(
        "orders",
        "services/orders",
        [
            Decision("a", Verdict.UNCHANGED, B),
            Decision("b", Verdict.WRITE, N),
            Decision("c", Verdict.REFUSED, B, why=Thing.LINK),
            Decision("d", Verdict.CREATE, N),
        ],
    )
    assert [(change.path, change.verdict, change.why) for change in found.changes] == [
        ("b", Verdict.WRITE, ""),
        ("c", Verdict.REFUSED, "a symbolic link"),
        ("d", Verdict.CREATE, ""),
    ]
    assert (found.unchanged, found.writes, found.settled) == (1, True, False)
