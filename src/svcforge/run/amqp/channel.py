"""A channel: hands what arrives on it to the half that knows what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pamqp import base, commands

from svcforge.run.amqp import wire
from svcforge.run.amqp.consuming import Consuming
from svcforge.run.amqp.declaring import Declaring
from svcforge.run.amqp.publishing import Publishing
from svcforge.run.amqp.refusal import Refusal
from svcforge.run.amqp.session import Session

Handler = Callable[[Any], None]


class Channel:
    """An open channel of a session.

    `latest` is the pamqp index of the method that was handled last, for a refusal to blame.
    """

    def __init__(self, number: int, session: Session) -> None:
        self.latest = 0
        self._number, self._session = number, session
        self._consuming = Consuming(number, session)
        self._publishing = Publishing(number, session, self._consuming)
        self._declaring = Declaring(number, session)
        self._handlers = self._all_handlers()

    def receive(self, kind: int, payload: bytes) -> None:
        """Handle a frame.

        Raises:
            Refusal: what it asks is not granted.
        """
        if kind != wire.METHOD:
            self._publishing.receive(kind, payload)
            return
        method = wire.read_method(payload)
        self.latest = method.index
        if self._publishing.is_receiving:
            raise Refusal(505, f"expected content, got {method.name}")
        handler = self._handlers.get(type(method))
        if handler is None:
            raise Refusal(540, f"{method.name} is not in the development broker")
        handler(method)

    def pump(self) -> None:
        """The connection has room for deliveries again."""
        self._consuming.pump()

    def close(self) -> None:
        """Say what is left to say, and give back what was not answered."""
        self._publishing.send_confirms()
        self._consuming.close()

    def _all_handlers(self) -> dict[type[base.Frame], Handler]:
        declaring, publishing, consuming = self._declaring, self._publishing, self._consuming
        return {
            commands.Channel.Flow: self._flow,
            commands.Exchange.Declare: declaring.declare_exchange,
            commands.Exchange.Delete: declaring.delete_exchange,
            commands.Exchange.Bind: declaring.bind_exchange,
            commands.Exchange.Unbind: declaring.unbind_exchange,
            commands.Queue.Declare: declaring.declare_queue,
            commands.Queue.Bind: declaring.bind_queue,
            commands.Queue.Unbind: declaring.unbind_queue,
            commands.Queue.Purge: declaring.purge_queue,
            commands.Queue.Delete: declaring.delete_queue,
            commands.Confirm.Select: publishing.select_confirms,
            commands.Basic.Publish: publishing.begin,
            commands.Basic.Qos: consuming.qos,
            commands.Basic.Consume: lambda method: consuming.consume(method, declaring.meant(method.queue)),
            commands.Basic.Cancel: consuming.cancel,
            commands.Basic.Get: lambda method: consuming.get(method, declaring.meant(method.queue)),
            commands.Basic.Ack: consuming.ack,
            commands.Basic.Nack: consuming.nack,
            commands.Basic.Reject: consuming.reject,
            commands.Basic.Recover: consuming.recover,
            commands.Basic.RecoverAsync: consuming.recover,
        }

    def _flow(self, method: commands.Channel.Flow) -> None:
        if not method.active:
            raise Refusal(540, "active=false")
        self._session.reply(self._number, commands.Channel.FlowOk(True))
