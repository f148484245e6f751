"""Who may do what: passwords, and RabbitMQ's permissions by regular expression."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from svcforge.run.amqp.refusal import Refusal

Right = Literal["configure", "write", "read"]
_DEFAULT_EXCHANGE = "amq.default"


@dataclass(frozen=True, slots=True)
class Permission:
    """What a user may do in a virtual host: a pattern of names per right, empty for nothing."""

    user: str
    vhost: str
    configure: str
    write: str
    read: str


@dataclass(frozen=True, slots=True)
class TopicPermission:
    """Which routing keys a user may publish to, or bind from, a topic exchange; `{username}` and `{vhost}` are filled in."""

    user: str
    vhost: str
    exchange: str
    write: str
    read: str


class Rights:
    """What one user may do in one virtual host; without a permission, everything."""

    def __init__(
        self, user: str, vhost: str, permission: Permission | None = None, topics: Iterable[TopicPermission] = ()
    ) -> None:
        self._user, self._vhost = user, vhost
        self._patterns = permission and {
            "configure": _pattern(permission.configure),
            "write": _pattern(permission.write),
            "read": _pattern(permission.read),
        }
        self._topics = {
            topic.exchange: {"write": self._filled(topic.write), "read": self._filled(topic.read)} for topic in topics
        }

    def check(self, right: Right, kind: Literal["exchange", "queue"], name: str) -> None:
        """Raise Refusal 403 when the user lacks a right to something of that name."""
        name = name or _DEFAULT_EXCHANGE
        if self._patterns and not self._patterns[right].search(name):
            raise Refusal(403, f"access to {kind} '{name}' in vhost '{self._vhost}' refused for user '{self._user}'")

    def check_topic(self, right: Literal["write", "read"], exchange: str, key: str) -> None:
        """Raise Refusal 403 when the user lacks a right to a routing key of a topic exchange."""
        patterns = self._topics.get(exchange)
        if patterns and not patterns[right].search(key):
            place = f"topic '{key}' in exchange '{exchange}' in vhost '{self._vhost}'"
            raise Refusal(403, f"access to {place} refused for user '{self._user}'")

    def _filled(self, pattern: str) -> re.Pattern[str]:
        return _pattern(pattern.replace("{username}", self._user).replace("{vhost}", self._vhost))


@dataclass(frozen=True, slots=True)
class Access:
    """The users of the broker.

    Without `passwords` anybody comes in. A user whom the definitions name has the permissions that they give, in the
    virtual hosts they give them for; any other user may do everything, like RabbitMQ's guest.
    """

    passwords: Mapping[str, str] | None = None
    known: frozenset[str] = frozenset()
    permissions: tuple[Permission, ...] = ()
    topics: tuple[TopicPermission, ...] = field(default=())

    def admits(self, user: str, password: str) -> bool:
        """Whether the password is the user's."""
        return self.passwords is None or self.passwords.get(user) == password

    def rights(self, user: str, vhost: str) -> Rights:
        """What a user may do in a virtual host; Refusal 530 when they may not enter it."""
        if user not in self.known:
            return Rights(user, vhost)
        for permission in self.permissions:
            if (permission.user, permission.vhost) == (user, vhost):
                return Rights(user, vhost, permission, (t for t in self.topics if (t.user, t.vhost) == (user, vhost)))
        raise Refusal(530, f"access to vhost '{vhost}' refused for user '{user}'")


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text or "^$")
