"""Settings from the environment; a service takes the groups that it needs."""

import sys
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from .wire import aliases, sent


class Environment(EnvSettingsSource):
    """The variables; in place of X may stand X_FILE, a file with the value of X: containers get secrets so."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        value, key, is_json = super().get_field_value(field, field_name)
        name = sent(field_name)
        pointer = f"{name}_file"
        file = self.env_vars.get(pointer)
        if file is None or pointer in self.settings_cls.model_fields:
            return value, key, is_json
        if value is not None:
            raise ValueError(f"{pointer.upper()}: {name.upper()} is set too; take one of them away")
        try:
            return Path(file).read_text(encoding="utf-8").strip(), key, is_json
        except (OSError, UnicodeError) as error:
            raise ValueError(f"{pointer.upper()}: {file} cannot be read: {error}") from error


class ServerSettings(BaseSettings):
    """Where to listen and how much to say."""

    model_config = SettingsConfigDict(alias_generator=aliases)

    host: str = "127.0.0.1"
    port: int = 8080
    log_level: str = "INFO"
    log_file: Path | None = None

    @classmethod
    def from_environment(cls) -> Self:
        """The settings, or an end with a line for each variable that is missing or wrong."""
        try:
            return cls()
        except ValidationError as error:
            problems = (f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
            sys.exit("the environment is not complete\n" + "\n".join(problems))
        except SettingsError as error:
            sys.exit(f"the environment is not complete\n{error.__cause__ or error}")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, Environment(settings_cls)


class DatabaseSettings(ServerSettings):
    """sqlite:///path.db or postgresql://user:password@host/name."""

    database_url: str


class BrokerSettings(ServerSettings):
    """amqp://user:password@host/vhost."""

    amqp_url: str


class CallSettings(ServerSettings):
    """Who asks again where it is safe to: this service, or the mesh that it is in. Both together would multiply."""

    call_retries: Literal["client", "mesh"] = "client"


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
