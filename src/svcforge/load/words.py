"""The closed vocabularies of the language, and the nearest of them to a misspelt word."""

from __future__ import annotations

from collections.abc import Iterable

GATEWAYS = ("envoy", "express", "kong", "nginx", "istio-ingress", "aws-api-gateway", "apigee")
BROKERS = ("rabbitmq", "kafka", "nats", "sqs")
DISCOVERIES = ("kubernetes", "consul", "eureka", "zookeeper", "dns")
MESHES = ("istio", "linkerd", "consul")
DEPLOYS = ("compose", "kubernetes", "helm", "swarm", "nomad")
METRICS = ("prometheus", "datadog")
TRACINGS = ("jaeger", "zipkin", "xray", "datadog")
LOGS = ("loki", "elasticsearch", "datadog")
SAGA_ENGINES = ("dbos", "temporal")
STACKS = ("python", "typescript", "java", "dotnet")
APIS = ("rest", "grpc")
OVERS = ("rest", "grpc", "broker")
SUBDOMAINS = ("core", "supporting", "generic")
RELATIONS = (
    "partnership", "shared-kernel", "customer-supplier", "conformist",
    "anti-corruption-layer", "open-host-service", "separate-ways",
)  # fmt: skip
ABILITIES = ("health", "tracing", "metrics", "logs", "outbox", "inbox", "contract")
AUTHS = ("service", "mesh", "forward", "none")
TLS = ("strict", "permissive", "none")
CALL_DISCOVERIES = ("dns", "consul", "eureka", "none")
DELIVERIES = ("at-least-once", "at-most-once", "exactly-once")
TRANSACTIONS = ("2pc", "xa", "tcc")
LIBRARIES = ("domain", "entities", "model", "sdk", "util", "contract")
PROFILES = ("minimal", "recommended", "production")
SEVERITIES = ("error", "warning", "info")
FAIL_ON = (*SEVERITIES, "never")

OUTPUT_FOLDERS = ("services", "bffs", "gateway", "platform", "stand-ins", "packs")
"""Folders that generation makes at the top of the output: no service may take such a name."""

RESERVED_SERVICES = frozenset({"kit", "tests", "main", *OUTPUT_FOLDERS} - {"gateway"})
"""Names that a service, BFF or external may not have; "gateway" is the gateway's own name."""

WINDOWS_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{i}" for i in range(10)), *(f"lpt{i}" for i in range(10))}
)

PYTHON_WORDS = frozenset(
    [
        "False",
        "None",
        "True",
        "and",
        "as",
        "assert",
        "async",
        "await",
        "break",
        "class",
        "continue",
        "def",
        "del",
        "elif",
        "else",
        "except",
        "finally",
        "for",
        "from",
        "global",
        "if",
        "import",
        "in",
        "is",
        "lambda",
        "nonlocal",
        "not",
        "or",
        "pass",
        "raise",
        "return",
        "try",
        "while",
        "with",
        "yield",
    ]
)
TYPESCRIPT_WORDS = frozenset(
    [
        "break",
        "case",
        "catch",
        "class",
        "const",
        "continue",
        "debugger",
        "default",
        "delete",
        "do",
        "else",
        "enum",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "function",
        "if",
        "import",
        "in",
        "instanceof",
        "new",
        "null",
        "return",
        "super",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "var",
        "void",
        "while",
        "with",
        "implements",
        "interface",
        "let",
        "package",
        "private",
        "protected",
        "public",
        "static",
        "yield",
        "await",
    ]
)
RESERVED_WORDS = PYTHON_WORDS | TYPESCRIPT_WORDS
"""Words that no operation, field or part may be called, so that every stack can use the name as it is."""

PART_WORDS = ("path", "query", "token", "body")
"""What a BFF's parts take values from; a part may not be called so."""


def nearest(word: str, known: Iterable[str], *, distance: int = 2) -> str | None:
    """The known word closest to a misspelt one within an edit distance; the first of several as close."""
    return next(iter(closest(word, known, distance=distance)), None)


def closest(word: str, known: Iterable[str], *, distance: int = 2) -> list[str]:
    """The known words closest to a misspelt one within an edit distance: one, or several that are as close.

    A very short word is only matched within distance 1, since everything is near it.
    """
    limit = min(distance, max(1, len(word) // 3))
    best: list[str] = []
    lower = word.lower()
    letters = set(lower)
    for candidate in known:
        other = candidate.lower()
        # One edit changes the length by one at most, and takes one letter away for one that it brings.
        if abs(len(other) - len(lower)) > limit or len(letters.symmetric_difference(other)) > 2 * limit:
            continue
        found = _distance(lower, other, limit)
        if found < limit or (found == limit and not best):
            best, limit = [candidate], found
        elif found == limit and candidate not in best:
            best.append(candidate)
    return best


def choices(known: Iterable[str]) -> str:
    """The known words as a list to choose from."""
    return ", ".join(known)


def _distance(a: str, b: str, limit: int) -> int:
    """Optimal string alignment (Damerau-Levenshtein without repeats), given up beyond the limit."""
    # What both begin and end with is not compared: names of one system have much in common.
    begin, end = 0, min(len(a), len(b))
    while begin < end and a[begin] == b[begin]:
        begin += 1
    a, b = a[begin:], b[begin:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        after = [i]
        for j, y in enumerate(b, 1):
            cost = min(row[j] + 1, after[j - 1] + 1, row[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            after.append(cost)
        if min(after) > limit:
            return limit + 1
        before, row = row, after
    return row[-1]
