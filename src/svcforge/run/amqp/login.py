"""The two ways to log in that RabbitMQ offers by default."""

from __future__ import annotations

from pamqp import decode

from svcforge.run.amqp.refusal import Refusal

MECHANISMS = "PLAIN AMQPLAIN"


def credentials(mechanism: str, response: str | bytes) -> tuple[str, str]:
    """The user and password in a Connection.StartOk.

    Raises:
        Refusal: 503 for another mechanism, 502 for a response that cannot be read.
    """
    data = response.encode() if isinstance(response, str) else bytes(response)
    try:
        if mechanism == "PLAIN":
            _, user, password = data.decode().split("\x00")
            return user, password
        if mechanism == "AMQPLAIN":
            table = decode.field_table(len(data).to_bytes(4, "big") + data)[1]
            return str(table["LOGIN"]), str(table["PASSWORD"])
    except (ValueError, KeyError) as error:
        raise Refusal(502, f"cannot read the {mechanism} response: {error}") from error
    raise Refusal(503, f"unknown authentication mechanism '{mechanism}'")
