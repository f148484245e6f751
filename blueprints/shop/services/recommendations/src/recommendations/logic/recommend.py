"""recommend: what others bought who bought the same, most often first; then what the shop features."""

from collections import Counter
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recommendations.clients import Clients
from recommendations.domain import Bought
from recommendations.kit.work import Work

RECENT = 1000
"""Orders that are looked at, the latest ones."""
FEATURED = 100
"""Products that are looked at when those are too few: as many as the catalog answers at once."""


async def recommend(work: Work, clients: Clients, *, limit: int, user: UUID) -> list[UUID]:
    """May call clients.catalog.list_products."""
    async with work.read() as session:
        baskets = await _baskets(session)
    mine = set[UUID]().union(*(products for customer, products in baskets if customer == user))
    others = Counter(
        product
        for customer, products in baskets
        if customer != user and products & mine
        for product in products - mine
    )
    # Equally often bought: in an order that does not change from one request to the next.
    found = sorted(others, key=lambda product: (-others[product], product))[:limit]
    if len(found) < limit:
        featured = await clients.catalog.list_products(featured=True, limit=FEATURED)
        found += [product.id for product in featured if product.id not in mine and product.id not in found]
    return found[:limit]


async def _baskets(session: AsyncSession) -> list[tuple[UUID, set[UUID]]]:
    """The customer and the products of each recent order."""
    rows = select(Bought).where(Bought.present_).order_by(Bought.created_at.desc()).limit(RECENT)
    return [(row.customer, {line.product for line in row.lines}) for row in await session.scalars(rows)]
