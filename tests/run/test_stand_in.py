"""Externals are played by functions that a user writes."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.run.lab import free_port, until

from svcforge.run import stand_in
from svcforge.run.stand_in import Answer, StandIn


def test_a_request_is_its_inputs_by_name() -> None:
    seen: list[dict[str, Any]] = []
    bank = StandIn("bank", {"POST /cards/{card}/charges": lambda request: seen.append(request)})
    bank.answer("POST", "/cards/a%2Fb/charges?amount=1&trace=on", {}, b'{"amount": 2, "card": "other"}')
    assert seen == [{"amount": 2, "trace": "on", "card": "a/b"}]


def test_headers_are_at_hand_by_lower_case_name() -> None:
    bank = StandIn("bank", {"POST /charges": lambda request: {"key": request.headers["idempotency-key"]}})  # type: ignore[attr-defined]
    assert bank.answer("POST", "/charges", {"idempotency-key": "k1"}, b"{}") == Answer(200, {"key": "k1"})


def test_nothing_returned_is_an_answer_without_a_body() -> None:
    assert StandIn("bank", {"POST /refunds": lambda _: None}).answer("POST", "/refunds", {}, b"") == Answer(204)


def test_a_literal_path_wins_over_a_template() -> None:
    bank = StandIn("bank", {"GET /cards/{id}": lambda request: request["id"], "GET /cards/mine": lambda _: "literal"})
    assert bank.answer("GET", "/cards/mine", {}, b"").value == "literal"
    assert bank.answer("GET", "/cards/7", {}, b"").value == "7"


class Refuse(Exception):
    def __init__(self, status: int, slug: str) -> None:
        super().__init__("no money")
        self.status, self.slug = status, slug


def refuses(_: dict[str, Any]) -> None:
    raise Refuse(402, "card-declined")


def breaks(request: dict[str, Any]) -> None:
    request["missing"]


@pytest.mark.parametrize(
    ("operation", "body", "status", "slug"),
    [
        (refuses, b"{}", 402, "card-declined"),
        (breaks, b"{}", 500, "stand-in-failed"),
        (lambda _: object(), b"{}", 500, "stand-in-failed"),
        (refuses, b"{", 400, "malformed"),
        (refuses, b"[]", 400, "malformed"),
    ],
)
def test_a_no_is_a_problem(operation: Callable[..., Any], body: bytes, status: int, slug: str) -> None:
    answer = StandIn("bank", {"POST /charges": operation}).answer("POST", "/charges", {}, body)
    assert (answer.status, answer.media) == (status, "application/problem+json")
    assert answer.value["type"] == f"urn:problem:bank:{slug}"


def test_an_operation_that_is_not_played_says_which_are() -> None:
    answer = StandIn("bank", {"POST /charges": refuses}).answer("GET", "/charges", {}, b"")
    assert answer.status == 404
    assert answer.value["detail"] == "ROUTES has no GET /charges; there are POST /charges"


def example() -> str:
    """The module in the documentation, which a user would begin with."""
    lines = str(stand_in.__doc__).splitlines()
    code = [line for line in lines if line.startswith("    ") or not line]
    return "\n".join(line.removeprefix("    ") for line in code)


def test_the_example_of_the_documentation_answers_over_http(tmp_path: Path) -> None:
    file, port = tmp_path / "card-network.py", free_port()
    file.write_text(example())
    server = subprocess.Popen([sys.executable, "-m", "svcforge.run.stand_in", str(file), "--port", str(port)])

    def ask(path: str, body: dict[str, Any]) -> tuple[int, Any]:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, json.loads(answer.read() or "null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def listens() -> bool:
        try:
            ask("/", {})
        except urllib.error.URLError:
            return False
        return True

    try:
        until(listens)
        assert ask("/charges", {"amount": "10.00"}) == (200, {"approved": True})
        assert ask("/refunds", {"amount": "10.00"}) == (204, None)
        status, problem = ask("/charges", {"amount": "10.13"})
        assert (status, problem["type"]) == (402, "urn:problem:card-network:card-declined")
    finally:
        server.terminate()
        server.wait()


@pytest.mark.parametrize("text", ["", "ROUTES = []", "ROUTES = {'/charges': print}", "ROUTES = {'POST /charges': 1}"])
def test_a_module_without_routes_is_a_clear_end(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bank.py"
    file.write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "svcforge.run.stand_in", str(file), "--port", "1"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (1, f'{file}: ROUTES must map each "METHOD /path" to a function\n')
