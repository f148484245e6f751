"""Blueprints of any size, for measuring: services with entities, operations, calls and events, without cycles."""

from __future__ import annotations


def blueprint_of(services: int) -> str:
    """The text of a blueprint of so many services, ten to a context; about 700 bytes each."""
    lines = [
        "svcforge: 1",
        "system: large",
        "platform: {gateway: envoy, broker: rabbitmq, store: postgres, deploy: [compose]}",
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
        lines += _service(number, calling=number % 4 != 3 and number + 1 < services)
    return "\n".join(lines) + "\n"


def _service(number: int, calling: bool) -> list[str]:
    """One service; each of a block of four calls the next, and hears of the one before."""
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
    if calling:
        lines.append(
            f"            calls: [{{to: service-{number + 1}.check, timeout: 500ms, expect: good, otherwise: 409 not-good}}]"
        )
    lines += [
        f'          get_thing: {{http: "GET /things/{{id}}", reads: Thing{number}, scopes: [things:read]}}',
        f"          list_things: {{http: GET /things, lists: Thing{number}, filter: [state], scopes: [things:read]}}",
        f'          close_thing: {{http: "POST /things/{{id}}/close", scopes: [things:write], updates: Thing{number}, where: {{state: open}}, set: {{state: closed}}, '
        f"emits: [Thing{number}Closed]}}",
        "          check: {in: {name: text}, out: {good: bool}, read_only: true, takes: 20ms}",
        f"          heard: {{creates: Thing{number}, in: [name], set: {{amount: 0}}}}",
    ]
    if number % 4 != 0:
        lines.append(f"        subscribes: {{service-{number - 1}.Thing{number - 1}Opened: heard}}")
    return lines
