"""The generated mesh on the real Envoy: who may ask what, how long and how often, and which release answers."""

from __future__ import annotations

import copy
import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.packs.envoy.stub import slow
from tests.packs.istio.certificates import Authority, Identity
from tests.packs.istio.driven import REPLICAS, STRANGER, Driven, driven
from tests.packs.istio.mesh import blueprint_of, cluster
from tests.plan.planned import whole

from svcforge.run.manifest import Jwt

POST = Jwt(issuer="https://auth.test", audience="post")
LETTER = "/v1/letters/0b3c1c2e-7a55-4d51-9f3b-6c1c64a4a3f1"
STAMP = "/internal/take_stamp"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driven]:
    with driven(cluster("post", "prod"), tmp_path_factory.mktemp("mesh"), POST) as it:
        yield it


@pytest.fixture
def post(running: Driven) -> Driven:
    """A door, letters in two releases, stamps; nobody has asked anything yet."""
    running.reset()
    return running


def failing(status: int) -> object:
    return lambda _: (status, b"{}")


# Who may ask ----------------------------------------------------------------------------------------------------------


def test_a_declared_edge_passes(post: Driven) -> None:
    assert post.ask("gateway", "letters", "GET", LETTER).status == 200
    assert post.ask("gateway", "letters", "POST", "/v1/letters", post.token("alice")).status == 200
    assert post.ask("letters", "stamps", "POST", STAMP, post.token("service:letters")).status == 200
    assert sum(post.asked("letters").values()) == 2


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/v1/letters"), ("DELETE", LETTER), ("GET", "/v1/letters"), ("GET", f"{LETTER}/x"), ("GET", "/metrics")],
)
def test_another_method_or_path_does_not(post: Driven, method: str, path: str) -> None:
    assert post.ask("gateway", "letters", method, path, post.token("alice")).status == 403
    assert sum(post.asked("letters").values()) == 0


@pytest.mark.parametrize("caller", [STRANGER, "stamps"])
def test_a_caller_without_an_edge_does_not(post: Driven, caller: str) -> None:
    assert post.ask(caller, "letters", "GET", LETTER, scoped=False).status == 403
    assert sum(post.asked("letters").values()) == 0


def test_a_sidecar_does_not_even_know_whom_its_part_does_not_call(post: Driven) -> None:
    assert post.ask("stamps", "letters", "GET", LETTER).status == 502
    assert post.ask("gateway", "stamps", "POST", STAMP).status == 502
    assert post.ask("gateway", "elsewhere", "GET", "/").status == 502


@pytest.mark.parametrize(
    ("token", "status"),
    [("none", 403), ("another audience", 403), ("expired", 401), ("no token at all", 401), ("another's", 403)],
)
def test_a_token_that_is_missing_or_wrong_does_not(post: Driven, token: str, status: int) -> None:
    headers = {
        "none": {},
        "another audience": post.token("service:letters", audience="others"),
        "expired": post.token("service:letters", ttl=-600),
        "no token at all": {"authorization": "Bearer x.y.z"},
        "another's": post.token("alice"),
    }[token]
    assert post.ask("letters", "stamps", "POST", STAMP, headers).status == status
    assert sum(post.asked("stamps").values()) == 0


def test_nobody_comes_in_without_a_certificate_of_the_mesh(post: Driven) -> None:
    pod = post.pods["letters"][0]
    with socket.create_connection(("127.0.0.1", pod.sidecar), timeout=5) as plain:
        plain.sendall(f"GET {LETTER} HTTP/1.1\r\nhost: letters\r\n\r\n".encode())
        assert plain.recv(100) == b""
    uri = post.mesh.uri("gateway")
    for identity in (None, Authority().identity(uri)):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            _over_tls(post, pod.sidecar, identity)
    assert _over_tls(post, pod.sidecar, post.mesh.authority.identity(uri)).startswith(b"HTTP/1.1 200")


def _over_tls(it: Driven, port: int, identity: Identity | None) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if identity:
        folder = it.folder / "client.pem"
        folder.write_text(identity.certificate + identity.key)
        context.load_cert_chain(folder)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as plain, context.wrap_socket(plain) as tls:
        tls.sendall(f"GET {LETTER} HTTP/1.1\r\nhost: letters\r\nconnection: close\r\n\r\n".encode())
        # With TLS 1.3 a client learns with its first read that it was refused.
        return tls.recv(100)


@pytest.mark.parametrize("name", ["shop", "healthcare", "post"])
def test_of_all_pairs_and_operations_only_the_declared_edges_pass(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    edges = {(e["from"], e["to"], e["method"], _filled(e["path"])): e for e in _traffic(name)["edges"]}
    auth = _traffic(name)["auth"]
    issuer = Jwt(issuer=auth["issuer"], audience=auth["audience"]) if auth else POST
    with driven(cluster(name, "prod"), tmp_path_factory.mktemp(name), issuer) as mesh:
        wrong = []
        for caller in [*mesh.through, STRANGER]:
            for part, method, path in sorted({key[1:] for key in edges}):
                edge = edges.get((caller, part, method, path))
                subject = f"service:{caller}" if edge and edge["token"] == "service" else "alice"
                status = mesh.ask(caller, part, method, path, mesh.token(subject), scoped=False).status
                if status != (200 if edge else 403):
                    wrong.append((caller, part, method, path, status))
        assert wrong == []
        assert len(edges) > 2


def _traffic(name: str) -> dict[str, Any]:
    found: dict[str, Any] = whole(blueprint_of(name))["traffic"]
    return found


def _filled(path: str) -> str:
    return "/".join("7" if segment.startswith("{") else segment for segment in path.split("/"))


# Which release answers -----------------------------------------------------------------------------------------------


def test_traffic_is_split_by_weight_and_by_header(post: Driven) -> None:
    total = 1500
    for _ in range(total):
        assert post.ask("gateway", "letters", "GET", LETTER).status == 200
    new = post.asked("letters")["letters-v2-0"]
    # 20 % asked; five standard deviations of that many draws are 5.2 %.
    assert abs(new / total - 0.2) < 0.052
    post.reset()
    for _ in range(60):
        post.ask("gateway", "letters", "GET", LETTER, {"tester": "yes"})
        post.ask("gateway", "letters", "GET", LETTER, {"tester": "yes, please"})
    assert post.asked("letters")["letters-v2-0"] >= 60
    assert (
        sum(
            len([r for r in s.asked if r.headers.get("tester") == "yes"])
            for n, s in post.stubs.items()
            if n == "letters-v2-0"
        )
        == 60
    )


# How long and how often ----------------------------------------------------------------------------------------------


def test_an_edge_has_its_own_timeout(post: Driven) -> None:
    for pod in post.pods["stamps"]:
        post.stubs[pod.name].answer = slow(3.0)
    begun = time.monotonic()
    assert post.ask("letters", "stamps", "POST", STAMP, post.token("service:letters")).status == 504
    assert 0.25 < time.monotonic() - begun < 2.9


def test_what_may_be_repeated_is_repeated_as_often_as_declared_and_elsewhere(post: Driven) -> None:
    for pod in post.pods["stamps"]:
        post.stubs[pod.name].answer = failing(503)  # type: ignore[assignment]
    assert post.ask("letters", "stamps", "POST", STAMP, post.token("service:letters")).status == 503
    assert sorted(post.asked("stamps").values()) == [1, 1, 1]


def test_what_may_not_be_repeated_is_asked_once(post: Driven) -> None:
    for pod in post.pods["letters"]:
        post.stubs[pod.name].answer = failing(503)  # type: ignore[assignment]
    assert post.ask("gateway", "letters", "POST", "/v1/letters", post.token("alice")).status == 503
    assert sum(post.asked("letters").values()) == 1


def test_a_pod_that_keeps_failing_is_left_alone_for_a_while(tmp_path_factory: pytest.TempPathFactory) -> None:
    objects = cluster("post", "prod")
    [rule] = [o["spec"] for o in objects if o["kind"] == "DestinationRule" and o["metadata"]["name"] == "letters"]
    limit = rule["trafficPolicy"]["outlierDetection"]["consecutive5xxErrors"]
    with driven(objects, tmp_path_factory.mktemp("outlier"), POST) as it:
        sick = it.pods["letters"][0].name
        assert sick == "letters-0"
        it.stubs[sick].answer = failing(503)  # type: ignore[assignment]
        statuses = [it.ask("gateway", "letters", "GET", LETTER).status for _ in range(40 * REPLICAS)]
        # Envoy's main thread acts on the last of the failures, so one more may be on its way by then.
        assert limit <= it.asked("letters")[sick] == statuses.count(503) <= limit + 3
        assert set(statuses[statuses.index(503) :][-REPLICAS * 10 :]) == {200}


# Game days -----------------------------------------------------------------------------------------------------------


def test_faults_come_as_often_as_the_game_day_says_and_to_nobody_else(tmp_path_factory: pytest.TempPathFactory) -> None:
    objects = copy.deepcopy(cluster("post", "prod", game=True))
    [rules] = [
        o["spec"]["http"] for o in objects if o["kind"] == "VirtualService" and o["metadata"]["name"] == "letters"
    ]
    [fault] = [rule["fault"] for rule in rules if "fault" in rule]
    shares = {kind: fault[kind]["percentage"]["value"] / 100 for kind in ("abort", "delay")}
    # Seconds that a test need not wait for.
    fault["delay"]["fixedDelay"] = "1s"
    with driven(objects, tmp_path_factory.mktemp("game"), POST) as it:
        total = 400

        def one(_: int) -> tuple[int, float]:
            begun = time.monotonic()
            status = it.ask("gateway", "letters", "GET", LETTER, {"baggage": "a=b, game-day=letters"}).status
            return status, time.monotonic() - begun

        with ThreadPoolExecutor(8) as pool:
            asked = list(pool.map(one, range(total)))
        aborted = [status for status, _ in asked].count(fault["abort"]["httpStatus"])
        found = {"abort": aborted, "delay": sum(taken > 0.99 for _, taken in asked)}
        for kind, share in shares.items():
            assert abs(found[kind] / total - share) < 5 * (share * (1 - share) / total) ** 0.5, kind
        for baggage in ("game-day=stamps", "a=game-day", ""):
            assert {it.ask("gateway", "letters", "GET", LETTER, {"baggage": baggage}).status for _ in range(20)} == {
                200
            }
