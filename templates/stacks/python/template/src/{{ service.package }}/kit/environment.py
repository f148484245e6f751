"""Settings from the environment; a service takes the groups that it needs."""

import sys
from pathlib import Path
from typing import Self

from pydantic import SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings


class ServerSettings(BaseSettings):
    """Where to listen and how much to say."""

    host: str = "127.0.0.1"
    port: int = 8080
    log_level: str = "INFO"

    @classmethod
    def read(cls) -> Self:
        """The settings, or an end with a line for each variable that is missing or wrong."""
        try:
            return cls()
        except ValidationError as error:
            problems = (f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
            sys.exit("the environment is not complete\n" + "\n".join(problems))


class DatabaseSettings(ServerSettings):
    """sqlite:///path.db or postgresql://user:password@host/name."""

    database_url: str


class BrokerSettings(ServerSettings):
    """amqp://user:password@host/vhost."""

    amqp_url: str


class AuthSettings(ServerSettings):
    """Whose tokens are good here."""

    jwt_issuer: str
    jwt_audience: str
    jwks_url: str


class TokenSettings(AuthSettings):
    """Where this service gets tokens of its own: a local key, or client credentials."""

    token_signing_key: Path | None = None
    token_url: str | None = None
    token_client_id: str = ""
    token_client_secret: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if not (self.token_signing_key or self.token_url):
            raise ValueError("set TOKEN_SIGNING_KEY, or TOKEN_URL with TOKEN_CLIENT_ID and TOKEN_CLIENT_SECRET")
        return self
