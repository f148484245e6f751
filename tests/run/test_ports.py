"""Ports stay the same as long as they are free, and no two parts ever get the same."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcforge.errors import SvcforgeError
from svcforge.run import ports

names = st.text("abcdef", min_size=1, max_size=3)
few_ports = st.integers(30000, 30006)


@given(
    st.dictionaries(names, few_ports, max_size=5),
    st.dictionaries(names, st.tuples(few_ports, few_ports)),
    st.sets(few_ports, max_size=2),
)
def test_every_part_gets_a_free_port_of_its_own(
    preferred: dict[str, int], before: dict[str, tuple[int, int]], taken: set[int]
) -> None:
    chosen = ports.choose(preferred, before, lambda _name, port: port not in taken)
    got = [port for _, port in chosen.values()]
    assert list(chosen) == list(preferred)
    assert len(set(got)) == len(got)
    assert not taken.intersection(got)


@given(st.dictionaries(names, few_ports, max_size=5), st.sets(few_ports, max_size=2))
def test_the_same_machine_gives_the_same_ports_again(preferred: dict[str, int], taken: set[int]) -> None:
    first = ports.choose(preferred, {}, lambda _name, port: port not in taken)
    # What was in the way is gone: who has found a port keeps it.
    assert ports.choose(preferred, first, lambda _name, _port: True) == first


def test_a_new_preferred_port_is_taken_up() -> None:
    assert ports.choose({"a": 30010}, {"a": (30001, 30005)}, lambda _name, _port: True) == {"a": (30010, 30010)}


def test_after_the_last_port_the_search_goes_on_below() -> None:
    chosen = ports.choose({"a": 65535}, {}, lambda _name, port: port != 65535)
    assert chosen == {"a": (65535, ports.FIRST_AGAIN)}


def test_a_machine_without_a_free_port_is_a_complaint() -> None:
    with pytest.raises(SvcforgeError, match="no port is free"):
        ports.choose({"a": 30000}, {}, lambda _name, _port: False)


def test_a_port_that_something_listens_on_is_not_free() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert not ports.is_free(port)
    assert ports.is_free(port)


@given(st.dictionaries(names, st.tuples(few_ports, few_ports)))
def test_ports_are_remembered(tmp_path_factory: pytest.TempPathFactory, chosen: ports.Chosen) -> None:
    path = tmp_path_factory.mktemp("ports") / "ports.json"
    ports.remember(path, chosen)
    assert ports.remembered(path) == chosen


@pytest.mark.parametrize(
    "damage", ["", "[]", "{", '{"a": 1}', '{"a": {"port": 1}}', '{"a": {"port": "x", "preferred": 1}}']
)
def test_a_damaged_memory_is_no_memory(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "ports.json"
    path.write_text(damage)
    assert ports.remembered(path) == {}
