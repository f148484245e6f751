"""What the gateway adds, takes away, refuses to carry, and how it says goodbye."""

from __future__ import annotations

import json
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.packs.envoy.conftest import Start
from tests.packs.envoy.facts import of_lab
from tests.packs.envoy.running import Gateway, ask
from tests.packs.envoy.stub import slow

PATH = "/api/orders"
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TOO_LARGE = (413, "urn:problem:gateway:too-large")


def test_a_request_without_a_correlation_id_gets_one(shop: Gateway) -> None:
    answer = shop.ask("GET", PATH, shop.bearer())
    seen = shop.stubs["orders"].asked[0].headers["x-correlation-id"]
    assert re.fullmatch(UUID, seen)
    assert answer.headers["x-correlation-id"] == seen


def test_a_correlation_id_that_was_brought_is_kept_to_the_end(shop: Gateway) -> None:
    brought = {"X-Correlation-ID": "mine"}
    assert shop.ask("GET", PATH, {**brought, **shop.bearer()}).headers["x-correlation-id"] == "mine"
    assert shop.stubs["orders"].asked[0].headers["x-correlation-id"] == "mine"
    assert shop.ask("GET", PATH, brought).headers["x-correlation-id"] == "mine"


def test_a_trace_begins_here_unless_one_was_brought(shop: Gateway) -> None:
    brought = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    for headers in ({}, {}, {"traceparent": brought}):
        shop.ask("GET", PATH, {**headers, **shop.bearer()})
    first, second, third = (request.headers["traceparent"] for request in shop.stubs["orders"].asked)
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", first)
    assert first != second
    assert third == brought


def test_a_service_is_asked_by_its_own_name(shop: Gateway) -> None:
    shop.ask("GET", PATH, {"Host": "api.shop.test", **shop.bearer()})
    seen = shop.stubs["orders"].asked[0].headers
    assert seen["host"] == "orders"


def test_where_a_client_is_says_the_connection(shop: Gateway) -> None:
    shop.ask("GET", PATH, {"X-Forwarded-For": "10.1.2.3", "X-Forwarded-Proto": "https", **shop.bearer()})
    seen = shop.stubs["orders"].asked[0].headers
    assert seen["x-forwarded-for"].rpartition(",")[2].strip() != "10.1.2.3"
    assert seen["x-forwarded-proto"] == "http"
    assert "x-envoy-internal" not in seen


def test_the_client_learns_nothing_of_the_inside(shop: Gateway) -> None:
    for path in (PATH, "/nowhere", "/health"):
        answer = shop.ask("GET", path, shop.bearer())
        assert answer.headers["server"] == "gateway"
        assert [name for name in answer.headers if name.startswith("x-envoy")] == []


def test_a_body_of_the_largest_size_goes_through_and_one_byte_more_does_not(shop: Gateway) -> None:
    limit = 1_048_576
    assert shop.ask("POST", PATH, shop.bearer(), b"x" * limit).status == 200
    assert len(shop.stubs["orders"].asked[0].body) == limit
    assert shop.ask("POST", PATH, shop.bearer(), b"x" * (limit + 1)).problem == TOO_LARGE
    assert len(shop.stubs["orders"].asked) == 1


def test_an_answer_may_be_of_any_size(shop: Gateway) -> None:
    shop.stubs["orders"].answer = lambda _: (200, b"x" * 5_000_000)
    assert len(shop.ask("GET", PATH, shop.bearer()).body) == 5_000_000


def test_a_body_of_unknown_size_is_counted_too(shop: Gateway) -> None:
    token = shop.bearer()["Authorization"]
    with socket.create_connection(("127.0.0.1", shop.port), timeout=10) as connection:
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode())
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        received = b""
        try:
            for _ in range(20):
                connection.sendall(chunk)
        except OSError:
            pass
        received = connection.recv(65536)
    assert received.startswith(b"HTTP/1.1 413 ")
    assert b"urn:problem:gateway:too-large" in received
    assert shop.stubs["orders"].asked == []


def test_a_slow_sender_reaches_no_service_before_it_is_done(shop: Gateway) -> None:
    token = shop.bearer()["Authorization"]
    with socket.create_connection(("127.0.0.1", shop.port), timeout=10) as connection:
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nContent-Length: 4\r\n\r\n"
        connection.sendall(head.encode() + b"ab")
        time.sleep(0.3)
        assert shop.stubs["orders"].asked == []
        connection.sendall(b"cd")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
    assert shop.stubs["orders"].asked[0].body == b"abcd"


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"X_User_Id": "1"}, 400), ({"X-Much": "x" * 40_000}, 431), ({f"X-{n}": "1" for n in range(150)}, 431)],
)
def test_headers_that_are_too_clever_or_too_many_are_refused(
    shop: Gateway, headers: dict[str, str], status: int
) -> None:
    assert shop.ask("GET", PATH, {**headers, **shop.bearer()}).problem[0] == status
    assert shop.stubs["orders"].asked == []


@pytest.mark.parametrize(
    "raw",
    [
        b"GARBAGE\r\n\r\n",
        b"GET /api/orders HTTP/1.1\r\n\r\n",
        b"POST /api/products HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/products HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    ],
)
def test_what_is_not_quite_http_goes_nowhere(shop: Gateway, raw: bytes) -> None:
    with socket.create_connection(("127.0.0.1", shop.port), timeout=10) as connection:
        connection.sendall(raw)
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
    assert [stub.asked for stub in shop.stubs.values() if stub.asked] == []


def test_everything_in_the_log_is_a_line_of_json_and_every_request_is_one(start: Start, tmp_path: Path) -> None:
    with start(of_lab("  routes: {/api/orders: orders}\n")) as it:
        it.ask("GET", "/api/orders/7?secret=1", {"X-Correlation-ID": "mine"})
        it.ask("GET", "/health")
    logged = [json.loads(line) for line in (tmp_path / "envoy.log").read_text().splitlines()]
    assert {line["service"] for line in logged} == {"gateway"}
    [line] = [line for line in logged if line.get("event") == "request"]
    seen = it.stubs["orders"].asked[0].headers["traceparent"]
    assert line["trace_id"] == seen.split("-")[1]
    assert re.match(r"\d{4}-\d\d-\d\dT", line["time"])
    kept = ("service", "level", "method", "path", "status", "upstream", "correlation_id", "attempts")
    assert {name: line[name] for name in kept} == {
        "service": "gateway",
        "level": "info",
        "method": "GET",
        "path": "/api/orders/7",
        "status": 200,
        "upstream": "orders",
        "correlation_id": "mine",
        "attempts": 1,
    }


def test_draining_takes_nothing_new_and_finishes_what_was_begun(start: Start) -> None:
    with start(of_lab("  routes: {/api/orders: orders}\n")) as it, ThreadPoolExecutor(1) as other:
        it.stubs["orders"].answer = slow(1.0)
        begun = other.submit(it.ask, "POST", PATH)
        while not it.stubs["orders"].asked:
            time.sleep(0.01)
        assert ask(it.admin, "POST", "/drain_listeners").status == 200
        with pytest.raises(ConnectionError):
            it.ask("GET", "/health")
        assert ask(it.admin, "GET", "/stats?filter=^http\\.edge\\.downstream_rq_active$").body.endswith(b": 1\n")
        assert begun.result().status == 200
        assert ask(it.admin, "GET", "/stats?filter=^http\\.edge\\.downstream_rq_active$").body.endswith(b": 0\n")
