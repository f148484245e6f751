"""The child in which a pack of somebody else's is rendered: card and facts come in as JSON, files go out as JSON."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

from svcforge.errors import SvcforgeError
from svcforge.packs.card import Card
from svcforge.packs.pack import Pack
from svcforge.packs.places import cache_folder
from svcforge.render.fast import FastRenderer
from svcforge.render.foreign import LARGEST, MOST, too_much


def answer(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """What a pack makes of facts, or what is wrong with it.

    Args:
        folder: the pack's files; the last part is what messages call it.
        request: `card` and `facts`.
    """
    try:
        pack = Pack(Card.model_validate(request["card"]), folder)
        files = FastRenderer(pack, cache_folder()).render(request["facts"])
        if len(files) > MOST or sum(len(file.data) for file in files) > LARGEST:
            raise SvcforgeError(too_much(folder.name))
        made = [(file.path, base64.b64encode(file.data).decode(), file.executable, file.kind) for file in files]
    except SvcforgeError as error:
        return {"error": error.message, "hint": error.hint}
    except MemoryError:
        return {"error": f'the pack "{folder.name}" takes more memory than one render may'}
    return {"files": made}


if __name__ == "__main__":
    print(json.dumps(answer(Path(sys.argv[1]), json.load(sys.stdin))))  # noqa: T201 -- the answer itself
