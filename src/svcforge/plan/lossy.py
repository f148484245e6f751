"""Changes of a blueprint that would lose data in a database that exists: errors, each with what to do instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from svcforge.model.elements import Service
from svcforge.plan.evolution import losses, renamed
from svcforge.plan.migrations import tables
from svcforge.plan.service import kit_tables, renamed_columns
from svcforge.plan.types import Fact
from svcforge.source.finding import Finding, Path, Severity

CODE = "SF024"


def lossy(service: Service, facts: Fact, shipped: Sequence[Fact]) -> Iterator[Finding]:
    """The findings of a service whose last migration made another model.

    Args:
        shipped: the models of the migrations that it has already, in order.
    """
    if not shipped:
        return
    now = tables(facts, kit_tables(facts["has"]))
    renames = renamed(shipped[-1], now, renamed_columns(service, facts["entities"]))
    places = {fact["table"]: service.entities[fact["name"]].path for fact in facts["entities"]}
    places |= {fact["table"]: service.copies[fact["name"]].path for fact in facts["copies"]}
    settled = shipped[-1].get("following", ())
    for loss in losses(shipped[-1], now, renames):
        if loss.about in settled:
            continue
        path: Path = places.get(loss.table, service.path)
        entity = service.entities.get(now["tables"].get(loss.table, {}).get("name", ""))
        field = next((f for f in entity.fields if f.name == loss.column), None) if entity else None
        yield Finding(CODE, "lossy-change", Severity.ERROR, loss.message, loss.hint, field.path if field else path)
