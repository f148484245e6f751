"""Blueprints of any size, for measuring: services with entities, operations, calls and events, without cycles."""

from __future__ import annotations

ROW = 4
"""Services in a row: each calls the next, and the last one none."""


def blueprint_of(services: int, calls: int = 0, deploy: str = "compose") -> str:
    """The text of a blueprint of so many services, ten to a context; about 1,200 bytes each.

    Args:
        calls: how many calls more there are for each service, to those that stand one further in their rows.
        deploy: the platform that runs it.
    """
    lines = [
        "svcforge: 1",
        "system: large",
        f"platform: {{gateway: envoy, broker: rabbitmq, store: postgres, deploy: [{deploy}]}}",
        "defaults:",
        "  stack: python",
        "  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}",
        "  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}",
        "  api_version: v1",
        "gateway: {auth: {jwt: {issuer: https://id.example.com, audience: large}}, rate_limit: 100/s}",
        "contexts:",
    ]
    for number in range(services):
        if number % 10 == 0:
            lines += [
                f"  area-{number // 10}:",
                "    subdomain: supporting",
                f"    team: team-{number // 10}",
                "    services:",
            ]
        lines += _service(number, _called(number, services, calls))
    return "\n".join(lines) + "\n"


def terse_of(services: int, calls: int) -> str:
    """The text of a blueprint that says only what must be said: a line for each service with its one operation.

    Args:
        calls: how many calls more there are for each service, as above.
    """
    lines = ["svcforge: 1", "system: terse", "contexts:"]
    for number in range(services):
        if number % 10 == 0:
            lines += [f"  area-{number // 10}:", "    services:"]
        called = _called(number, services, calls)
        calling = ", ".join(f"{{to: service-{other}.run, timeout: 1s}}" for other in called)
        lines.append(
            f"      service-{number}: {{operations: {{run: {{http: GET /runs, takes: 20ms, calls: [{calling}]}}}}}}"
        )
    return "\n".join(lines) + "\n"


def _called(number: int, services: int, more: int) -> list[int]:
    """Whom a service calls: the next one in its row, and those beside it in the rows that follow.

    The last in a row calls nobody, so that there is no circle and no chain is longer than a row; the others make its
    calls with it.
    """
    if number % ROW == ROW - 1 or number + 1 >= services:
        return []
    share = more * ROW // (ROW - 1) + (number % ROW < more * ROW % (ROW - 1))
    beside = [number + 1 + ROW * row for row in range(1, share + 1)]
    # At the end of the file the rows that follow are the first ones.
    around = services - services % ROW
    return [number + 1, *dict.fromkeys(called % around for called in beside if around > ROW * (share + 1))]


def _service(number: int, called: list[int]) -> list[str]:
    """One service, which calls some and hears of the one before in its row."""
    lines = [
        f"      service-{number}:",
        f"        about: Keeps thing number {number}.",
        "        owns:",
        f"          Thing{number}:",
        "            name: text 1..100",
        "            amount: decimal 0..",
        "            state: open | closed = open",
        "            note: optional text",
        "        events:",
        f"          Thing{number}Opened: {{thing{number}: uuid, name: text}}",
        f"          Thing{number}Closed: {{thing{number}: uuid}}",
        "        operations:",
        "          open_thing:",
        "            http: POST /things",
        "            scopes: [things:write]",
        f"            creates: Thing{number}",
        f"            emits: [Thing{number}Opened]",
        "            idempotent: by key",
    ]
    if called:
        first, *others = called
        lines.append("            calls:")
        lines.append(
            f"              - {{to: service-{first}.check, timeout: 500ms, expect: good, otherwise: 409 not-good}}"
        )
        lines += [f"              - {{to: service-{other}.check, timeout: 500ms}}" for other in others]
    lines += [
        f'          get_thing: {{http: "GET /things/{{id}}", reads: Thing{number}, scopes: [things:read]}}',
        f"          list_things: {{http: GET /things, lists: Thing{number}, filter: [state], scopes: [things:read]}}",
        f'          close_thing: {{http: "POST /things/{{id}}/close", scopes: [things:write], updates: Thing{number}, where: {{state: open}}, set: {{state: closed}}, '
        f"emits: [Thing{number}Closed]}}",
        "          check: {in: {name: text}, out: {good: bool}, read_only: true, takes: 20ms}",
        f"          heard: {{creates: Thing{number}, in: [name], set: {{amount: 0}}}}",
    ]
    if number % ROW != 0:
        lines.append(f"        subscribes: {{service-{number - 1}.Thing{number - 1}Opened: heard}}")
    return lines
