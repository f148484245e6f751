"""`python -m tests.bench.rules FILE`: the seconds that each rule takes of one run over a blueprint, as JSON by code.

An index counts for the rule that first asks for it, and so does what the model remembers.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from svcforge.lint.catalogue import Entry
from svcforge.lint.context import LintContext
from svcforge.lint.rule import Violation
from svcforge.lint.settings import Choices
from svcforge.load import load_file
from svcforge.pipeline import judged


def costs(file: Path) -> dict[str, float]:
    """Judge a blueprint by every rule; returns seconds by code, the dearest first."""
    spent: Counter[str] = Counter()
    said = Entry.said

    def timed(self: Entry, context: LintContext) -> Iterator[Violation]:
        start = time.perf_counter()
        found = list(said(self, context))
        if self.check:
            spent[self.rule.code] += time.perf_counter() - start
        return iter(found)

    loaded = load_file(file)
    gc.freeze()
    with mock.patch.object(Entry, "said", timed):
        judged(loaded, Choices(profile="production", fail_on="never"))
    return dict(spent.most_common())


if __name__ == "__main__":
    print(json.dumps(costs(Path(sys.argv[1]))))
