"""Gathers the parts of an answer from several services: at once where possible, in order where needed, in time."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, TypeVar

from .breaker import Unavailable
from .problems import Problem
from .request import within

T = TypeVar("T")


class Gathering:
    """All parts within `seconds`. A part is awaited by those that depend on it, and by the answer."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._tasks: list[asyncio.Task[Any]] = []
        self.degraded: list[str] = []

    async def __aenter__(self) -> "Gathering":
        self._ends = asyncio.get_running_loop().time() + within(self._seconds)
        return self

    def part(self, name: str, call: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Begin a part; without it there is no answer."""
        return self._begin(self._in_time(name, call))

    def part_or(self, name: str, call: Coroutine[Any, Any, T], fallback: T) -> "asyncio.Task[T]":
        """Begin a part; `fallback` stands in when it fails, and `degraded` says so."""

        async def attempt() -> T:
            try:
                return await self._in_time(name, call)
            except Problem:
                self.degraded.append(name)
                return fallback

        return self._begin(attempt())

    def _begin(self, call: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.create_task(call)
        self._tasks.append(task)
        return task

    async def _in_time(self, name: str, call: Coroutine[Any, Any, T]) -> T:
        try:
            async with asyncio.timeout_at(self._ends):
                return await call
        except TimeoutError as error:
            raise Unavailable(f"There was no time left for {name}.") from error

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
