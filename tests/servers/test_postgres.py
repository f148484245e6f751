"""The throw-away PostgreSQL cluster."""

from __future__ import annotations

import socket
import subprocess
from urllib.parse import urlsplit

import pytest
from tests.servers import ServerMissing, skip_without
from tests.servers.postgres import postgres


def asked(url: str, query: str) -> str:
    done = subprocess.run(["psql", url, "-XtAc", query], capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.strip()


def test_a_cluster_serves_on_loopback_only_and_ends() -> None:
    try:
        with postgres() as url:
            place = urlsplit(url)
            assert asked(url, "select current_user || ' ' || current_database()") == "postgres postgres"
            assert asked(url, "show listen_addresses") == "127.0.0.1"
            assert asked(url, "show unix_socket_directories") == ""
            data = asked(url, "show data_directory")
            assert asked(url, f"select count(*) from pg_ls_dir('{data}')") != "0"
    except ServerMissing as missing:
        skip_without(missing)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((place.hostname, place.port), timeout=1)
    assert subprocess.run(["test", "-e", data], check=False).returncode == 1
