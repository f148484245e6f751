"""The verbs and their one-line helps: all that `--help` and completion need, so that nothing heavy is imported."""

from __future__ import annotations

from typing import NamedTuple

ABOUT = "From a YAML blueprint to a linted, generated, running microservice system."


class Verb(NamedTuple):
    """A command: its name, the module of `svcforge.cli` that holds `command` (or a `group` of them), and its help."""

    name: str
    module: str
    help: str


VERBS = (
    Verb("init", "init", "Write a small commented blueprint, or an example."),
    Verb("schema", "schema", "Print the JSON Schema of the language."),
    Verb("lint", "lint", "Judge a blueprint."),
    Verb("explain", "explain", "Print a rule's manual page."),
    Verb("rules", "rules", "List the rules."),
    Verb("metrics", "metrics", "Count what couples the services."),
    Verb("import", "importing", "Describe a system that exists."),
    Verb("graph", "graph", "Draw a blueprint."),
    Verb("facts", "facts", "Print what a template sees of a service."),
    Verb("generate", "generate", "Write the services, the gateway and the platform."),
    Verb("diff", "diff", "Show what generate would change."),
    Verb("resolve", "resolve", "List and close the conflicts of merges."),
    Verb("undo", "undo", "Take back the last generation."),
    Verb("doctor", "doctor", "Check what svcforge keeps about what it generated."),
    Verb("eject", "eject", "Make a part your own."),
    Verb("upgrade", "upgrade", "Generate again into repositories cloned on their own."),
    Verb("pack", "pack", "Begin, check, fetch and trust template packs of your own."),
    Verb("up", "up", "Run what was generated on this machine."),
    Verb("status", "status", "Show what runs."),
    Verb("logs", "logs", "Show the logs of what runs."),
    Verb("token", "token", "Make a token for trying things."),
    Verb("down", "down", "Stop what runs."),
)
