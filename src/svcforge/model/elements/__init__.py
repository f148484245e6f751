"""The elements of a blueprint, as frozen values: what is written, with names instead of places in a file.

Every element carries its `path`; nothing here knows a line number. What a blueprint does not say is None or empty.
"""

from svcforge.model.elements.data import Entity, Event, Field, Fields, Value
from svcforge.model.elements.flows import Argument, Bff, Endpoint, Gateway, Jwt, Part, RateLimit, Route, Saga, Step
from svcforge.model.elements.operations import Call, Condition, Http, Literals, Operation, Sources, Verb
from svcforge.model.elements.services import (
    Context,
    Copy,
    CopyFeed,
    External,
    Relation,
    Release,
    Role,
    Service,
    Setting,
    Sidecar,
    Subscription,
    Use,
)
from svcforge.model.elements.system import Ignore, Library, LintConfig, PackSource, Patch, Platform, Store, Unresolved

__all__ = [
    "Argument",
    "Bff",
    "Call",
    "Condition",
    "Context",
    "Copy",
    "CopyFeed",
    "Endpoint",
    "Entity",
    "Event",
    "External",
    "Field",
    "Fields",
    "Gateway",
    "Http",
    "Ignore",
    "Jwt",
    "Library",
    "LintConfig",
    "Literals",
    "Operation",
    "PackSource",
    "Part",
    "Patch",
    "Platform",
    "RateLimit",
    "Relation",
    "Release",
    "Role",
    "Route",
    "Saga",
    "Service",
    "Setting",
    "Sidecar",
    "Sources",
    "Step",
    "Store",
    "Subscription",
    "Unresolved",
    "Use",
    "Value",
    "Verb",
]
