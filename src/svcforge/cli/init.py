"""`svcforge init`: a first blueprint, or an example, in a folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def _examples() -> list[str]:
    from svcforge.pipeline import starting

    return starting.examples()


def command(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where the blueprint goes.")] = Path(),
    example: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="EXAMPLE",
            help="Begin with an example: shop, healthcare, online-boutique or minimal.",
            autocompletion=_examples,
        ),
    ] = None,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing; take the defaults.")] = False,
) -> None:
    """Write a small commented DIR/blueprint.yaml and the schema that its modeline names.

    Asks for the system's name, the stack, the broker and the mesh when there is a terminal. Never overwrites a file.
    """
    from svcforge.pipeline import starting

    if example is not None:
        made = starting.init_from(example, directory)
    else:
        made = starting.init(directory, _answers(directory, asking=not no_input and sys.stdin.isatty()))
    for file in made:
        typer.echo(f"created {file}")
    where = "" if directory == Path() else f"cd {directory} && "
    typer.echo(f"next: {where}svcforge lint && svcforge generate && svcforge up")


def _answers(directory: Path, *, asking: bool) -> dict[str, str]:
    from svcforge.pipeline.starting import STARTER_QUESTIONS, system_name

    answers = {"system": system_name(directory)}
    answers |= {question: choices[0] for question, choices in STARTER_QUESTIONS.items()}
    if asking:
        answers["system"] = typer.prompt("System", default=answers["system"])
        for question, choices in STARTER_QUESTIONS.items():
            offered = typer.prompt(f"{question.capitalize()} ({', '.join(choices)})", default=choices[0])
            while offered not in choices:
                typer.echo(f'"{offered}" is none of {", ".join(choices)}')
                offered = typer.prompt(question.capitalize(), default=choices[0])
            answers[question] = offered
    return answers
