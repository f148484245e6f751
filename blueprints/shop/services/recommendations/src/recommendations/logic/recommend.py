"""recommend: what those bought who have bought the same, most often first; then what the shop features."""

from collections import Counter, defaultdict
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
        bought = await _bought(session)
    mine = bought.pop(user, set())
    likely = Counter(product for theirs in bought.values() if theirs & mine for product in theirs - mine)
    # Equally often bought: in an order that does not change from one request to the next.
    found = sorted(likely, key=lambda product: (-likely[product], product))[:limit]
    if len(found) < limit:
        featured = await clients.catalog.list_products(featured=True, limit=FEATURED)
        found += [product.id for product in featured if product.id not in mine and product.id not in found]
    return found[:limit]


async def _bought(session: AsyncSession) -> dict[UUID, set[UUID]]:
    """The products that each customer has bought lately."""
    rows = select(Bought).where(Bought.present_).order_by(Bought.created_at.desc()).limit(RECENT)
    products: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for row in await session.scalars(rows):
        products[row.customer].update(line.product for line in row.lines)
    return products
