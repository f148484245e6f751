"""The consuming half of a channel: who consumes, what is out for delivery, and what becomes of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from itertools import takewhile
from typing import NamedTuple

from pamqp import commands

from svcforge.run.amqp import wire
from svcforge.run.amqp.message import Message
from svcforge.run.amqp.queue import Queue
from svcforge.run.amqp.refusal import Refusal
from svcforge.run.amqp.session import Session
from svcforge.run.amqp.vhost import REPLY_TO
from svcforge.run.amqp.waiting import Entry


class Subscription:
    """A consumer of this channel on a queue; `prefetch` is how many it holds at most, 0 for any."""

    def __init__(
        self, consuming: Consuming, queue: Queue, method: commands.Basic.Consume, prefetch: int, priority: int
    ) -> None:
        self.queue, self.tag, self.priority = queue, method.consumer_tag, priority
        self.exclusive, self.needs_answer = method.exclusive, not method.no_ack
        self.prefetch = prefetch
        self.held = 0
        self._consuming = consuming

    def can_take(self) -> bool:
        """Whether it takes one more now."""
        if self.needs_answer and ((self.prefetch and self.held >= self.prefetch) or self._consuming.is_sated):
            return False
        return self._consuming.session.outlet.has_room()

    def take(self, entry: Entry) -> None:
        """Deliver a message."""
        self._consuming.deliver(self, entry)

    def cancelled(self) -> None:
        """The queue is gone."""
        self._consuming.queue_gone(self)


class Held(NamedTuple):
    """A message that waits for the client's answer; `by` is None when it was fetched with Basic.Get."""

    by: Subscription | None
    queue: Queue
    entry: Entry


Answer = Callable[[Held], None]


class Consuming:
    """What a channel knows of messages on their way out. Delivery tags grow, so `_held` is in their order."""

    def __init__(self, number: int, session: Session) -> None:
        self.session = session
        self._number = number
        self._subscriptions: dict[str, Subscription] = {}
        self._held: dict[int, Held] = {}
        self._last_tag = 0
        self._prefetch = 0
        self._limit = 0
        self._held_by_consumers = 0
        self._reply_tag: str | None = None
        self._reply_key = ""

    @property
    def is_sated(self) -> bool:
        """Whether all consumers together hold as many as the channel may (Basic.Qos with global)."""
        return bool(self._limit) and self._held_by_consumers >= self._limit

    def qos(self, method: commands.Basic.Qos) -> None:
        """Set how many messages later consumers, or with global the whole channel, may hold."""
        if method.prefetch_size:
            raise Refusal(540, f"prefetch_size!=0 ({method.prefetch_size})")
        if method.global_:
            self._limit = method.prefetch_count
        else:
            self._prefetch = method.prefetch_count
        self.session.reply(self._number, commands.Basic.QosOk())
        self.pump()

    def consume(self, method: commands.Basic.Consume, name: str) -> None:
        """Start a consumer on the queue of that name."""
        method.consumer_tag = method.consumer_tag or f"amq.ctag-{secrets.token_urlsafe(16)}"
        if method.consumer_tag in (*self._subscriptions, self._reply_tag):
            raise Refusal(530, f"attempt to reuse consumer tag '{method.consumer_tag}'")
        if name == REPLY_TO:
            self._consume_replies(method)
            return
        self.session.rights.check("read", "queue", name)
        queue = self.session.vhost.queue(name, self.session)
        subscription = Subscription(self, queue, method, self._prefetch, self._checked_priority(method, queue))
        self._subscriptions[subscription.tag] = subscription
        if not method.nowait:
            self.session.reply(self._number, commands.Basic.ConsumeOk(subscription.tag))
        queue.add(subscription)
        queue.pump()

    def cancel(self, method: commands.Basic.Cancel) -> None:
        """End a consumer; what it holds it may still answer."""
        subscription = self._subscriptions.pop(str(method.consumer_tag), None)
        if subscription:
            subscription.queue.remove(subscription)
            self._left(subscription.queue, consumed=True)
        elif method.consumer_tag == self._reply_tag:
            self._forget_replies()
        if not method.nowait:
            self.session.reply(self._number, commands.Basic.CancelOk(method.consumer_tag))

    def get(self, method: commands.Basic.Get, name: str) -> None:
        """Fetch one message."""
        self.session.rights.check("read", "queue", name)
        queue = self.session.vhost.queue(name, self.session)
        if queue.is_quorum and queue.settings.single_active_consumer:
            why = "basic.get operations are not supported by quorum queues with single active consumer"
            raise Refusal(405, f"cannot obtain access to locked {queue.place}. {why}")
        entry = queue.get()
        if entry is None:
            self.session.reply(self._number, commands.Basic.GetEmpty())
            return
        message = entry.message.counting(entry.returns) if queue.is_quorum else entry.message
        self._last_tag += 1
        frame = wire.get_frame(
            self._number, self._last_tag, entry.redelivered, message.exchange, message.key, queue.ready
        )
        if method.no_ack:
            queue.done(entry)
        else:
            self._held[self._last_tag] = Held(None, queue, entry)
        self.session.send(self._number, frame, message)

    def deliver(self, subscription: Subscription, entry: Entry) -> None:
        """Send a message to a consumer."""
        queue = subscription.queue
        counts = queue.is_quorum and entry.returns
        message = entry.message.counting(entry.returns) if counts else entry.message
        self._last_tag += 1
        if subscription.needs_answer:
            self._held[self._last_tag] = Held(subscription, queue, entry)
            subscription.held += 1
            self._held_by_consumers += 1
        else:
            queue.done(entry)
        self._send(subscription.tag, entry.redelivered, message)

    def ack(self, method: commands.Basic.Ack) -> None:
        """The client is done with a message, or with all up to it."""
        self._settle(int(method.delivery_tag or 0), method.multiple, lambda held: held.queue.done(held.entry))

    def nack(self, method: commands.Basic.Nack) -> None:
        """The client does not want a message, or all up to it."""
        self._settle(int(method.delivery_tag or 0), method.multiple, _answer(requeue=method.requeue))

    def reject(self, method: commands.Basic.Reject) -> None:
        """The client does not want a message."""
        self._settle(int(method.delivery_tag or 0), False, _answer(requeue=method.requeue))

    def recover(self, method: commands.Basic.Recover | commands.Basic.RecoverAsync) -> None:
        """Take back and deliver again all that is not answered."""
        if not method.requeue:
            raise Refusal(540, "requeue=false")
        self._settle(0, True, _answer(requeue=True))
        if isinstance(method, commands.Basic.Recover):
            self.session.reply(self._number, commands.Basic.RecoverOk())

    def close(self) -> None:
        """End all consumers and give back what they hold."""
        self._forget_replies()
        subscriptions, self._subscriptions = self._subscriptions, {}
        held, self._held = self._held, {}
        for subscription in subscriptions.values():
            subscription.queue.remove(subscription)
        for each in held.values():
            each.queue.give_back(each.entry, asked=False)
        # Only now: others must not get later messages before those that were given back.
        consumed = dict.fromkeys(subscription.queue for subscription in subscriptions.values())
        for queue in consumed | dict.fromkeys(each.queue for each in held.values()):
            self._left(queue, consumed=queue in consumed)

    def queue_gone(self, subscription: Subscription) -> None:
        """Tell the client that a consumer's queue was deleted."""
        if self._subscriptions.pop(subscription.tag, None) and self.session.hears_cancels:
            self.session.reply(self._number, commands.Basic.Cancel(subscription.tag, True))

    def pump(self) -> None:
        """Go on with the queues that this channel consumes from: it has room again."""
        for subscription in tuple(self._subscriptions.values()):
            subscription.queue.pump()

    def reply_key(self) -> str:
        """The routing key that reaches this channel's consumer of direct replies."""
        if self._reply_tag is None:
            raise Refusal(406, "fast reply consumer does not exist")
        return self._reply_key

    def _settle(self, tag: int, multiple: bool, answer: Answer) -> None:
        if tag not in self._held and not (multiple and tag == 0):
            raise Refusal(406, f"unknown delivery tag {tag}")
        tags = list(takewhile(lambda held: not tag or held <= tag, self._held)) if multiple else [tag]
        queues: dict[Queue, None] = {}
        for each in tags:
            held = self._held.pop(each)
            if held.by:
                held.by.held -= 1
                self._held_by_consumers -= 1
            queues[held.queue] = None
            answer(held)
        for queue in queues:
            if not queue.deleted:
                queue.pump()
        if self._limit:
            self.pump()

    def _checked_priority(self, method: commands.Basic.Consume, queue: Queue) -> int:
        if queue.is_quorum and self._limit:
            raise Refusal(540, f"{queue.place} does not support global qos")
        if queue.has_exclusive_consumer or (method.exclusive and queue.consumers):
            raise Refusal(403, f"{queue.place} in exclusive use")
        priority = (method.arguments or {}).get("x-priority", 0)
        if not isinstance(priority, int):
            raise Refusal(406, f"invalid arg 'x-priority' for {queue.place}: expected integer")
        return priority

    def _left(self, queue: Queue, *, consumed: bool) -> None:
        """Go on with a queue that this channel has left, unless it was its last consumer and it ends with that."""
        if consumed and queue.spec.auto_delete and not queue.consumers:
            self.session.vhost.delete_queue(queue)
        elif not queue.deleted:
            queue.pump()

    def _consume_replies(self, method: commands.Basic.Consume) -> None:
        if not method.no_ack:
            raise Refusal(406, "reply consumer cannot acknowledge")
        if self._reply_tag is not None:
            raise Refusal(406, "reply consumer already set")
        self._reply_tag = method.consumer_tag
        self._reply_key = f"{REPLY_TO}.{secrets.token_urlsafe(24)}"
        self.session.vhost.replies[self._reply_key] = self._deliver_reply
        if not method.nowait:
            self.session.reply(self._number, commands.Basic.ConsumeOk(method.consumer_tag))

    def _forget_replies(self) -> None:
        self.session.vhost.replies.pop(self._reply_key, None)
        self._reply_tag = None

    def _deliver_reply(self, message: Message) -> None:
        self._last_tag += 1
        self._send(self._reply_tag or "", False, message)

    def _send(self, consumer: str, redelivered: bool, message: Message) -> None:
        frame = wire.deliver_frame(self._number, consumer, self._last_tag, redelivered, message.exchange, message.key)
        self.session.send(self._number, frame, message)


def _answer(*, requeue: bool) -> Answer:
    if requeue:
        return lambda held: held.queue.give_back(held.entry, asked=True)
    return lambda held: held.queue.reject(held.entry)
