"""The broker: its virtual hosts, its users, and who is connected."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from svcforge.run.amqp.access import Access
from svcforge.run.amqp.definitions import Definitions, DefinitionsError
from svcforge.run.amqp.exchange import BindingSpec
from svcforge.run.amqp.refusal import SHUTDOWN, Refusal
from svcforge.run.amqp.store import Spec
from svcforge.run.amqp.turn import Turn
from svcforge.run.amqp.vhost import VirtualHost

_STOP_S = 2.0
log = logging.getLogger("svcforge.amqp")


class Client(Protocol):
    """A connection, as far as the broker cares."""

    def refuse(self, refusal: Refusal) -> None:
        """End it, saying why."""

    def abort(self) -> None:
        """End it at once."""


class Broker:
    """Everything that clients share.

    What the definitions hold is declared first, at every start, and is not stored; then what clients had declared. So
    the definitions have the last word on what they name, and a message whose queue is gone from them stays in the store.

    Args:
        store: the path of the SQLite file, or ":memory:".
        definitions: what to declare, and the users' permissions.
        passwords: the users who may connect; None lets anybody in.
        failed: called when the store can no longer be written.

    Raises:
        StoreError: the store cannot be used.
        DefinitionsError: the definitions ask for what RabbitMQ would refuse.
    """

    def __init__(
        self,
        store: str,
        definitions: Definitions,
        passwords: Mapping[str, str] | None,
        failed: Callable[[Exception], None],
    ) -> None:
        self.turn = Turn(store, failed)
        self.access = Access(passwords, definitions.users, definitions.permissions, definitions.topics)
        self.clients: set[Client] = set()
        self._vhosts = {name: VirtualHost(name, self.turn.store) for name in definitions.vhosts}
        for vhost, spec in definitions.topology:
            self._import(vhost, spec)
        for vhost, spec in self.turn.store.topology():
            with contextlib.suppress(Refusal):  # what it hangs on may be gone from the definitions
                self.vhost(vhost).restore(spec)
        self._restore_messages()

    def vhost(self, name: str) -> VirtualHost:
        """The virtual host of that name; Refusal 530 without one."""
        if name not in self._vhosts:
            raise Refusal(530, f"vhost {name} not found")
        return self._vhosts[name]

    async def stop(self) -> None:
        """Tell all clients to go, wait a little until they have gone, and close the store."""
        for client in tuple(self.clients):
            client.refuse(Refusal(SHUTDOWN, "broker forced connection closure with reason 'shutdown'"))
        end = asyncio.get_running_loop().time() + _STOP_S
        while self.clients and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.01)
        for client in tuple(self.clients):
            client.abort()
        self.turn.end()
        self.turn.store.close()

    def _import(self, vhost: str, spec: Spec) -> None:
        try:
            self.vhost(vhost).restore(spec)
        except Refusal as refusal:
            if not isinstance(spec, BindingSpec):
                raise DefinitionsError(f"the definitions cannot be imported: {refusal.text}") from refusal
            # RabbitMQ drops such a binding without a word.
            log.warning('binding "%s" to "%s" in the definitions: %s', spec.source, spec.destination, refusal.text)

    def _restore_messages(self) -> None:
        touched = set()
        for stored in self.turn.store.messages():
            vhost = self._vhosts.get(stored.vhost)
            queue = vhost and vhost.queues.get(stored.queue)
            if queue and queue.spec.durable:
                queue.restore(stored)
                touched.add(queue)
        for queue in touched:
            queue.pump()
