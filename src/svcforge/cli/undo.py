"""`svcforge undo`: brings back what the last generation replaced."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that was generated into.")] = Path(),
) -> None:
    """Take back the last generation; a second time does it again. What you have worked on since stays as it is."""
    from svcforge.cli import output
    from svcforge.write.mergetool import close
    from svcforge.write.undo import undo

    done = undo(directory)
    close(directory, taken_back=True)
    lines = [f"{path}: left, you have worked on it since" for path in done.left]
    counts = [f"{len(paths)} {word}" for paths, word in ((done.back, "back"), (done.gone, "gone")) if paths]
    lines.append(f"{directory}: {', '.join(counts) or 'nothing to bring back'}")
    output.write("".join(f"{line}\n" for line in lines))
