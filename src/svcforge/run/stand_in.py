'''Plays an external system under `svcforge up`: `python -m svcforge.run.stand_in FILE --port P`.

FILE is the user's own module. A function answers each operation, and `ROUTES` says which:

    """What the card network answers when svcforge runs the shop on this machine."""


    class Refuse(Exception):
        """An answer that is a no: a status and the slug of its problem type."""

        def __init__(self, status: int, slug: str) -> None:
            super().__init__(slug)
            self.status, self.slug = status, slug


    def authorize(request: dict) -> dict:
        """Declines amounts that end in 13 cents."""
        if str(request["amount"]).endswith(".13"):
            raise Refuse(402, "card-declined")
        return {"approved": True}


    def give_back(request: dict) -> None:
        """Always works."""


    ROUTES = {"POST /charges": authorize, "POST /refunds": give_back}

A request holds the operation's inputs by name: the fields of the JSON body, over the query, under the `{names}` of
the path; its `headers` attribute has the headers, with names in lower case. What a function returns is the JSON of a
200 answer, None of a 204. An exception with `status` and `slug` becomes a problem (RFC 9457), any other one a 500
with its traceback in the log. Nothing is kept between requests but what the module keeps: to answer a repeated
`request.headers["idempotency-key"]` as before is the module's own task. Requests are answered at the same time, in
threads. The module is self-contained: it imports nothing of svcforge.
'''

from __future__ import annotations

import argparse
import json
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

MOST_BYTES = 10_000_000
"""Of a request's body."""

Operation = Callable[[dict[str, Any]], Any]


class Request(dict[str, Any]):
    """The inputs of an operation by name; `headers` by lower-case name."""

    def __init__(self, inputs: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        super().__init__(inputs)
        self.headers = dict(headers)


class Route:
    """A method and a path such as `/charges/{id}`, and the function that answers."""

    def __init__(self, words: str, operation: Operation) -> None:
        self.method, self.path = words.split()
        self.operation = operation

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The values of the names in the path, or None when a request is for another route."""
        pieces = re.split(r"\{(\w+)\}", self.path)
        pattern = "".join(f"(?P<{one}>[^/]+)" if odd % 2 else re.escape(one) for odd, one in enumerate(pieces))
        found = re.fullmatch(pattern, path) if method == self.method else None
        return {name: unquote(value) for name, value in found.groupdict().items()} if found else None


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the value that its JSON body holds; no body when it is None."""

    status: int
    value: Any = None
    media: str = "application/json"


class StandIn:
    """Answers requests for one external, as its routes say."""

    def __init__(self, name: str, routes: Mapping[str, Operation]) -> None:
        self.name = name
        found = (Route(words, operation) for words, operation in routes.items())
        # A literal path beside a template (`/cards/mine`, `/cards/{id}`) wins.
        self._routes = sorted(found, key=lambda route: route.path.count("{"))

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one request; `target` is its path with the query."""
        url = urlsplit(target)
        for route in self._routes:
            named = route.match(method, url.path)
            if named is not None:
                return self._ask(route, named, parse_qsl(url.query), headers, body)
        known = ", ".join(f"{route.method} {route.path}" for route in self._routes)
        return self._problem(404, "not-played", f"ROUTES has no {method} {url.path}; there are {known}")

    def _ask(
        self,
        route: Route,
        named: Mapping[str, str],
        query: Iterable[tuple[str, str]],
        headers: Mapping[str, str],
        body: bytes,
    ) -> Answer:
        try:
            fields = json.loads(body) if body else {}
        except ValueError as error:
            return self._problem(400, "malformed", f"the body is no JSON: {error}")
        if not isinstance(fields, dict):
            return self._problem(400, "malformed", "the body is no JSON object")
        request = Request({**dict(query), **fields, **named}, headers)
        try:
            value = route.operation(request)
            json.dumps(value)
        except Exception as error:
            status, slug = getattr(error, "status", None), getattr(error, "slug", None)
            if isinstance(status, int) and isinstance(slug, str):
                return self._problem(status, slug, str(error))
            traceback.print_exc()
            return self._problem(500, "stand-in-failed", f"{type(error).__name__}: {error}")
        return Answer(204) if value is None else Answer(200, value)

    def _problem(self, status: int, slug: str, detail: str) -> Answer:
        title = slug.replace("-", " ").capitalize()
        value = {"type": f"urn:problem:{self.name}:{slug}", "title": title, "status": status, "detail": detail}
        return Answer(status, value, "application/problem+json")


def load(file: Path, name: str) -> StandIn:
    """The stand-in that a user's module describes; exits with a message when it has no `ROUTES`."""
    # The module may have neighbours, as a script may.
    sys.path.insert(0, str(file.parent))
    module = ModuleType("stand_in")
    module.__file__ = str(file)
    sys.modules[module.__name__] = module
    exec(compile(file.read_bytes(), str(file), "exec"), module.__dict__)
    routes = getattr(module, "ROUTES", None)
    if not isinstance(routes, dict) or not all(
        re.fullmatch(r"[A-Z]+ /\S*", str(route)) and callable(operation) for route, operation in routes.items()
    ):
        sys.exit(f'{file}: ROUTES must map each "METHOD /path" to a function')
    return StandIn(name, routes)


def serve(stand_in: StandIn, port: int) -> None:
    """Answer on the loopback address until ended."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if length > MOST_BYTES or "Transfer-Encoding" in self.headers:
                self.send_error(413 if length > MOST_BYTES else 411)
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = stand_in.answer(self.command, self.path, headers, self.rfile.read(length))
            body = b"" if answer.value is None else json.dumps(answer.value).encode()
            self.send_response(answer.status)
            if body:
                self.send_header("Content-Type", answer.media)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


def main() -> None:
    """Serve the module named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m svcforge.run.stand_in")
    parser.add_argument("file", type=Path)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--name", help="the external's name; the file's own when unset")
    asked = parser.parse_args()
    serve(load(asked.file, asked.name or asked.file.stem), asked.port)


if __name__ == "__main__":
    main()
