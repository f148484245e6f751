"""The state formats, byte for byte: what was committed to a user's repository must be read for ever.

`python -m tests.write.test_golden` writes the golden tree anew; a change of it is a change of format.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.write.trees import tree, unit

from svcforge.write.generate import generate

GOLDEN = Path(__file__).parent / "golden"
LOCK = b'{"lock": 1}\n'


def history(out: Path) -> None:
    """Two generations with a user between them: one file of every fate."""
    first = {
        "README.md": "# orders\n",
        "kept.py": "generated = 1\n",
        "merged.py": "generated = 1\n\n\n\nlast = True\n",
        "deleted.py": "generated = 1\n",
        "dropped.py": "generated = 1\n",
        "detached.py": "generated = 1\n",
        "logic/pay.py?": "raise NotImplementedError\n",
        "openapi.json=": "{}\n",
        "run.sh!": "#!/bin/sh\n",
        "\u00fc/\u6f22.txt": "\u00e9\n",
    }
    second = {path: text.replace("1", "2") for path, text in first.items() if path not in ("dropped.py", "detached.py")}
    root = unit({"README.md": "# shop\n"}, "shop", "")
    generate(out, [root, unit(first)], lock=LOCK, durable=False)
    here = out / "services/orders"
    (here / "kept.py").write_text("mine = 1\n")
    (here / "merged.py").write_text("generated = 1\n\n\n\nlast = False\n")
    (here / "detached.py").write_text("mine = 1\n")
    (here / "logic/pay.py").write_text("mine = 1\n")
    (here / "openapi.json").write_text("mine\n")
    (here / "deleted.py").unlink()
    generate(
        out, [root, unit(second | {"openapi.json=": "[]\n", "new.py": "generated = 2\n"})], lock=LOCK, durable=False
    )


def test_the_state_is_byte_for_byte_what_it_always_was(tmp_path: Path) -> None:
    history(tmp_path / "out")
    made = tree(tmp_path / "out")
    committed = {
        path: data for path, data in made.items() if not path.startswith((".svcforge/busy", ".svcforge/undo/"))
    }
    assert committed == tree(GOLDEN)


def test_a_state_of_long_ago_is_still_read(tmp_path: Path) -> None:
    shutil.copytree(GOLDEN, tmp_path / "out")
    report = generate(tmp_path / "out", [unit({"README.md": "# new\n", "kept.py": "generated = 3\n"})], durable=False)
    fates = {change.path: change.verdict.value for change in report.units[0].changes}
    assert fates == {
        "README.md": "write",
        "kept.py": "waiting",
        "merged.py": "detached",
        "logic/pay.py": "detached",
        "new.py": "remove",
        "openapi.json": "waiting",
        "run.sh": "remove",
        "\u00fc/\u6f22.txt": "remove",
    }


if __name__ == "__main__":
    shutil.rmtree(GOLDEN, ignore_errors=True)
    history(GOLDEN)
    (GOLDEN / ".svcforge/busy").unlink()
    shutil.rmtree(GOLDEN / ".svcforge/undo")
