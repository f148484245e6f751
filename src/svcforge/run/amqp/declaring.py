"""The part of a channel that makes, binds and deletes exchanges and queues."""

from __future__ import annotations

import json
import secrets

from pamqp import commands, common

from svcforge.run.amqp import wire
from svcforge.run.amqp.arguments import QUORUM, QueueSpec
from svcforge.run.amqp.exchange import ALTERNATE, TOPIC, BindingSpec, ExchangeSpec
from svcforge.run.amqp.refusal import Refusal
from svcforge.run.amqp.session import Session
from svcforge.run.amqp.vhost import REPLY_TO, RESERVED

_WithArguments = (
    commands.Exchange.Declare
    | commands.Exchange.Bind
    | commands.Exchange.Unbind
    | commands.Queue.Declare
    | commands.Queue.Bind
    | commands.Queue.Unbind
)


class Declaring:
    """Checks the rights to it, then has the virtual host do it."""

    def __init__(self, number: int, session: Session) -> None:
        self._number, self._session = number, session
        self._vhost, self._rights = session.vhost, session.rights
        self._latest_queue = ""

    def meant(self, queue: str) -> str:
        """The queue's name; no name means the one that was declared last."""
        if queue or self._latest_queue:
            return queue or self._latest_queue
        raise Refusal(404, "no previously declared queue")

    def declare_exchange(self, method: commands.Exchange.Declare) -> None:
        """Make an exchange or, passively, only look whether it is there."""
        name, arguments = method.exchange, _arguments(method)
        if not name:
            raise Refusal(403, "operation not permitted on the default exchange")
        if method.passive:
            self._vhost.exchange(name)
        else:
            self._rights.check("configure", "exchange", name)
            if name not in self._vhost.exchanges and isinstance(alternate := arguments.get(ALTERNATE), str):
                self._rights.check("read", "exchange", name)
                self._rights.check("write", "exchange", alternate)
            kind, durable = method.exchange_type, method.durable
            spec = ExchangeSpec(name, kind, durable, method.auto_delete, method.internal, arguments)
            self._vhost.declare_exchange(spec)
        if not method.nowait:
            self._session.reply(self._number, commands.Exchange.DeclareOk())

    def delete_exchange(self, method: commands.Exchange.Delete) -> None:
        """Delete an exchange."""
        if not method.exchange:
            raise Refusal(403, "operation not permitted on the default exchange")
        self._rights.check("configure", "exchange", method.exchange)
        self._vhost.delete_exchange(method.exchange, if_unused=method.if_unused)
        if not method.nowait:
            self._session.reply(self._number, commands.Exchange.DeleteOk())

    def bind_exchange(self, method: commands.Exchange.Bind) -> None:
        """Let an exchange receive from another."""
        binding = BindingSpec(method.source, method.destination, True, method.routing_key, _arguments(method))
        self._check_binding(binding)
        self._vhost.bind(binding, self._session)
        if not method.nowait:
            self._session.reply(self._number, commands.Exchange.BindOk())

    def unbind_exchange(self, method: commands.Exchange.Unbind) -> None:
        """Let an exchange no longer receive from another."""
        binding = BindingSpec(method.source, method.destination, True, method.routing_key, _arguments(method))
        self._check_binding(binding)
        self._vhost.unbind(binding)
        if not method.nowait:
            self._session.reply(self._number, commands.Exchange.UnbindOk())

    def declare_queue(self, method: commands.Queue.Declare) -> None:
        """Make a queue or, passively, only look whether it is there."""
        name = method.queue
        if name.startswith(REPLY_TO) and (name == REPLY_TO or name in self._vhost.replies):
            messages, consumers = 0, 1
        else:
            if method.passive:
                queue = self._vhost.queue(name, self._session)
                queue.used()
            else:
                queue = self._vhost.queue(self._declared_queue(method), self._session)
            name, messages, consumers = queue.spec.name, queue.ready, queue.consumers
        self._latest_queue = name
        if not method.nowait:
            self._session.outlet.write(wire.declared_frame(self._number, name, messages, consumers))

    def bind_queue(self, method: commands.Queue.Bind) -> None:
        """Let a queue receive from an exchange."""
        binding = self._queue_binding(method)
        self._check_binding(binding)
        self._vhost.bind(binding, self._session)
        if not method.nowait:
            self._session.reply(self._number, commands.Queue.BindOk())

    def unbind_queue(self, method: commands.Queue.Unbind) -> None:
        """Let a queue no longer receive from an exchange."""
        binding = self._queue_binding(method)
        self._check_binding(binding)
        if binding.destination in self._vhost.queues:
            self._vhost.queue(binding.destination, self._session)
        self._vhost.unbind(binding)
        self._session.reply(self._number, commands.Queue.UnbindOk())

    def purge_queue(self, method: commands.Queue.Purge) -> None:
        """Drop what waits in a queue."""
        name = self.meant(method.queue)
        self._rights.check("read", "queue", name)
        count = self._vhost.queue(name, self._session).purge()
        if not method.nowait:
            self._session.reply(self._number, commands.Queue.PurgeOk(count))

    def delete_queue(self, method: commands.Queue.Delete) -> None:
        """Delete a queue; one that is not there is deleted already."""
        name = self.meant(method.queue)
        self._rights.check("configure", "queue", name)
        count = 0
        if name in self._vhost.queues:
            queue = self._vhost.queue(name, self._session)
            if queue.is_quorum and (method.if_unused or method.if_empty):
                flag = "if-unused" if method.if_unused else "if-empty"
                text = f"queue.delete operations with {flag} flag set are not supported by quorum queues"
                raise Refusal(540, f"cannot delete {queue.place}. {text}")
            if method.if_unused and queue.consumers:
                raise Refusal(406, f"{queue.place} in use")
            if method.if_empty and queue.ready:
                raise Refusal(406, f"{queue.place} not empty")
            count = self._vhost.delete_queue(queue)
        if not method.nowait:
            self._session.reply(self._number, commands.Queue.DeleteOk(count))

    def _declared_queue(self, method: commands.Queue.Declare) -> str:
        if method.queue.startswith(RESERVED):
            raise Refusal(403, f"queue name '{method.queue}' contains reserved prefix 'amq.*'")
        arguments = _arguments(method)
        if not method.queue and arguments.get("x-queue-type") == QUORUM:
            raise Refusal(406, "cannot declare a server-named queue for type rabbit_quorum_queue")
        name = method.queue or f"{RESERVED}gen-{secrets.token_urlsafe(16)}"
        self._rights.check("configure", "queue", name)
        if name not in self._vhost.queues and isinstance(dead := arguments.get("x-dead-letter-exchange"), str):
            self._rights.check("read", "queue", name)
            self._rights.check("write", "exchange", dead)
        owner = self._session if method.exclusive else None
        self._vhost.declare_queue(QueueSpec(name, method.durable, method.auto_delete, arguments), owner, self._session)
        return name

    def _queue_binding(self, method: commands.Queue.Bind | commands.Queue.Unbind) -> BindingSpec:
        queue = self.meant(method.queue)
        # No queue and no key either: the queue's own name is the key (AMQP 0-9-1, queue.bind).
        key = method.routing_key if method.queue or method.routing_key else queue
        return BindingSpec(method.exchange, queue, False, key, _arguments(method))

    def _check_binding(self, binding: BindingSpec) -> None:
        self._rights.check("write", "exchange" if binding.to_exchange else "queue", binding.destination)
        if not binding.source or (binding.to_exchange and not binding.destination):
            raise Refusal(403, "operation not permitted on the default exchange")
        self._rights.check("read", "exchange", binding.source)
        source = self._vhost.exchanges.get(binding.source)
        if source and source.spec.type == TOPIC:
            self._rights.check_topic("read", binding.source, binding.key)


def _arguments(method: _WithArguments) -> common.FieldTable:
    """What the method gives as arguments; the store can keep what JSON can hold."""
    arguments = method.arguments or {}
    try:
        json.dumps(arguments)
    except TypeError as error:
        raise Refusal(540, f"such arguments are not in the development broker: {error}") from error
    return arguments
