"""The publishing half of a channel: a message comes in in pieces, is checked, routed, and confirmed or returned."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from pamqp import commands

from svcforge.run.amqp import wire
from svcforge.run.amqp.arguments import LONGEST_MS
from svcforge.run.amqp.consuming import Consuming
from svcforge.run.amqp.exchange import TOPIC
from svcforge.run.amqp.message import Message
from svcforge.run.amqp.properties import Properties
from svcforge.run.amqp.refusal import Refusal
from svcforge.run.amqp.session import Session
from svcforge.run.amqp.vhost import REPLY_TO, Outcome

_LARGEST_BODY = 128 * 2**20
_NO_ROUTE = 312


class Publishing:
    """What a channel knows of messages on their way in, and of confirms on their way out."""

    def __init__(self, number: int, session: Session, consuming: Consuming) -> None:
        self._number, self._session, self._consuming = number, session, consuming
        self._method: commands.Basic.Publish | None = None
        self._header = b""
        self._body = bytearray()
        self._missing = 0
        self._confirming = False
        self._published = 0
        self._outcomes: list[tuple[int, bool]] = []

    @property
    def is_receiving(self) -> bool:
        """Whether a message has begun and is not complete."""
        return self._method is not None

    def begin(self, method: commands.Basic.Publish) -> None:
        """A message begins."""
        if method.immediate:
            raise Refusal(540, "immediate=true")
        self._method, self._header = method, b""

    def receive(self, kind: int, payload: bytes) -> None:
        """A header or body frame; the message is published when it is the last.

        Raises:
            Refusal: 505 for a frame that is not expected, or as `_checked` does.
        """
        expected = wire.BODY if self._header else wire.HEADER
        if self._method is None or kind != expected:
            raise Refusal(505, f"unexpected frame of type {kind}")
        if kind == wire.HEADER:
            self._header, self._body = payload, bytearray()
            self._missing = int.from_bytes(payload[4:12], "big")
            if self._missing > _LARGEST_BODY:
                raise Refusal(406, f"message size {self._missing} is larger than configured max size {_LARGEST_BODY}")
        else:
            self._body += payload
            self._missing -= len(payload)
        if self._missing < 0:
            raise Refusal(505, "the body is longer than the header said")
        if not self._missing:
            method, self._method = self._method, None
            self._publish(method, bytes(self._body))

    def select_confirms(self, method: commands.Confirm.Select) -> None:
        """From here on every message is confirmed."""
        self._confirming = True
        if not method.nowait:
            self._session.reply(self._number, commands.Confirm.SelectOk())

    def send_confirms(self) -> None:
        """Confirm what was published since the last time: a run of like outcomes is one answer."""
        outcomes, self._outcomes = self._outcomes, []
        for accepted, run in groupby(outcomes, key=itemgetter(1)):
            tags = [tag for tag, _ in run]
            several = len(tags) > 1
            ack = commands.Basic.Ack(tags[-1], several) if accepted else commands.Basic.Nack(tags[-1], several, False)
            self._session.reply(self._number, ack)

    def _publish(self, method: commands.Basic.Publish, body: bytes) -> None:
        message = self._checked(method, body)
        outcome = self._session.vhost.publish(message)
        if method.mandatory and not outcome.routed:
            frame = wire.return_frame(self._number, _NO_ROUTE, "NO_ROUTE", message.exchange, message.key)
            self._session.send(self._number, frame, message)
        self._note(outcome)

    def _note(self, outcome: Outcome) -> None:
        if self._confirming:
            self._published += 1
            self._outcomes.append((self._published, outcome.accepted))
            self._session.outlet.at_last(self.send_confirms)

    def _checked(self, method: commands.Basic.Publish, body: bytes) -> Message:
        session, exchange, key = self._session, method.exchange, method.routing_key
        session.rights.check("write", "exchange", exchange)
        if exchange:
            spec = session.vhost.exchange(exchange).spec
            if spec.internal:
                place = f"internal exchange '{exchange}' in vhost '{session.vhost.name}'"
                raise Refusal(403, f"cannot publish to {place}")
            if spec.type == TOPIC:
                session.rights.check_topic("write", exchange, key)
        try:
            properties = Properties.read(self._header)
        except ValueError as error:
            raise Refusal(502, str(error)) from error
        self._check_properties(properties)
        message = Message(exchange, key, self._header, body, properties)
        if properties.text("reply_to") == REPLY_TO:
            return message.with_properties(properties.with_text("reply_to", self._consuming.reply_key()))
        return message

    def _check_properties(self, properties: Properties) -> None:
        user = properties.text("user_id")
        if user is not None and user != self._session.user:
            text = f"user_id property set to '{user}' but authenticated user was '{self._session.user}'"
            raise Refusal(406, text)
        expiration = properties.text("expiration")
        if expiration is None:
            return
        if not (expiration.isascii() and expiration.isdigit()):
            raise Refusal(406, f"invalid expiration '{expiration}': no_integer")
        if int(expiration) > LONGEST_MS:
            raise Refusal(406, f"invalid expiration '{expiration}': more than {LONGEST_MS}")
