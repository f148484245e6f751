"""The verbs, each imported when it is called; and the error door with its exit codes (cli.md)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import typer

from svcforge import __version__
from svcforge.cli import stream
from svcforge.cli.verbs import ABOUT, VERBS
from svcforge.errors import SvcforgeError

INTERRUPTED = 130
INTERNAL = 70


class Verbs(typer.core.TyperGroup):
    """The group of verbs; it meets interruptions before typer does, which has other exit codes for them."""

    def invoke(self, ctx: Any) -> Any:
        """Run a verb: 130 when it is interrupted, at a prompt too; 0 when nobody reads its stream any more."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, EOFError, typer.Abort):
            print("interrupted", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            stream.close()
            raise typer.Exit from None


def application(only: str | None = None) -> typer.Typer:
    """The command line; with `only`, no other verb is imported."""
    app = typer.Typer(
        name="svcforge",
        cls=Verbs,
        help=ABOUT,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for verb in VERBS:
        if only in (None, verb.name):
            module = import_module(f"svcforge.cli.{verb.module}")
            if hasattr(module, "group"):
                app.add_typer(module.group, name=verb.name, short_help=verb.help)
            else:
                app.command(verb.name, short_help=verb.help)(module.command)
    return app


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"svcforge {__version__}")
        raise typer.Exit


def _options(
    version: bool = typer.Option(
        False, "--version", help="Print the version and stop.", is_eager=True, callback=_version
    ),
) -> None:
    """What stands before the verb."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line, and say what went wrong as a sentence; returns the exit code."""
    known = {verb.name for verb in VERBS}
    only = arguments[0] if arguments and arguments[0] in known else None
    try:
        result: Any = application(only)(args=list(arguments), prog_name="svcforge", standalone_mode=True)
        return result if isinstance(result, int) else 0
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except SvcforgeError as error:
        print(f"error: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"  help: {error.hint}", file=sys.stderr)
        return error.exit_code
    except Exception as error:
        return _internal(error, arguments)


def _internal(error: Exception, arguments: Sequence[str]) -> int:
    """A bug of ours: a report for us in a file, a sentence for the user."""
    import platform
    import tempfile
    import traceback

    print(f"internal error: {type(error).__name__}; this is a bug of svcforge, and not yours", file=sys.stderr)
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", errors="backslashreplace", prefix="svcforge-report-", suffix=".txt", delete=False
        ) as report:
            report.write(f"svcforge {__version__}, Python {platform.python_version()}, {platform.platform()}\n")
            report.write(f"arguments: {' '.join(arguments)}\n\n")
            traceback.print_exception(error, file=report)
    except OSError as unwritable:
        print(f"  help: there is no report of it: {unwritable.strerror}", file=sys.stderr)
    else:
        print(f"  help: send us {report.name}", file=sys.stderr)
    return INTERNAL
