"""Nobody who installs svcforge is given code whose licence would bind what they make with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution

from packaging.requirements import Requirement

BINDING = re.compile(r"\bA?GPL|GNU (Affero )?General Public", re.IGNORECASE)
"""The GPL in each of the places where a package may name its licence; the LGPL does not bind."""


def installed(name: str, extras: frozenset[str] = frozenset()) -> Iterator[Distribution]:
    """A package and all that comes with it here."""
    found = distribution(name)
    yield found
    for line in found.requires or ():
        wanted = Requirement(line)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield from installed(wanted.name, frozenset(wanted.extras))


def licence(package: Distribution) -> str:
    """All that it says about its licence."""
    about = package.metadata
    said = [*(about.get_all(key) or [] for key in ("License-Expression", "License", "Classifier"))]
    return " ".join(text for texts in said for text in texts if len(text) < 100)


def test_no_package_that_svcforge_needs_to_run_is_under_the_gpl() -> None:
    packages = {found.name: licence(found) for found in installed("svcforge")}
    assert {"jinja2", "pydantic", "cryptography"} <= {name.lower() for name in packages}
    assert {name: said for name, said in packages.items() if BINDING.search(said)} == {}


def test_the_gpl_is_known_by_its_names() -> None:
    assert BINDING.search(licence(distribution("jinja2-ansible-filters")))
