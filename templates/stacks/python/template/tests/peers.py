"""Stand-ins for what a test does not run: they answer what they are told to, and remember what they were asked."""

import asyncio
from typing import Any

import httpx2

Answer = httpx2.Response | Exception


class Peers:
    """Answers by place: a service and its path, as in `orders/v1/orders/{id}`. The last one said is repeated."""

    def __init__(self) -> None:
        self.asked: list[httpx2.Request] = []
        self._answers: dict[str, list[Answer]] = {}
        self._meeting: dict[str, asyncio.Barrier] = {}

    def say(self, place: str, *answers: Answer) -> None:
        self._answers[place] = list(answers)

    def meet(self, *places: str) -> None:
        """None of these answers before all of them have been asked."""
        self._meeting = dict.fromkeys(places, asyncio.Barrier(len(places)))

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        if meeting := self._meeting.pop(self._place(request), None):
            await asyncio.wait_for(meeting.wait(), 5)
        answers = self._answers.get(self._place(request)) or [httpx2.Response(501)]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(answer.status_code, content=answer.content, headers=answer.headers)

    def places(self) -> list[str]:
        """Where was asked, in order."""
        return [self._place(request) for request in self.asked]

    def requests(self, place: str) -> list[httpx2.Request]:
        return [request for request in self.asked if self._place(request) == place]

    def keys(self, place: str) -> set[str | None]:
        """The idempotency keys that came."""
        return {request.headers.get("Idempotency-Key") for request in self.requests(place)}

    def _place(self, request: httpx2.Request) -> str:
        path = request.url.host + request.url.path
        said = sorted(self._answers, key=lambda place: "{" in place)  # a path before a template that it fits
        return next((place for place in said if _fits(path, place)), path)


def _fits(path: str, place: str) -> bool:
    segments, wanted = path.split("/"), place.split("/")
    pairs = zip(segments, wanted, strict=False)
    return len(segments) == len(wanted) and all(name == want or want.startswith("{") for name, want in pairs)


def yes(body: Any = None, status: int = 200) -> httpx2.Response:
    """An answer."""
    return httpx2.Response(status, json=body)


def no(status: int, slug: str = "no") -> httpx2.Response:
    """An answer that is a no."""
    return httpx2.Response(status, json={"type": f"urn:problem:peer:{slug}", "status": status})
