"""`make demo`: takes the shop from its blueprint to a running system, and buys something.

Uses svcforge's commands and HTTP, as a user would; all it makes is in ./demo. Exits with 1 when something is not as
it should be, and ends what runs in any case.
"""

from __future__ import annotations

import re
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from tests.demo.page import Page
from tests.demo.shopping import ON_HAND, Shopping, check
from tests.driving import CommandFailed, System

FOLDER = Path("demo")
MOST_LINES = 30
"""Of a log, when something failed."""
STAMP = re.compile(r"^svcforge \| \S+ ")
"""What `up` puts before each of its own lines."""


def main() -> int:
    """Run the demo; its exit code."""
    signal.signal(signal.SIGTERM, _interrupted)
    page = Page()
    system = System(FOLDER)
    try:
        _remove_the_last_one(system)
        with _ended_whatever_happens(system):
            _build(system, page)
            _buy(system, page)
            with page.step("The end", "Every process was told to finish what it was doing, and none is left."):
                _shown(system, page, "down")
                check("processes left", [part.name for part in system.parts().values() if part.pid], [])
    except KeyboardInterrupt:
        print("\ninterrupted; everything was stopped")
        return 130
    except Exception as error:
        page.failure(f"{type(error).__name__}: {error}")
        return 1
    page.end()
    return 0


def _build(system: System, page: Page) -> None:
    with page.step("A blueprint", "An example is copied, with the logic that its user wrote."):
        System(Path()).run("init", str(FOLDER), "--from", "shop", "--no-input")
        blueprint = (FOLDER / "blueprint.yaml").read_text(encoding="utf-8")
        written = sum(1 for path in FOLDER.rglob("*.py"))
        page.say(f"$ svcforge init {FOLDER} --from shop")
        page.say(f"{len(blueprint.splitlines())} lines of YAML, and {written} files of Python that are the user's")
    with page.step("Judged", "The linter knows no fault of it."):
        _shown(system, page, "lint")
    with page.step("Drawn", "The system as a picture, without any system package."):
        _shown(system, page, "graph", "-o", "shop.svg")
        page.say(f"look at {FOLDER / 'shop.svg'}")
    with page.step("Generated", "A repository for each service, the gateway, the broker and the whole."):
        page.say("$ svcforge generate")
        made = system.run("generate").splitlines()
        page.say(next(line for line in made if " created" in line))
        files = [path for path in FOLDER.rglob("*") if path.is_file() and ".svcforge" not in path.parts]
        lines = sum(len(path.read_bytes().splitlines()) for path in files)
        page.say(f"{len(files)} files, {lines} lines")
    with page.step("Running", "Broker, services, BFFs and the real Envoy, as plain processes."):
        page.say("$ svcforge up --detach")
        system.run("up", "--detach", heard=lambda line: page.line(STAMP.sub("", line)))


def _buy(system: System, page: Page) -> None:
    shopping = Shopping(system, page, system.api(), system.api("card-network"))
    with page.step("Nobody passes without a token", "The gateway refuses before any service is asked."):
        shopping.stranger()
    with page.step("The shop opens", f"A customer signed up, and there are {ON_HAND} lamps."):
        shopping.opening()
    with page.step(
        "An order",
        "A saga took the stock, then the money, then confirmed; the event that said so planned the shipment.",
    ):
        order, correlation = shopping.purchase()
    with page.step("Its trail", "One correlation id goes through HTTP, the saga, the outbox and the broker."):
        shopping.trail(correlation)
    with page.step("Seen by the web's backend", "One request gathers from three services in parallel."):
        shopping.gathered(order)
    with page.step("Asked for by somebody else", "An order is its customer's own: another token does not find it."):
        shopping.nosy(order)
    with page.step("An order sent twice", "The same Idempotency-Key: one order, one answer, one charge."):
        shopping.twice()
    with page.step(
        "An order that the card network declines",
        "What had been done was undone: the stock is back, the order cancelled, nothing charged or shipped.",
    ):
        shopping.declined()
    with page.step("An order of more than there are", "Refused at once, with a problem that names the reason."):
        shopping.too_many()


def _remove_the_last_one(system: System) -> None:
    if (FOLDER / "run.json").exists():
        with suppress(CommandFailed):
            system.run("down")
    shutil.rmtree(FOLDER, ignore_errors=True)


@contextmanager
def _ended_whatever_happens(system: System) -> Iterator[None]:
    try:
        yield
    except BaseException as failure:
        # A command that failed has told why itself.
        if not isinstance(failure, KeyboardInterrupt | CommandFailed):
            _tell_what_was_logged(system)
        raise
    finally:
        if (FOLDER / "run.json").exists():
            system.run("down")


def _tell_what_was_logged(system: System) -> None:
    """The end of the log of each part that is not healthy; of all together when all are."""
    with suppress(CommandFailed):
        ill = [part.name for part in system.parts().values() if part.state != "healthy"]
        for name in ill or [""]:
            print(f"\n--- the end of the log of {name or 'all parts'}")
            print(system.run("logs", *([name] if name else []), "-n", str(MOST_LINES)))


def _shown(system: System, page: Page, *words: str) -> None:
    page.say(f"$ svcforge {' '.join(words)}")
    system.run(*words, heard=page.line)


def _interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
