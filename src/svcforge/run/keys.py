"""The local signing key: made once, kept from others' eyes, and the tokens that it signs."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from pathlib import Path

from svcforge.run.layout import write_private
from svcforge.run.manifest import Jwt

PRIVATE = "signing-key.pem"
PUBLIC = "jwks.json"
ALGORITHM = "RS256"


def make(folder: Path) -> None:
    """Put an RSA key and its public JWK set into the folder, unless they are there; both are the owner's alone."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = folder / PRIVATE
    if not private.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_private(private, pem.decode("ascii"))
        (folder / PUBLIC).unlink(missing_ok=True)
    if not (folder / PUBLIC).exists():
        write_private(folder / PUBLIC, json.dumps({"keys": [_public_jwk(private)]}, indent=2) + "\n")


def token(folder: Path, jwt: Jwt, subject: str, scope: str, ttl: int) -> str:
    """A signed JWT for `subject`, good for `ttl` seconds from now; `scope` holds words separated by spaces.

    The key is made if it is not there yet: a token may be asked for before the system runs.
    """
    import jwt as pyjwt

    make(folder)
    now = int(time.time())
    claims = {"iss": jwt.issuer, "aud": jwt.audience, "sub": subject, "iat": now, "exp": now + ttl, "scope": scope}
    [public] = json.loads((folder / PUBLIC).read_bytes())["keys"]
    return pyjwt.encode(claims, (folder / PRIVATE).read_bytes(), ALGORITHM, headers={"kid": public["kid"]})


def _public_jwk(private: Path) -> dict[str, str]:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(private.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{private} holds no RSA key")
    numbers = key.public_key().public_numbers()
    needed = {"e": _number(numbers.e), "kty": "RSA", "n": _number(numbers.n)}
    # The key's id is its thumbprint, RFC 7638.
    thumbprint = hashlib.sha256(json.dumps(needed, separators=(",", ":"), sort_keys=True).encode()).digest()
    return {**needed, "alg": ALGORITHM, "use": "sig", "kid": _base64url(thumbprint)}


def _number(value: int) -> str:
    return _base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
