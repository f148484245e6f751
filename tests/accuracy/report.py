"""What the comparison found, as text to read and as figures to keep."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from tests.accuracy.drawings import Compared, Difference
from tests.accuracy.recorded import Checked
from tests.accuracy.verdicts import MAPPED, Verdict

FOLDER = Path(__file__).parent
FIGURES = FOLDER / "measured.json"
"""The figures of the last `make accuracy`, from which the README's tables are made."""
TARGET = 0.9
"""Share of microSecEnD's verdicts that svcforge agrees with at least."""


@dataclass(frozen=True)
class Result:
    """All comparisons, and the reasons for differences by what differs."""

    verdicts: list[Verdict]
    drawings: list[Compared]
    records: list[Checked]
    expected: list[Checked]
    arguments: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def missed(self) -> dict[str, Verdict]:
        """The verdicts that svcforge does not agree with."""
        return {f"{v.system} {v.asked}": v for v in self.verdicts if v.theirs != v.ours}

    @property
    def unequal(self) -> dict[str, Checked]:
        """The expected findings that are not as expected."""
        return {c.key: c for c in self.expected if not c.agrees}

    @property
    def differences(self) -> list[Difference]:
        """What only microFreshener or only svcforge finds in a drawing."""
        return [difference for each in self.drawings for difference in each.differences]

    @property
    def agreement(self) -> float:
        """The share of verdicts that svcforge agrees with."""
        return 1 - len(self.missed) / len(self.verdicts)

    def problems(self) -> Iterator[str]:
        """What is worse than promised: differences without a reason, reasons without a difference, the target missed."""
        if self.agreement < TARGET:
            yield f"microSecEnD: {self.agreement:.1%} of the verdicts agree, less than {TARGET:.0%}"
        for name, missed in (("microSecEnD", self.missed), ("expected", self.unequal)):
            argued = self.arguments.get(name, {})
            yield from (f"{name}: no reason for {key}" for key in missed if key not in argued)
            yield from (f"{name}: a reason for {key}, which agrees" for key in argued if key not in missed)
        for difference in self.differences:
            if difference.why is None:
                yield f"microFreshener: no reason for {' -> '.join(difference.thing)} ({difference.smell}, {difference.drawing})"
        yield from (f"recorded: {c.key} is {c.found}, not {c.wanted}" for c in self.records if not c.agrees)


def arguments() -> dict[str, dict[str, str]]:
    """The reasons for differences, as written down."""
    return yaml.safe_load((FOLDER / "arguments.yaml").read_text(encoding="utf-8"))


def figures(result: Result) -> dict[str, Any]:
    """What the tables show."""
    return {
        "microSecEnD": {asked: _matrix(result.verdicts, asked) for asked in MAPPED},
        "microFreshener": _smells(result.drawings),
        "recorded": _share(result.records),
        "expected": _share(result.expected),
    }


def _matrix(verdicts: Iterable[Verdict], asked: str) -> dict[str, Any]:
    of = [v for v in verdicts if v.asked == asked]
    what, rule, _ = MAPPED[asked]
    count = {(t, o): sum(v.theirs is t and v.ours is o for v in of) for t in (True, False) for o in (True, False)}
    return {
        "asks": what, "rule": rule, "both": count[True, True], "missed": count[True, False],
        "false": count[False, True], "silent": count[False, False],
    }  # fmt: skip


def _smells(drawings: Iterable[Compared]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in drawings:
        row = found.setdefault(each.smell, {"rule": each.rule, "both": 0, "theirs": 0, "ours": 0})
        row["both"] += each.both
        row["theirs"] += sum(not d.ours for d in each.differences)
        row["ours"] += sum(d.ours for d in each.differences)
    return found


def _share(checks: Iterable[Checked]) -> dict[str, int]:
    checks = list(checks)
    return {"agree": sum(c.agrees for c in checks), "all": len(checks)}


def kept() -> dict[str, Any]:
    """The figures of the last run that was kept."""
    return json.loads(FIGURES.read_text(encoding="utf-8"))


def tables(found: dict[str, Any]) -> str:
    """The figures in Markdown."""
    return "\n".join((_verdict_table(found["microSecEnD"]), _smell_table(found["microFreshener"]), _rest(found)))


def _verdict_table(rows: dict[str, Any]) -> str:
    total = {key: sum(row[key] for row in rows.values()) for key in ("both", "missed", "false", "silent")}
    agree, all_ = total["both"] + total["silent"], sum(total.values())
    lines = [
        "| microSecEnD asks for | rule | broken, found | broken, not found | kept, found all the same | kept, silent |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for asked, row in rows.items():
        counts = " | ".join(str(row[key]) for key in total)
        lines.append(f"| {asked} {row['asks']} | {row['rule']} | {counts} |")
    lines.append(
        f"| **{agree} of {all_} verdicts ({agree / all_:.1%})** | | {' | '.join(f'**{n}**' for n in total.values())} |"
    )
    return "\n".join(lines) + "\n"


def _smell_table(rows: dict[str, Any]) -> str:
    lines = [
        "| microFreshener finds | rule | both | microFreshener alone | svcforge alone |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {smell} | {row['rule']} | {row['both']} | {row['theirs']} | {row['ours']} |" for smell, row in rows.items()
    ]
    return "\n".join(lines) + "\n"


def _rest(found: dict[str, Any]) -> str:
    recorded, expected = found["recorded"], found["expected"]
    return (
        "| what is recorded of five systems | as recorded |\n| --- | --- |\n"
        "| cycles, shared databases and servers, longest chains, AIS, ADS, ACS, SIY, SCF, instability "
        f"| {recorded['agree']} of {recorded['all']} |\n"
        f"| findings that studies expect, or expect not | {expected['agree']} of {expected['all']} |\n"
    )


def details(result: Result) -> str:
    """Every difference with its reason."""
    lines = ["Differences, each with its reason:", ""]
    for key, verdict in result.missed.items():
        says = "finds nothing" if verdict.theirs else "finds something"
        lines.append(f"- microSecEnD {key} ({verdict.rule}): svcforge {says}: {_reason(result, 'microSecEnD', key)}")
    for each in result.differences:
        who = "svcforge" if each.ours else "microFreshener"
        lines.append(f"- {each.drawing}, {each.smell}: only {who} finds {' -> '.join(each.thing)}: {each.why}")
    for key, check in result.unequal.items():
        lines.append(f"- {key}: found {check.found}, expected {check.wanted}: {_reason(result, 'expected', key)}")
    return "\n".join(lines) + "\n"


def _reason(result: Result, group: str, key: str) -> str:
    return result.arguments.get(group, {}).get(key, "no reason is given")
