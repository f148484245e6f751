"""Keys are made once, are the owner's alone, and sign what their public half verifies."""

from __future__ import annotations

import json
from pathlib import Path

import jwt
import pytest

from svcforge.run import keys
from svcforge.run.manifest import Jwt

SHOP = Jwt(issuer="https://auth.shop.test", audience="shop")


def claims(folder: Path, token: str) -> dict[str, object]:
    key_set = jwt.PyJWKSet.from_json((folder / "jwks.json").read_text())
    key = key_set[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, ["RS256"], audience="shop", issuer="https://auth.shop.test")


def test_a_token_verifies_against_the_key_set_and_says_what_was_asked(tmp_path: Path) -> None:
    said = claims(tmp_path, keys.token(tmp_path, SHOP, "ann", "orders:read orders:write", 90))
    assert (said["sub"], said["scope"]) == ("ann", "orders:read orders:write")
    assert int(str(said["exp"])) - int(str(said["iat"])) == 90


def test_keys_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    keys.make(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    keys.make(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "signing-key.pem": 0o600,
        "jwks.json": 0o600,
    }


def test_the_key_set_holds_no_private_number(tmp_path: Path) -> None:
    keys.make(tmp_path)
    [public] = json.loads((tmp_path / "jwks.json").read_bytes())["keys"]
    assert set(public) == {"kty", "n", "e", "alg", "use", "kid"}


def test_a_lost_half_is_made_to_fit_the_other(tmp_path: Path) -> None:
    token = keys.token(tmp_path, SHOP, "ann", "", 60)
    (tmp_path / "jwks.json").unlink()
    keys.make(tmp_path)
    assert claims(tmp_path, token)["sub"] == "ann"
    (tmp_path / "signing-key.pem").unlink()
    keys.make(tmp_path)
    with pytest.raises(KeyError):
        claims(tmp_path, token)
    assert claims(tmp_path, keys.token(tmp_path, SHOP, "bob", "", 60))["sub"] == "bob"
