"""The lines that the bench prints, each as soon as it is known; 80 columns."""

from __future__ import annotations

from dataclasses import dataclass

from tests.bench.measuring import Taken

WIDTHS = (32, 9, 9, 8, 9, 9)
HEADS = ("", "ours", "floor", "ratio", "aim", "memory")


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement against its floor; `aim` is the ratio, or the seconds, that it should stay below."""

    what: str
    ours: Taken
    floor: Taken
    aim: str = ""

    @property
    def ratio(self) -> float:
        """How many times the floor."""
        return self.ours.seconds / self.floor.seconds

    def __str__(self) -> str:
        return line(
            self.what,
            seconds(self.ours.seconds),
            seconds(self.floor.seconds),
            f"{self.ratio:.2f}x",
            self.aim,
            f"{self.ours.memory / 1e6:,.0f} MB",
        )


@dataclass(frozen=True, slots=True)
class Note:
    """A line between the rows: what follows is measured against, or what follows from it."""

    text: str

    def __str__(self) -> str:
        return self.text


def line(*cells: str) -> str:
    """Cells in their columns: the first to the left, the others to the right."""
    first, *others = zip(cells, WIDTHS, strict=True)
    text = f"{first[0]:{first[1]}}" + "".join(f"{cell:>{width}}" for cell, width in others)
    return text.rstrip()


def seconds(value: float) -> str:
    """A time with its unit."""
    return f"{value * 1000:.1f} ms" if value < 1 else f"{value:.2f} s"
