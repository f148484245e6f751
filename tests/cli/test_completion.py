"""Shell completion: the script that is printed, and what it completes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
ENVIRONMENT = {"PATH": f"{BIN}:{os.defpath}", "HOME": os.devnull}


def completed(*words: str) -> list[str]:
    """What is offered for the last of the words."""
    asked = {"_SVCFORGE_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    done = subprocess.run([BIN / "svcforge"], env=ENVIRONMENT | asked, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["svcforge", "g"], ["graph", "generate"]),
        (["svcforge", "lint", "--pro"], ["--profile"]),
        (["svcforge", "lint", "--profile", ""], ["minimal", "recommended", "production"]),
        (["svcforge", "graph", "--view", "e"], ["events"]),
        (["svcforge", "init", "--from", ""], ["healthcare", "minimal", "online-boutique", "shop"]),
        (["svcforge", "init", "--from", "s"], ["shop"]),
        (["svcforge", "generate", "--d"], ["--dry-run"]),
    ],
)
def test_verbs_options_and_their_values_are_completed(words: list[str], offered: list[str]) -> None:
    assert completed(*words) == offered


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_completes_with_the_script_that_is_printed() -> None:
    script = (
        "source <(svcforge --show-completion); COMP_WORDS=(svcforge ex); COMP_CWORD=1; "
        '_svcforge_completion svcforge; echo "${COMPREPLY[@]}"; complete -p svcforge'
    )
    done = subprocess.run(["bash", "-c", script], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("explain\ncomplete -o default -F _svcforge_completion svcforge\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(shell: str) -> None:
    asked = {"_SVCFORGE_COMPLETE": f"source_{shell}"}
    done = subprocess.run([BIN / "svcforge"], env=ENVIRONMENT | asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert f"complete_{shell}" in done.stdout
