"""A service's events as an AsyncAPI 3 document; the same for every stack."""

from __future__ import annotations

from svcforge.plan.jsonschema import REF, classes, object_schema, prefixed, reachable
from svcforge.plan.naming import pascal
from svcforge.plan.types import Fact

CLOUD_EVENT = "application/cloudevents+json"


def asyncapi(service: Fact) -> Fact:
    """The document: a channel for each type of event, what is sent, and what is received by which handler.

    Events of other services carry that service's name, since two may have one name.
    """
    sent = {e["type"]: e for e in service["events"]}
    heard = {e["type"]: e for p in service["publishers"] for e in p["events"]}
    messages = {e["class"]: _message(e, "") for e in sent.values()}
    messages |= {_foreign(e): _message(e, pascal(e["service"])) for e in heard.values()}
    channels = {kind: _channel(kind, e["class"]) for kind, e in sent.items()}
    channels |= {kind: _channel(kind, _foreign(e)) for kind, e in heard.items() if kind not in sent}
    emitted = {(e["event"], e["version"]) for o in service["operations"] for e in o["emits"]}
    operations: Fact = {
        f"send{e['class']}": _does("send", kind, e["class"])
        for kind, e in sent.items()
        if (e["name"], e["version"]) in emitted
    }
    feeds = (f for copy in service["copies"] for f in copy["feeds"])
    for hearing in (*service["subscriptions"], *feeds):
        event = heard[hearing["type"]]
        found = _does("receive", hearing["type"], _foreign(event))
        operations[hearing["handler"]] = found | {"x-queue": hearing["queue"]}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": service["title"], "version": service["api_version"]},
        "defaultContentType": CLOUD_EVENT,
        "channels": dict(sorted(channels.items())),
        "operations": operations,
        "components": {"messages": messages, "schemas": _schemas(service, sent, heard)},
    }


def _foreign(event: Fact) -> str:
    return f"{pascal(event['service'])}{event['class']}"


def _message(event: Fact, prefix: str) -> Fact:
    name = f"{prefix}{event['class']}"
    return {
        "name": event["type"],
        "contentType": CLOUD_EVENT,
        "payload": {
            "type": "object",
            "description": "CloudEvents 1.0, structured",
            "properties": {
                "specversion": {"const": "1.0"},
                "id": {"type": "string", "format": "uuid"},
                "source": {"const": event["source"]},
                "type": {"const": event["type"]},
                "subject": {"type": "string", "description": f"the event's {event['subject']}"},
                "time": {"type": "string", "format": "date-time"},
                "datacontenttype": {"const": "application/json"},
                "sequence": {"type": "integer", "description": "its number within its subject"},
                "traceparent": {"type": "string"},
                "correlationid": {"type": "string"},
                "data": {"$ref": REF + name},
            },
            "required": ["specversion", "id", "source", "type", "subject", "time", "sequence", "data"],
        },
    }


def _channel(kind: str, message: str) -> Fact:
    return {"address": kind, "messages": {message: {"$ref": f"#/components/messages/{message}"}}}


def _does(action: str, kind: str, message: str) -> Fact:
    channel = {"$ref": f"#/channels/{kind}"}
    return {"action": action, "channel": channel, "messages": [{"$ref": f"#/channels/{kind}/messages/{message}"}]}


def _schemas(service: Fact, sent: Fact, heard: Fact) -> Fact:
    found = classes(service["enums"], service["values"])
    found |= {e["class"]: object_schema(e["fields"]) for e in sent.values()}
    for publisher in service["publishers"]:
        found |= classes(publisher["enums"], publisher["values"], pascal(publisher["name"]))
    for event in heard.values():
        found[_foreign(event)] = prefixed(object_schema(event["fields"]), pascal(event["service"]))
    roots = {*(e["class"] for e in sent.values()), *(_foreign(e) for e in heard.values())}
    return reachable(found, [{"$ref": REF + name} for name in sorted(roots)])
