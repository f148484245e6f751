"""A connection: greeting, login, tuning, then frames to and from its channels until one side closes."""

from __future__ import annotations

import asyncio
import logging
from typing import cast

from pamqp import base, commands, common

from svcforge.run.amqp import wire
from svcforge.run.amqp.broker import Broker
from svcforge.run.amqp.channel import Channel
from svcforge.run.amqp.heartbeat import Heartbeat
from svcforge.run.amqp.login import MECHANISMS, credentials
from svcforge.run.amqp.outlet import Outlet
from svcforge.run.amqp.refusal import SHUTDOWN, Refusal
from svcforge.run.amqp.session import Session

CHANNEL_MAX = 2047
HEARTBEAT_S = 60
_PATIENCE_S = 10.0
_PROPERTIES: common.FieldTable = {
    "product": "svcforge development broker",
    "version": "3.10.0",
    "platform": "Python",
    "information": "Speaks AMQP 0-9-1 as RabbitMQ 3.10 does; for development only.",
    "capabilities": {
        "publisher_confirms": True,
        "exchange_exchange_bindings": True,
        "basic.nack": True,
        "consumer_cancel_notify": True,
        "consumer_priorities": True,
        "authentication_failure_close": True,
        "per_consumer_qos": True,
        "direct_reply_to": True,
    },
}
_OPEN, _CLOSE, _CLOSE_OK = (
    kind.index.to_bytes(4, "big") for kind in (commands.Channel.Open, commands.Channel.Close, commands.Channel.CloseOk)
)
log = logging.getLogger("svcforge.amqp")


class Connection(asyncio.Protocol):
    """One client.

    `_awaited` is the method of channel 0 that must come next, None once the session is open; `_blamed` is the pamqp index
    of the method that ends the connection.
    """

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._greeting = b""
        self._splitter = wire.Splitter()
        self._awaited: type[base.Frame] | None = commands.Connection.StartOk
        self._user = ""
        self._hears_cancels = False
        self._channel_max = CHANNEL_MAX
        self._frame_max = wire.FRAME_MAX
        self._session: Session | None = None
        self._channels: dict[int, Channel] = {}
        self._closing_channels: set[int] = set()
        self._closing = False
        self._blamed = 0
        self._heartbeat: Heartbeat | None = None
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there; it has some seconds to come in."""
        self._transport = cast(asyncio.Transport, transport)
        self._outlet = Outlet(self._broker.turn, self._transport, self._relieved)
        self._broker.clients.add(self)
        self._wait(_PATIENCE_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone, and with it what was its own."""
        self._broker.clients.discard(self)
        if self._patience:
            self._patience.cancel()
        if self._heartbeat:
            self._heartbeat.stop()
        self._end_session()

    def pause_writing(self) -> None:
        """The client reads too slowly."""
        self._outlet.pause()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._outlet.resume()

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        if self._heartbeat:
            self._heartbeat.heard()
        try:
            if len(self._greeting) < len(wire.GREETING):
                data = self._greet(data)
            for frame in self._splitter.feed(data):
                self._receive(*frame)
        except Refusal as refusal:
            self.refuse(refusal)
        except Exception:
            log.exception("an error of the broker itself")
            self.refuse(Refusal(541, "the development broker failed; its log says how"))

    def refuse(self, refusal: Refusal) -> None:
        """End the connection, saying why, and wait a little for the client's answer."""
        if self._closing:
            return
        if refusal.code != SHUTDOWN:
            log.warning('user "%s": %s', self._user, refusal.text)
        self._end_session()
        self._outlet.write(wire.closing_frame(0, refusal, self._blamed))
        self._closing = True
        self._wait(_PATIENCE_S)

    def abort(self) -> None:
        """End the connection at once."""
        self._transport.abort()

    def _greet(self, data: bytes) -> bytes:
        """Take the greeting off the data; what is left."""
        missing = len(wire.GREETING) - len(self._greeting)
        self._greeting += data[:missing]
        if self._greeting == wire.GREETING:
            start = commands.Connection.Start(0, 9, _PROPERTIES, MECHANISMS, "en_US")
            self._outlet.write(wire.method_frame(0, start))
        elif len(self._greeting) == len(wire.GREETING):
            self._transport.write(wire.GREETING)  # the version that would be understood
            self._transport.close()
            return b""
        return data[missing:]

    def _receive(self, kind: int, number: int, payload: bytes) -> None:
        if kind == wire.HEARTBEAT:
            return
        if number == 0:
            self._control(kind, payload)
        elif self._closing:
            return
        elif self._session is None:
            raise Refusal(503, "a channel before the connection is open")
        elif number in self._closing_channels:
            self._wait_for_close_ok(number, payload)
        elif number in self._channels:
            self._pass_on(self._channels[number], kind, number, payload)
        elif kind == wire.METHOD and payload[:4] == _OPEN:
            self._open_channel(self._session, number)
        else:
            raise Refusal(504, f"expected 'channel.open' on channel {number}")

    def _control(self, kind: int, payload: bytes) -> None:
        if kind != wire.METHOD:
            raise Refusal(505, f"unexpected frame of type {kind} on channel 0")
        method = wire.read_method(payload)
        if isinstance(method, commands.Connection.Close):
            self._end_session()
            self._outlet.write(wire.method_frame(0, commands.Connection.CloseOk()))
            self._closing = True
            self._outlet.finish()
        elif self._closing:
            if isinstance(method, commands.Connection.CloseOk):
                self._transport.close()
        elif self._awaited is None or not isinstance(method, self._awaited):
            raise Refusal(503, f"{method.name} does not belong here")
        elif isinstance(method, commands.Connection.StartOk):
            self._log_in(method)
        elif isinstance(method, commands.Connection.TuneOk):
            self._tune(method)
        elif isinstance(method, commands.Connection.Open):
            self._open(method)

    def _log_in(self, method: commands.Connection.StartOk) -> None:
        capabilities = (method.client_properties or {}).get("capabilities")
        capable = capabilities if isinstance(capabilities, dict) else {}
        self._hears_cancels = capable.get("consumer_cancel_notify") is True
        self._user, password = credentials(method.mechanism, method.response)
        if not self._broker.access.admits(self._user, password):
            if capable.get("authentication_failure_close") is not True:
                self._transport.close()
                return
            how = f"authentication mechanism {method.mechanism}"
            raise Refusal(403, f"Login was refused using {how}. For details see the broker logfile.")
        tune = commands.Connection.Tune(CHANNEL_MAX, wire.FRAME_MAX, HEARTBEAT_S)
        self._outlet.write(wire.method_frame(0, tune))
        self._awaited = commands.Connection.TuneOk

    def _tune(self, method: commands.Connection.TuneOk) -> None:
        # Nor may a client ask for "no limit" (0) where the server has one: so RabbitMQ.
        for name, value, least, most in (
            ("frame_max", method.frame_max, wire.FRAME_MIN, wire.FRAME_MAX),
            ("channel_max", method.channel_max, 1, CHANNEL_MAX),
        ):
            if not least <= value <= most:
                raise Refusal(530, f"negotiated {name} = {value} is not from {least} to {most}")
        self._frame_max = self._splitter.frame_max = method.frame_max
        self._channel_max = method.channel_max
        if method.heartbeat:
            self._heartbeat = Heartbeat(method.heartbeat, self._beat, self._dead)
        self._awaited = commands.Connection.Open

    def _open(self, method: commands.Connection.Open) -> None:
        vhost = self._broker.vhost(method.virtual_host)
        rights = self._broker.access.rights(self._user, vhost.name)
        self._session = Session(self._user, vhost, rights, self._outlet, self._frame_max, self._hears_cancels)
        self._session.reply(0, commands.Connection.OpenOk())
        self._awaited = None
        if self._patience:
            self._patience.cancel()

    def _open_channel(self, session: Session, number: int) -> None:
        if number > self._channel_max:
            raise Refusal(530, f"channel {number} is beyond the negotiated channel_max ({self._channel_max})")
        self._channels[number] = Channel(number, session)
        session.reply(number, commands.Channel.OpenOk())

    def _pass_on(self, channel: Channel, kind: int, number: int, payload: bytes) -> None:
        if kind == wire.METHOD and payload[:4] == _CLOSE:
            self._channels.pop(number).close()
            self._outlet.write(wire.method_frame(number, commands.Channel.CloseOk()))
            return
        if kind == wire.METHOD and payload[:4] == _OPEN:
            raise Refusal(504, "second 'channel.open' seen")
        try:
            channel.receive(kind, payload)
        except Refusal as refusal:
            if refusal.closes_connection:
                self._blamed = channel.latest
                raise
            log.warning('user "%s", channel %d: %s', self._user, number, refusal.text)
            self._channels.pop(number).close()
            self._outlet.write(wire.closing_frame(number, refusal, channel.latest))
            self._closing_channels.add(number)

    def _wait_for_close_ok(self, number: int, payload: bytes) -> None:
        """After we have closed a channel, what the client had sent before it knew is dropped."""
        if payload[:4] == _CLOSE_OK:
            self._closing_channels.discard(number)
        elif payload[:4] == _CLOSE:
            self._outlet.write(wire.method_frame(number, commands.Channel.CloseOk()))

    def _relieved(self) -> None:
        for channel in tuple(self._channels.values()):
            channel.pump()

    def _end_session(self) -> None:
        channels, self._channels = self._channels, {}
        for channel in channels.values():
            channel.close()
        session, self._session = self._session, None
        if session:
            for queue in tuple(session.vhost.queues.values()):
                if queue.owner is session:
                    session.vhost.delete_queue(queue)

    def _beat(self) -> None:
        if not self._outlet.spoke:
            self._outlet.write(wire.HEARTBEAT_FRAME)
        self._outlet.spoke = False

    def _dead(self) -> None:
        log.warning('user "%s": missed heartbeats', self._user)
        self.abort()

    def _wait(self, seconds: float) -> None:
        """End the connection when the client keeps us waiting for so long."""
        if self._patience:
            self._patience.cancel()
        self._patience = asyncio.get_running_loop().call_later(seconds, self._transport.abort)
