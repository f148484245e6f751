"""What the channels of a connection share."""

from __future__ import annotations

from dataclasses import dataclass

from pamqp import base

from svcforge.run.amqp import wire
from svcforge.run.amqp.access import Rights
from svcforge.run.amqp.message import Message
from svcforge.run.amqp.outlet import Outlet
from svcforge.run.amqp.vhost import VirtualHost


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """An open connection: who it is, where, and the way back to it.

    `frame_max` is in bytes; `hears_cancels` says that the client understands Basic.Cancel from us.
    """

    user: str
    vhost: VirtualHost
    rights: Rights
    outlet: Outlet
    frame_max: int
    hears_cancels: bool

    def reply(self, channel: int, method: base.Frame) -> None:
        """Send a method on a channel."""
        self.outlet.write(wire.method_frame(channel, method))

    def send(self, channel: int, frame: bytes, message: Message) -> None:
        """Send a method that carries a message, its frame being ready."""
        self.outlet.write(frame + wire.content_frames(channel, message.header, message.body, self.frame_max))
