"""A virtual host: its exchanges, queues and bindings, and the way of a message through them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from svcforge.run.amqp import death
from svcforge.run.amqp.arguments import QueueSpec, check_equivalent, settings, shown
from svcforge.run.amqp.exchange import ALTERNATE, HEADERS, TYPES, BindingSpec, Exchange, ExchangeSpec
from svcforge.run.amqp.message import Message
from svcforge.run.amqp.queue import Queue
from svcforge.run.amqp.refusal import Refusal
from svcforge.run.amqp.store import Spec, Store

RESERVED = "amq."
REPLY_TO = "amq.rabbitmq.reply-to"
_LOCKED = (
    "It could be originally declared on another connection or the exclusive property value does not match that of the"
    " original declaration."
)


class Outcome(NamedTuple):
    """What became of a message: whether any queue was meant, and whether all that were meant took it."""

    routed: bool
    accepted: bool


class VirtualHost:
    """One of the broker's worlds. What is durable in it is kept in the store; exclusive queues have their session as owner."""

    def __init__(self, name: str, store: Store) -> None:
        self.name, self.store = name, store
        self.queues: dict[str, Queue] = {}
        self.replies: dict[str, Callable[[Message], None]] = {}
        """Who waits for direct replies, by the routing key that reaches them."""
        predeclared = [(f"amq.{kind}", kind) for kind in TYPES] + [("amq.match", HEADERS)]
        self.exchanges = {name: Exchange(ExchangeSpec(name, kind)) for name, kind in predeclared}

    def restore(self, spec: Spec) -> None:
        """Declare what the store or the definitions hold, unless it is there already; nothing is stored.

        Raises:
            Refusal: it could not be declared by a client either.
        """
        if isinstance(spec, ExchangeSpec):
            if spec.type not in TYPES:
                raise Refusal(503, f"invalid exchange type '{spec.type}'")
            self.exchanges.setdefault(spec.name, Exchange(spec))
        elif isinstance(spec, QueueSpec):
            if spec.name not in self.queues:
                self.queues[spec.name] = Queue(spec, settings(spec, self.name), self)
        else:
            source, _ = self._ends(spec, session=None)
            source.add(spec)

    def exchange(self, name: str) -> Exchange:
        """The exchange of that name; Refusal 404 without one, 403 for the default exchange, which nobody may touch."""
        if not name:
            raise Refusal(403, "operation not permitted on the default exchange")
        if name not in self.exchanges:
            raise Refusal(404, f"no exchange '{name}' in vhost '{self.name}'")
        return self.exchanges[name]

    def queue(self, name: str, session: object) -> Queue:
        """The queue of that name; Refusal 404 without one, 405 when it is exclusive to another session."""
        queue = self.queues.get(name)
        if queue is None:
            raise Refusal(404, f"no queue '{name}' in vhost '{self.name}'")
        if queue.owner not in (None, session):
            raise self._locked(name)
        return queue

    def declare_exchange(self, spec: ExchangeSpec) -> None:
        """Make an exchange; Refusal when it stands otherwise (406), is reserved (403) or of no known type (503)."""
        if spec.type not in TYPES:
            raise Refusal(503, f"invalid exchange type '{spec.type}'")
        standing = self.exchanges.get(spec.name)
        if standing is None:
            self._check_exchange(spec)
            self.exchanges[spec.name] = Exchange(spec)
            self._keep(spec, durable=spec.durable)
            return
        for name in ("type", "durable", "auto_delete", "internal"):
            received, current = getattr(spec, name), getattr(standing.spec, name)
            if received != current:
                raise self._inequivalent(name, spec.name, f"'{received}'", f"'{current}'")
        received, current = spec.arguments.get(ALTERNATE), standing.spec.arguments.get(ALTERNATE)
        if received != current:
            raise self._inequivalent(ALTERNATE, spec.name, shown(received), shown(current))

    def delete_exchange(self, name: str, *, if_unused: bool = False) -> None:
        """Delete an exchange with its bindings; nothing when there is none."""
        if name.startswith(RESERVED) and name in self.exchanges:
            raise Refusal(403, f"deletion of system exchange '{name}' in vhost '{self.name}' not allowed")
        if name not in self.exchanges:
            return
        exchange = self.exchange(name)
        if if_unused and exchange.bindings:
            raise Refusal(406, f"exchange '{name}' in vhost '{self.name}' in use")
        del self.exchanges[name]
        for binding in exchange.bindings:
            self._drop(binding)
        self._drop(exchange.spec)
        self._unbind_all(name, to_exchange=True)

    def declare_queue(self, spec: QueueSpec, owner: object, session: object) -> Queue:
        """Make a queue, or find it as wanted: Refusal 406 when it stands otherwise, 405 when another may not have it."""
        if spec.name in self.queues:
            queue = self.queue(spec.name, session)
            if queue.owner is not owner:
                raise self._locked(spec.name)
            check_equivalent(queue.spec, spec, self.name)
            queue.used()
            return queue
        queue = Queue(spec, settings(spec, self.name, exclusive=owner is not None), self, owner)
        self.queues[spec.name] = queue
        self._keep(spec, durable=spec.durable and owner is None)
        return queue

    def delete_queue(self, queue: Queue) -> int:
        """Delete a queue with its bindings; how many messages waited in it."""
        if queue.deleted:
            return 0
        del self.queues[queue.spec.name]
        self._drop(queue.spec)
        self._unbind_all(queue.spec.name, to_exchange=False)
        return queue.close()

    def unused(self, queue: Queue) -> None:
        """The queue's time to live unused is over."""
        if not queue.consumers:
            self.delete_queue(queue)

    def bind(self, binding: BindingSpec, session: object) -> None:
        """Add a binding; Refusal 404 when an end is missing."""
        source, durable = self._ends(binding, session)
        if source.add(binding):
            self._keep(binding, durable=durable)

    def unbind(self, binding: BindingSpec) -> None:
        """Remove a binding, if it is there."""
        source = self.exchanges.get(binding.source)
        if source and source.remove(binding):
            self._drop(binding)
            if source.spec.auto_delete and not source.bindings:
                self.delete_exchange(binding.source)

    def publish(self, message: Message) -> Outcome:
        """Put a message into every queue that its routing key, and those it asks for in CC and BCC, lead to."""
        if not message.exchange and message.key in self.replies:
            self.replies[message.key](message)
            return Outcome(routed=False, accepted=True)  # no queue was meant (rabbitmq.com/docs/direct-reply-to)
        queues = self._routed(message)
        visible = message.without_blind_copies()
        accepted = [queue.put(visible) for queue in queues]
        return Outcome(routed=bool(queues), accepted=all(accepted))

    def dead_letter(self, letter: Message, reason: str) -> bool:
        """Publish a dead letter; False when no queue took it or one refused. One that goes round is dropped: True."""
        if letter.exchange and letter.exchange not in self.exchanges:
            return False
        queues = self._routed(letter)
        if reason != death.REJECTED:
            going_on = [queue for queue in queues if not death.goes_round(letter, queue.spec.name)]
            if queues and not going_on:
                return True
            queues = going_on
        accepted = [queue.put(letter) for queue in queues]
        return bool(queues) and all(accepted)

    def _routed(self, message: Message) -> list[Queue]:
        """The queues that a message reaches, each once, through as many exchanges as it takes."""
        keys = [message.key, *message.copied_keys]
        if not message.exchange:
            return [self.queues[key] for key in dict.fromkeys(keys) if key in self.queues]
        reached: dict[str, None] = {}
        seen = {message.exchange}
        exchanges = [message.exchange]
        for name in exchanges:
            if name not in self.exchanges:
                continue
            exchange = self.exchanges[name]
            taking = list(exchange.taking(message, keys))
            reached |= dict.fromkeys(binding.destination for binding in taking if not binding.to_exchange)
            onwards = [binding.destination for binding in taking if binding.to_exchange]
            alternate = exchange.spec.arguments.get(ALTERNATE)
            if not taking and isinstance(alternate, str):
                onwards.append(alternate)
            exchanges += [name for name in dict.fromkeys(onwards) if name not in seen]
            seen.update(onwards)
        return [self.queues[name] for name in reached]

    def _check_exchange(self, spec: ExchangeSpec) -> None:
        if spec.name.startswith(RESERVED):
            raise Refusal(403, f"exchange name '{spec.name}' contains reserved prefix 'amq.*'")
        alternate = spec.arguments.get(ALTERNATE)
        if alternate is not None and not isinstance(alternate, str):
            raise Refusal(406, f"invalid type for arg '{ALTERNATE}' in exchange '{spec.name}' in vhost '{self.name}'")

    def _inequivalent(self, argument: str, exchange: str, received: str, current: str) -> Refusal:
        place = f"for exchange '{exchange}' in vhost '{self.name}'"
        return Refusal(406, f"inequivalent arg '{argument}' {place}: received {received} but current is {current}")

    def _locked(self, queue: str) -> Refusal:
        place = f"queue '{queue}' in vhost '{self.name}'"
        return Refusal(405, f"cannot obtain exclusive access to locked {place}. {_LOCKED}")

    def _ends(self, binding: BindingSpec, session: object) -> tuple[Exchange, bool]:
        """The exchange that a binding leaves, and whether both its ends are there after a restart."""
        source = self.exchange(binding.source)
        if binding.to_exchange:
            return source, source.spec.durable and self.exchange(binding.destination).spec.durable
        queue = self.queue(binding.destination, session)
        return source, source.spec.durable and queue.spec.durable and queue.owner is None

    def _unbind_all(self, destination: str, *, to_exchange: bool) -> None:
        for exchange in tuple(self.exchanges.values()):
            for binding in exchange.bindings:
                if binding.destination == destination and binding.to_exchange == to_exchange:
                    self.unbind(binding)

    def _keep(self, spec: Spec, *, durable: bool) -> None:
        if durable:
            self.store.declare(self.name, spec)

    def _drop(self, spec: Spec) -> None:
        self.store.forget(self.name, spec)
