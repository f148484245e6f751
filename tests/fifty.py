"""A system of fifty services in ten contexts, with some of everything; the same text every time."""

from __future__ import annotations

from typing import Any

import yaml

Data = dict[str, Any]

CONTEXTS = ("people", "catalog", "stock", "sales", "billing", "shipping", "support", "planning", "quality", "insight")
"""Each asks the one before it, none asks one behind it."""

WITH_SAGA = ("sales", "billing", "support", "planning")
WITH_EXTERNAL = ("billing", "shipping")
WITH_RELEASES = ("catalog", "sales")
WITH_SIDECAR = ("billing", "quality")
SERVICES_EACH = 5


class Plain(yaml.SafeDumper):
    """YAML without anchors: the language has none."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def text() -> str:
    """The blueprint."""
    return yaml.dump(_system(), Dumper=Plain, sort_keys=False, width=200)


def _system() -> Data:
    return {
        "svcforge": 1,
        "system": "fifty",
        "about": "Fifty services, with some of everything.",
        "platform": {"gateway": "envoy", "broker": "rabbitmq", "store": "postgres", "deploy": ["compose", "kubernetes"]},
        "defaults": {
            "stack": "python",
            "call": {"timeout": "1s", "retries": 1, "breaker": {"failures": "50%", "window": 20, "reset": "30s"}},
            "subscription": {"retries": 5, "backoff": "1s", "dead_letter": True, "idempotent": True},
            "scale": {"min": 2, "max": 4, "cpu": "70%"},
            "api_version": "v1",
        },
        "externals": {f"{context}-partner": _partner() for context in WITH_EXTERNAL},
        "contexts": {context: _context(context, before) for context, before in zip(CONTEXTS, (None, *CONTEXTS[:-1]), strict=True)},
        "sagas": {f"{context}-task": _saga(context) for context in WITH_SAGA},
        "bffs": {"web": _bff(CONTEXTS[:5]), "mobile": _bff(CONTEXTS[5:])},
        "gateway": {
            "auth": {"jwt": {"issuer": "https://auth.fifty.test", "audience": "fifty"}},
            "rate_limit": "600/1m per client",
            "routes": dict(_routes()),
        },
        "lint": {"profile": "recommended"},
    }  # fmt: skip


def _partner() -> Data:
    taken = {"in": {"of": "uuid", "amount": "decimal"}, "idempotent": "by key"}
    return {
        "operations": {
            "take": {"http": "POST /takes", "out": {"taken": "bool"}, **taken},
            "give_back": {"http": "POST /returns", **taken},
        }
    }


def _context(context: str, before: str | None) -> Data:
    return {
        "subdomain": "core" if context in WITH_SAGA else "supporting",
        "team": f"team-{CONTEXTS.index(context) // 2}",
        **({"relations": [{"to": before, "as": "customer-supplier"}]} if before else {}),
        "services": {
            f"{context}-records": _records(context),
            f"{context}-desk": _desk(context, before),
            f"{context}-ledger": _ledger(context),
            f"{context}-notices": _notices(context),
            f"{context}-views": _views(context),
        },
    }


def _records(context: str) -> Data:
    """What is known: kept, changed, told to others, and looked up by them."""
    return {
        "about": f"What is known in {context}.",
        "tier": 1,
        "slo": {"availability": "99.9%", "latency": "300ms"},
        "owns": {"Record": {"title": "text 1..200", "kind": "small | large = small", "worth": "decimal 0.."}},
        "events": {"RecordAdded": {"record": "uuid", "title": "text"}},
        "operations": {
            "add_record": {"http": f"POST /{context}-records", "creates": "Record", "emits": ["RecordAdded"],
                           "idempotent": "by key", "scopes": [f"{context}:write"]},
            "get_record": {"http": f"GET /{context}-records/{{id}}", "reads": "Record", "scopes": [f"{context}:read"]},
            "list_records": {"http": f"GET /{context}-records", "lists": "Record", "filter": ["kind"],
                             "scopes": [f"{context}:read"]},
            "is_known": {"in": {"record": "uuid"}, "out": {"known": "bool"}, "read_only": True, "takes": "20ms"},
        },
        **({"releases": {"v1": {"weight": 80}, "v2": {"weight": 20, "when": {"header": {"x-early": "yes"}}}}}
           if context in WITH_RELEASES else {}),
    }  # fmt: skip


def _desk(context: str, before: str | None) -> Data:
    """What is to be done: opened by people, closed by them or by a saga."""
    known = {"timeout": "500ms", "expect": "known", "otherwise": "409 unknown-record"}
    calls = [{"to": f"{context}-records.is_known"}, *([{"to": f"{before}-records.is_known"}] if before else [])]
    closing = {"updates": "Task", "where": {"state": "open"}}
    opened = (
        {} if context in WITH_SAGA else {"http": f"POST /{context}-tasks/{{id}}/close", "scopes": [f"{context}:write"]}
    )
    return {
        "about": f"What is to be done in {context}.",
        "tier": 1,
        "owns": {"Task": {"record": "uuid", "by": "text", "amount": "decimal 0..", "state": "open | closed | dropped = open"}},
        "events": {
            "TaskOpened": {"task": "uuid", "record": "uuid", "amount": "decimal"},
            "TaskClosed": {"task": "uuid", "record": "uuid"},
        },
        "operations": {
            "open_task": {"http": f"POST /{context}-tasks", "creates": "Task", "with": {"by": "token.sub"},
                          "calls": [{**call, **known} for call in calls], "emits": ["TaskOpened"],
                          "idempotent": "by key", "scopes": [f"{context}:write"]},
            "list_tasks": {"http": f"GET /{context}-tasks", "lists": "Task", "where": {"by": "token.sub"},
                           "scopes": [f"{context}:read"]},
            "close_task": {**opened, **closing, "set": {"state": "closed"}, "emits": ["TaskClosed"]},
            **({"drop_task": {**closing, "set": {"state": "dropped"}}} if context in WITH_SAGA else {}),
        },
    }  # fmt: skip


def _ledger(context: str) -> Data:
    """What is taken for a task: by a saga, or when it is opened."""
    partner = f"{context}-partner"
    outside = context in WITH_EXTERNAL
    call = {
        "to": f"{partner}.take",
        "with": {"of": "task"},
        "timeout": "2s",
        "expect": "taken",
        "otherwise": "402 not-taken",
    }
    entry: Data = {
        "about": f"What {context} has taken.",
        "owns": {"Entry": {"task": "unique uuid", "amount": "decimal 0..", "state": "held | freed = held"}},
        "operations": {
            "hold": {"creates": "Entry", **({"calls": [call]} if outside else {}), "idempotent": "by field task"},
        },
        **({"sidecars": ["fluentd"]} if context in WITH_SIDECAR else {}),
        **({"resources": {"cpu": "250m", "memory": "256Mi"}} if outside else {}),
    }  # fmt: skip
    if context in WITH_SAGA:
        back = {"to": f"{partner}.give_back", "with": {"of": "task"}}
        freed = {"updates": "Entry", "by": "task", "where": {"state": "held"}, "set": {"state": "freed"}}
        entry["operations"]["free"] = {**freed, **({"calls": [back]} if outside else {})}
    else:
        entry["subscribes"] = {f"{context}-desk.TaskOpened": "hold"}
    return entry


def _notices(context: str) -> Data:
    """Who was told what."""
    return {
        "about": f"Who was told what in {context}.",
        "owns": {"Notice": {"record": "uuid", "kind": "text"}},
        "operations": {"notify": {"creates": "Notice"}},
        "subscribes": {
            f"{context}-desk.TaskOpened": {"do": "notify", "set": {"kind": "opened"}},
            f"{context}-desk.TaskClosed": {"do": "notify", "set": {"kind": "closed"}},
        },
    }


def _views(context: str) -> Data:
    """What managers look at: copies of what the others own."""
    return {
        "about": f"What the managers of {context} look at.",
        "copies": {
            "Known": {f"{context}-records.RecordAdded": {"keep": ["title"]}},
            "Open": {f"{context}-desk.TaskOpened": {"keep": ["record", "amount"]}, f"{context}-desk.TaskClosed": {"drop": True}},
        },
        "operations": {
            "list_known": {"http": f"GET /{context}-known", "lists": "Known", "scopes": [f"{context}:read"]},
            "list_open": {"http": f"GET /{context}-open", "lists": "Open", "scopes": [f"{context}:read"]},
        },
    }  # fmt: skip


def _saga(context: str) -> Data:
    """What is opened is paid for and closed, or dropped."""
    return {
        "starts": f"{context}-desk.TaskOpened",
        "steps": [
            {"do": f"{context}-ledger.hold", "undo": f"{context}-ledger.free", "timeout": "3s"},
            {"do": f"{context}-desk.close_task"},
        ],
        "undo": f"{context}-desk.drop_task",
    }


def _bff(contexts: tuple[str, ...]) -> Data:
    """A page for each context: its records, its tasks, and what is open."""
    return {
        "endpoints": {
            f"GET /{context}": {
                "records": f"{context}-records.list_records(limit=5)",
                "tasks": f"{context}-desk.list_tasks(limit=5) or []",
                "open": f"{context}-views.list_open(limit=5) or []",
            }
            for context in contexts
        }
    }


def _routes() -> list[tuple[str, str]]:
    found = []
    for number, context in enumerate(CONTEXTS):
        for path, service in (("records", "records"), ("tasks", "desk"), ("known", "views"), ("open", "views")):
            found.append((f"/api/{context}-{path}", f"{context}-{service}"))
        found.append((f"/api/{context}", "web" if number < 5 else "mobile"))
    return found
