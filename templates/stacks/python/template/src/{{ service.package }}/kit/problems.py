"""Errors as RFC 9457 problem documents, for everything the service may answer."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from .wire import sent

MEDIA_TYPE = "application/problem+json"
SLUGS = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}


class Problem(Exception):
    """Raise it to end an operation; `slug` becomes the stable `type` urn:problem:<service>:<slug>."""

    def __init__(
        self,
        status: int,
        slug: str,
        detail: str | None = None,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or slug)
        self.status, self.slug, self.detail, self.errors, self.headers = status, slug, detail, errors, headers

    def urn(self, service: str) -> str:
        return f"urn:problem:{service}:{self.slug}"

    def document(self, service: str, instance: str) -> dict[str, Any]:
        document = {
            "type": self.urn(service),
            "title": self.slug.replace("-", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "errors": self.errors,
        }
        return {key: value for key, value in document.items() if value is not None}


class NotWritten(Problem):
    """The logic of this operation is still to be written."""

    def __init__(self, operation: str) -> None:
        super().__init__(501, "not-written", f"Write it in logic/{operation}.py.")


def not_found(what: str) -> Problem:
    """There is none, or none that the caller may see."""
    return Problem(404, "not-found", f"There is no such {what}.")


def wrong_state(what: str, field: str, value: object) -> Problem:
    """The `where` of an operation does not hold."""
    return Problem(409, "wrong-state", f"The {what}'s {field} is {value}.")


def already_exists() -> Problem:
    """A field that is unique has this value elsewhere."""
    return Problem(409, "already-exists", "There is one already with a value that only one may have.")


def answer(problem: Problem, request: Request) -> JSONResponse:
    """The response to a request that ended in `problem`."""
    document = problem.document(request.app.title, request.url.path)
    return JSONResponse(document, problem.status, problem.headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of `app` as a problem."""

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Problem) -> JSONResponse:
        return answer(error, request)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        slug = SLUGS.get(error.status_code) or HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        return answer(Problem(error.status_code, slug, error.detail, headers=error.headers), request)

    @app.exception_handler(RequestValidationError)
    async def validation(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [{"pointer": _pointer(e["loc"]), "detail": e["msg"]} for e in error.errors()]
        return answer(Problem(422, "validation", "The request is not valid.", errors=errors), request)


def _pointer(location: tuple[str | int, ...]) -> str:
    words = (sent(part) if isinstance(part, str) else str(part) for part in location)
    return "/" + "/".join(word.replace("~", "~0").replace("/", "~1") for word in words)
