"""Serves the exported OpenAPI document, so that what is published is what is in the repository."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse

FOLDER = Path(__file__).parents[3] / "api"


def install(app: FastAPI) -> None:
    """Add /openapi.json to `app`."""

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> FileResponse:
        return FileResponse(FOLDER / "openapi.json", media_type="application/json")
