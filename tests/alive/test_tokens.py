"""Who gets in: at the gateway, and at a service that is asked past it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from tests.alive.running import Running
from tests.alive.shop import CUSTOMER, Shop

Forge = Callable[[Running], str | None]


def changed(**claims: object) -> Forge:
    """A token of ours in which some claims are others; None leaves one out."""

    def forge(system: Running) -> str:
        all_of_them = {**system.claims(str(uuid4()), CUSTOMER), **claims}
        return system.signed({name: value for name, value in all_of_them.items() if value is not None})

    return forge


def unsigned(system: Running) -> str:
    """The algorithm "none"."""
    return jwt.encode(system.claims(str(uuid4()), CUSTOMER), "", "none")


def signed_with_the_public_key(system: Running) -> str:
    """HS256, with the text of the public key, which everybody has, as the secret."""
    private = load_pem_private_key((system.keys / "signing-key.pem").read_bytes(), None)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    # PyJWT refuses to be misused like this.
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    header, claims = (
        jwt.utils.base64url_encode(json.dumps(part).encode())
        for part in ({"alg": "HS256", "typ": "JWT"}, system.claims(str(uuid4()), CUSTOMER))
    )
    signed = header + b"." + claims
    return (signed + b"." + jwt.utils.base64url_encode(algorithm.sign(signed, public))).decode()


def signed_by_a_stranger(system: Running) -> str:
    """A key that is not the issuer's, under the id of one that is."""
    ours = jwt.get_unverified_header(system.bearer("x", ""))
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(system.claims(str(uuid4()), CUSTOMER), stranger, "RS256", headers={"kid": ours["kid"]})


BAD: dict[str, Forge] = {
    "no token": lambda system: None,
    "no token at all": lambda system: "nonsense",
    "expired": changed(exp=int(time.time()) - 120),
    "for another audience": changed(aud="elsewhere"),
    "of another issuer": changed(iss="https://elsewhere.test"),
    "without an end": changed(exp=None),
    "without a subject": changed(sub=None),
    "algorithm none": unsigned,
    "HS256 with the public key": signed_with_the_public_key,
    "signed by a stranger": signed_by_a_stranger,
}
# Envoy says 403 of a token that is good, but for others.
REFUSALS = {"gateway": (401, 403), "orders": (401,)}


@pytest.mark.parametrize(("part", "path"), [("gateway", "/api/orders"), ("orders", "/v1/orders")])
@pytest.mark.parametrize("forge", BAD.values(), ids=BAD)
def test_a_bad_token_is_refused(shop: Shop, forge: Forge, part: str, path: str) -> None:
    answer = shop.system.at(part).ask("GET", path, token=forge(shop.system))
    assert answer.problem[0] in REFUSALS[part]


@pytest.mark.parametrize(("part", "path"), [("gateway", "/api/orders"), ("orders", "/v1/orders")])
def test_a_good_token_is_accepted(shop: Shop, part: str, path: str) -> None:
    answer = shop.system.at(part).ask("GET", path, token=shop.customer().token)
    assert (answer.status, answer.json) == (200, {"items": [], "next": None})


def test_the_token_that_svcforge_prints_is_accepted(shop: Shop) -> None:
    token = shop.system.token(str(uuid4()), CUSTOMER)
    assert shop.gateway.ask("GET", "/api/orders", token=token).status == 200


def test_a_token_without_the_scope_is_forbidden(shop: Shop) -> None:
    token = shop.system.bearer(str(uuid4()), "users:read")
    assert shop.gateway.ask("GET", "/api/orders", token=token).problem == (403, "urn:problem:orders:forbidden")


def test_what_is_public_needs_no_token_but_takes_no_bad_one(shop: Shop) -> None:
    assert shop.gateway.ask("GET", "/api/products").status == 200
    assert shop.gateway.ask("GET", "/api/products", token=changed(exp=1)(shop.system)).problem[0] == 401


def test_internal_operations_cannot_be_reached_through_the_gateway(shop: Shop) -> None:
    token = shop.system.bearer("service:orders", "inventory.check_availability")
    for path in ("/internal/check_availability", "/api/stock/../internal/check_availability", "/api/internal"):
        assert shop.gateway.ask("POST", path, {"lines": []}, token=token).status == 404


@pytest.mark.parametrize(
    ("subject", "scope", "status"),
    [
        ("service:orders", "inventory.check_availability", 200),
        ("service:orders", "inventory.reserve_items", 403),
        ("service:payments", "inventory.check_availability", 403),
        ("ada", "inventory.check_availability", 403),
    ],
)
def test_an_internal_operation_takes_only_the_services_that_call_it(
    shop: Shop, subject: str, scope: str, status: int
) -> None:
    token = shop.system.bearer(subject, scope)
    answer = shop.system.at("inventory").ask("POST", "/internal/check_availability", {"lines": []}, token=token)
    assert answer.status == status
