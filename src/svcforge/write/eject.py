"""`eject`: a unit becomes the user's own: its files stay, and nothing is generated into it any more."""

from __future__ import annotations

import difflib
from dataclasses import replace
from pathlib import Path

from svcforge.errors import SvcforgeError
from svcforge.write.journal import Journal, Put, Remove, Step, UnitSteps
from svcforge.write.manifest import BASE, MANIFEST, Manifest, manifest_text
from svcforge.write.staging import Staging
from svcforge.write.units import units_in
from svcforge.write.workspace import Workspace, trouble


def eject(out: Path, name: str, *, durable: bool = True) -> str:
    """Eject a unit by its name; its folder.

    Its manifest keeps saying that it is ejected, and nothing else: with that line gone, it is generated again, beside
    what is there.

    Raises SvcforgeError, and changes nothing, where there is no such unit, it is ejected already, or it cannot be written.
    """
    with Workspace(out, durable) as workspace:
        known = {manifest.header.unit: (folder, manifest) for folder, manifest in units_in(out, workspace.disk)}
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"the parts are: {', '.join(known) or 'none'}"
            raise SvcforgeError(f'there is no part "{name}" in "{out}"', hint)
        folder, manifest = known[name]
        if manifest.header.ejected:
            raise SvcforgeError(f'"{name}" is ejected already', "nothing is generated into it")
        inside, staging = f"{folder}/" if folder else "", Staging(workspace.staging, 0)
        header = replace(manifest.header, input=None, ejected=True)
        standing = workspace.disk.look(inside + MANIFEST).signature
        text = manifest_text(Manifest(header))
        try:
            state: list[Step] = [Put(inside + MANIFEST, *staging.file(text, standing[3], exact=True), standing)]
        except OSError as error:
            raise trouble(out, error) from None
        base = workspace.disk.look(inside + BASE)
        if base.hash:
            state.insert(0, Remove(inside + BASE, staging.name(), base.signature))
        late = workspace.commit(Journal(workspace.staging_name, [UnitSteps(name, folder, (), state)]))
        if late:
            raise SvcforgeError(f'"{inside}{MANIFEST}" has changed meanwhile', "try again")
        return folder
