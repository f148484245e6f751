"""Properties are read as pamqp wrote them, and an edit leaves the others as they were."""

from __future__ import annotations

import datetime
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp import commands, header

from svcforge.run.amqp.properties import Properties, long_text, raw_table

short = st.text(max_size=40)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.text(max_size=20),
    st.binary(max_size=20).map(bytearray),
    st.datetimes(datetime.datetime(1970, 1, 1), datetime.datetime(2100, 1, 1), timezones=st.just(datetime.UTC)).map(
        lambda moment: moment.replace(microsecond=0)
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
headers = st.dictionaries(st.text(max_size=10), values, max_size=5)
properties = st.builds(
    commands.Basic.Properties,
    content_type=st.none() | short,
    headers=st.none() | headers,
    delivery_mode=st.none() | st.sampled_from([1, 2]),
    priority=st.none() | st.integers(0, 255),
    correlation_id=st.none() | short,
    reply_to=st.none() | short,
    expiration=st.none() | st.integers(0, 10**6).map(str),
    message_id=st.none() | short,
    timestamp=st.none() | st.just(datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)),
    message_type=st.none() | short,
    app_id=st.none() | short,
)


def payload(written: commands.Basic.Properties, size: int = 7) -> bytes:
    return header.ContentHeader(0, size, written).marshal()


def reread(read: Properties) -> commands.Basic.Properties:
    found = header.ContentHeader()
    found.unmarshal(read.payload(7))
    assert found.properties is not None
    return found.properties


@given(properties)
def test_they_are_written_as_they_were_read(written: commands.Basic.Properties) -> None:
    assert Properties.read(payload(written)).payload(7) == payload(written)


@given(properties)
def test_the_fields_that_the_broker_looks_at(written: commands.Basic.Properties) -> None:
    read = Properties.read(payload(written))
    assert read.headers == (written.headers or {})
    assert read.persistent == (written.delivery_mode == 2)
    assert read.priority == (written.priority or 0)
    for name in ("reply_to", "expiration"):
        assert (read.text(name) or None) == (getattr(written, name) or None)


@given(properties, short)
def test_an_edit_touches_nothing_else(written: commands.Basic.Properties, text: str) -> None:
    read = Properties.read(payload(written))
    edited = reread(read.with_text("reply_to", text).without("expiration").with_headers({"only": long_text("one")}))
    assert (edited.reply_to, edited.expiration, edited.headers) == (text, None, {"only": "one"})
    for name in ("content_type", "delivery_mode", "priority", "correlation_id", "message_id", "timestamp", "app_id"):
        assert (getattr(edited, name) or None) == (getattr(written, name) or None)


def test_types_that_python_has_not_pass_through() -> None:
    # A 64-bit float, an unsigned octet and a timestamp far beyond the year 9999.
    raw = {"double": b"d" + struct.pack(">d", 1.1), "octet": b"B\xff", "late": b"T" + b"\x7f" * 8}
    table = b"".join(bytes((len(name),)) + name.encode() + value for name, value in raw.items())
    read = Properties.read(b"\x00\x3c\x00\x00" + bytes(8) + b"\x20\x00" + len(table).to_bytes(4, "big") + table)
    assert read.raw_headers == raw
    assert read.headers == {"double": 1.1, "octet": 255}


@given(properties, st.data())
def test_what_is_cut_short_is_an_error(written: commands.Basic.Properties, data: st.DataObject) -> None:
    whole = payload(written)
    if len(whole) > 14:
        cut = data.draw(st.integers(14, len(whole) - 1))
        with pytest.raises(ValueError, match=r"cut short|as long as"):
            Properties.read(whole[:cut])


@given(st.binary(max_size=60))
def test_noise_is_an_error_or_is_kept(noise: bytes) -> None:
    whole = b"\x00\x3c\x00\x00" + bytes(8) + noise
    try:
        read = Properties.read(whole)
    except ValueError:
        return
    again = Properties.read(read.payload(0))
    assert again.raw_headers == read.raw_headers


@given(st.binary(max_size=40))
def test_a_table_of_noise_is_an_error_or_whole(noise: bytes) -> None:
    table = len(noise).to_bytes(4, "big") + noise
    try:
        found = raw_table(table)
    except ValueError:
        return
    assert sum(1 + len(value) for value in found.values()) <= len(noise)
