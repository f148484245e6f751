"""Copier's own copy and update beside ours: one service, the same template, the same answers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measuring import least, settled, svcforge, taken
from tests.bench.systems import blueprint_of
from tests.bench.table import Note, Row

from svcforge.packs.shelf import bundled

COPY = """
import json, sys
from copier import run_copy
run_copy(sys.argv[1], sys.argv[2], data=json.load(open(sys.argv[3])), defaults=True, quiet=True, overwrite=True,
         vcs_ref="1.0.0", unsafe=False)
"""
UPDATE = """
import json, sys
from copier import run_update
run_update(sys.argv[1], data=json.load(open(sys.argv[2])), defaults=True, quiet=True, overwrite=True, unsafe=False)
"""
GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "commit.gpgsign=false")


def copying(runs: int, folder: Path) -> Iterator[Row | Note]:
    """A service written the first time, and made again after its template has changed."""
    answers, blueprint = folder / "answers.json", folder / "one.yaml"
    blueprint.write_text(blueprint_of(1), encoding="utf-8")
    facts = subprocess.check_output([*svcforge(), "facts", "service-0", blueprint])
    answers.write_bytes(facts)
    template = _template(folder, list(json.loads(facts)))
    first, copied, again, updated = [], [], [], []
    for run in range(runs):
        ours, theirs = folder / f"ours-{run}", folder / f"theirs-{run}"
        settled()
        first.append(taken([*svcforge(), "generate", blueprint, "-o", ours, "--only", "service-0"]))
        copied.append(taken([sys.executable, "-c", COPY, template, theirs, answers]))
        _committed(theirs, "generated")
        blueprint.write_text(blueprint_of(1).replace("about: ", f"about: Now {run}, "), encoding="utf-8")
        again.append(taken([*svcforge(), "generate", blueprint, "-o", ours, "--only", "service-0"]))
        updated.append(taken([sys.executable, "-c", UPDATE, theirs, answers]))
    yield Note("one service: against Copier's `run_copy` and `run_update`, the same template")
    yield Row("  the first time", least(first), least(copied))
    yield Row("  after a change", least(again), least(updated))


def _template(folder: Path, facts: list[str]) -> Path:
    """The Python stack as a repository with two versions, as Copier wants it for an update: the facts are its questions."""
    template = folder / "template"
    shutil.copytree(bundled().find("stack", "python").root, template)
    with (template / "copier.yml").open("a", encoding="utf-8") as settings:
        settings.write("".join(f"{name}: {{type: json, default: null}}\n" for name in facts))
    answers = template / "template" / "{{ _copier_conf.answers_file }}.jinja"
    answers.write_text("{{ _copier_answers | to_nice_yaml }}", encoding="utf-8")
    _committed(template, "first")
    subprocess.run([*GIT, "tag", "1.0.0"], cwd=template, check=True)
    readme = template / "template" / "README.md.jinja"
    readme.write_text(readme.read_text(encoding="utf-8") + "\nA line more.\n", encoding="utf-8")
    _committed(template, "second")
    subprocess.run([*GIT, "tag", "2.0.0"], cwd=template, check=True)
    return template


def _committed(folder: Path, message: str) -> None:
    if not (folder / ".git").exists():
        subprocess.run([*GIT, "init", "-q"], cwd=folder, check=True)
    for command in (("add", "-A"), ("commit", "-qm", message)):
        subprocess.run([*GIT, *command], cwd=folder, check=True, capture_output=True)
