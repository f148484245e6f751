"""Tokens of this service's own, for the calls it makes as itself and not for a user."""

import asyncio
import time
from pathlib import Path

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from .environment import TokenSettings
from .problems import Problem
from .request import user_token

LIFETIME = 120
MARGIN = 30


class ServiceTokens:
    """One token an operation, kept until shortly before it expires."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, float]] = {}
        self._lock = asyncio.Lock()

    async def token(self, scope: str) -> str:
        """A bearer token that allows `scope`, an operation such as `inventory.reserve_items`."""
        async with self._lock:
            token, expires = self._kept.get(scope, ("", 0.0))
            if time.time() > expires - MARGIN:
                token, lifetime = await self._issue(scope)
                self._kept[scope] = token, time.time() + lifetime
            return token

    async def _issue(self, scope: str) -> tuple[str, float]:
        raise NotImplementedError


class SignedTokens(ServiceTokens):
    """Signed here, with the local key that `svcforge up` made."""

    def __init__(self, service: str, issuer: str, audience: str, key: Path) -> None:
        super().__init__()
        self._claims = {"sub": f"service:{service}", "iss": issuer, "aud": audience}
        self._key = load_pem_private_key(key.read_bytes(), None)
        self._algorithm = "RS256" if isinstance(self._key, RSAPrivateKey) else "ES256"

    async def _issue(self, scope: str) -> tuple[str, float]:
        now = int(time.time())
        claims = {**self._claims, "scope": scope, "iat": now, "exp": now + LIFETIME}
        return jwt.encode(claims, self._key, self._algorithm), LIFETIME  # type: ignore[arg-type]


class GrantedTokens(ServiceTokens):
    """Asked of the identity provider, by client credentials."""

    def __init__(
        self, url: str, client: str, secret: str, audience: str, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        super().__init__()
        self._url, self._audience = url, audience
        self._http = httpx2.AsyncClient(auth=(client, secret), timeout=5, transport=transport)

    async def _issue(self, scope: str) -> tuple[str, float]:
        form = {"grant_type": "client_credentials", "scope": scope, "audience": self._audience}
        try:
            granted = (await self._http.post(self._url, data=form)).raise_for_status().json()
        except httpx2.HTTPError as error:
            raise Problem(503, "unavailable", "The identity provider gives no token.") from error
        return granted["access_token"], float(granted.get("expires_in", LIFETIME))


class ServiceCredentials:
    """The user's token for a call made for a user, this service's own for every other."""

    def __init__(self, tokens: ServiceTokens) -> None:
        self._tokens = tokens

    async def bearer(self, operation: str, *, forward: bool) -> str | None:
        return (user_token.get() if forward else None) or await self._tokens.token(operation)


def service_tokens(
    service: str, settings: TokenSettings, transport: httpx2.AsyncBaseTransport | None = None
) -> ServiceTokens:
    """Tokens from the source that the environment names."""
    if settings.token_url:
        secret = settings.token_client_secret.get_secret_value()
        return GrantedTokens(settings.token_url, settings.token_client_id, secret, settings.jwt_audience, transport)
    if settings.token_signing_key:
        return SignedTokens(service, settings.jwt_issuer, settings.jwt_audience, settings.token_signing_key)
    raise ValueError("no source of tokens is set")
