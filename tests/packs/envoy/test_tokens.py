"""Who may pass: what the gateway makes of tokens, and of those who say who they are without one."""

from __future__ import annotations

import json
import time
from typing import Any

import jwt
import pytest
from tests.packs.envoy.conftest import Start
from tests.packs.envoy.facts import of_lab
from tests.packs.envoy.running import Gateway

from svcforge.run import keys

WANTED, FREE = "/api/orders", "/api/products"
UNAUTHORIZED = (401, "urn:problem:gateway:unauthorized")
FORBIDDEN = (403, "urn:problem:gateway:forbidden")


def signed(it: Gateway, algorithm: str = "RS256", key: Any = None, **claims: Any) -> dict[str, str]:
    """The header with a token like the good ones but for what is given; None leaves a claim out."""
    private = (it.folder / keys.PRIVATE).read_bytes()
    [public] = json.loads((it.folder / keys.PUBLIC).read_bytes())["keys"]
    whole = {"iss": "https://auth.shop.test", "aud": "shop", "sub": "alice", "exp": int(time.time()) + 600, **claims}
    kept = {name: value for name, value in whole.items() if value is not None}
    token = jwt.encode(kept, private if key is None else key, algorithm, headers={"kid": public["kid"]})
    return {"Authorization": f"Bearer {token}"}


def public_key(it: Gateway) -> bytes:
    """The public key as PEM, which anybody may have."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    private = load_pem_private_key((it.folder / keys.PRIVATE).read_bytes(), None)
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def hs256_with_the_public_key(it: Gateway) -> dict[str, str]:
    """A token that whoever takes the algorithm from its header verifies with the public key as secret."""
    import base64
    import hashlib
    import hmac

    head, body, _ = signed(it)["Authorization"].removeprefix("Bearer ").split(".")
    kid = json.loads(base64.urlsafe_b64decode(head + "=="))["kid"]
    forged = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "typ": "JWT", "kid": kid}).encode()).rstrip(b"=")
    text = forged + b"." + body.encode()
    seal = base64.urlsafe_b64encode(hmac.new(public_key(it), text, hashlib.sha256).digest()).rstrip(b"=")
    return {"Authorization": f"Bearer {(text + b'.' + seal).decode()}"}


def stranger() -> bytes:
    """A private key that nobody trusts."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


BAD = {
    "garbage": (lambda it: {"Authorization": "Bearer x.y.z"}, UNAUTHORIZED),
    "expired": (lambda it: signed(it, exp=int(time.time()) - 3600), UNAUTHORIZED),
    "not yet": (lambda it: signed(it, nbf=int(time.time()) + 3600), UNAUTHORIZED),
    "for ever": (lambda it: signed(it, exp=None), UNAUTHORIZED),
    "of another issuer": (lambda it: signed(it, iss="https://evil.test"), UNAUTHORIZED),
    "without an issuer": (lambda it: signed(it, iss=None), UNAUTHORIZED),
    "for somebody else": (lambda it: signed(it, aud="bank"), FORBIDDEN),
    "for nobody": (lambda it: signed(it, aud=None), FORBIDDEN),
    "unsigned": (lambda it: signed(it, "none", ""), UNAUTHORIZED),
    "signed by a stranger": (lambda it: signed(it, key=stranger()), UNAUTHORIZED),
    "signed with the public key": (hs256_with_the_public_key, UNAUTHORIZED),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("path", [WANTED, FREE])
def test_a_bad_token_is_refused_even_where_none_is_needed(shop: Gateway, path: str, name: str) -> None:
    made, problem = BAD[name]
    answer = shop.ask("GET", path, made(shop))
    assert answer.problem == problem
    assert [stub.asked for stub in shop.stubs.values() if stub.asked] == []


def test_without_a_token_only_what_is_public_is_open(shop: Gateway) -> None:
    answer = shop.ask("GET", WANTED)
    assert answer.problem == UNAUTHORIZED
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert shop.ask("GET", FREE).status == 200


def test_a_token_in_the_query_is_no_token(shop: Gateway) -> None:
    good = shop.bearer()["Authorization"].removeprefix("Bearer ")
    assert shop.ask("GET", f"{WANTED}?access_token={good}").problem == UNAUTHORIZED


def test_a_good_token_goes_on_to_the_service_as_it_came(shop: Gateway) -> None:
    for path, service in [(WANTED, "orders"), (FREE, "catalog")]:
        token = shop.bearer("alice", "orders:read")
        assert shop.ask("GET", path, token).status == 200
        assert shop.stubs[service].asked[0].headers["authorization"] == token["Authorization"]


def test_es256_is_as_good_as_rs256(start: Start) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ec.generate_private_key(ec.SECP256R1())
    jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key())) | {"kid": "curve", "alg": "ES256"}
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    facts = of_lab("""
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  routes: {/api/orders: orders}
""")
    with start(facts, jwks={"keys": [jwk]}) as it:
        claims = {"iss": "https://auth.shop.test", "aud": "shop", "sub": "alice", "exp": int(time.time()) + 600}
        token = jwt.encode(claims, pem, "ES256", headers={"kid": "curve"})
        assert it.ask("GET", WANTED, {"Authorization": f"Bearer {token}"}).status == 200
        assert it.ask("GET", WANTED).problem == UNAUTHORIZED


@pytest.mark.parametrize("header", ["X-Token-Sub", "X-User-Id", "X-User", "X-Forwarded-User", "X-Jwt-Payload"])
def test_who_somebody_is_cannot_be_said_in_a_header(shop: Gateway, header: str) -> None:
    assert shop.ask("GET", FREE, {header: "admin"}).status == 200
    assert shop.ask("GET", WANTED, {header: "admin", **shop.bearer()}).status == 200
    for service in ("catalog", "orders"):
        assert "admin" not in shop.stubs[service].asked[0].headers.values()
        assert "x-token-sub" not in shop.stubs[service].asked[0].headers


def test_without_auth_in_the_blueprint_all_tokens_are_the_services_business(start: Start) -> None:
    with start(of_lab("  routes: {/api/orders: orders}\n")) as it:
        assert it.ask("GET", WANTED, {"Authorization": "Bearer x.y.z"}).status == 200
        assert it.stubs["orders"].asked[0].headers["authorization"] == "Bearer x.y.z"
