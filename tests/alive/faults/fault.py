"""A fault, and planting it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """`pattern`, which must be there, becomes `replacement` in a file of the service's package.

    The generated test `seen_by`, a file and a function below the service's `tests`, has to notice it.
    """

    name: str
    service: str
    file: str
    pattern: str
    replacement: str
    seen_by: str

    def plant(self, service: Path) -> None:
        """Change the repository `service`; raises LookupError if there is nothing that would change, SyntaxError."""
        [package] = (service / "src").iterdir()
        file = package / self.file
        text = file.read_text(encoding="utf-8")
        changed = re.sub(self.pattern, self.replacement, text)
        if changed == text:
            raise LookupError(f'there is no "{self.pattern}" in {self.service}/{self.file}')
        compile(changed, self.file, "exec")
        file.write_text(changed, encoding="utf-8")
