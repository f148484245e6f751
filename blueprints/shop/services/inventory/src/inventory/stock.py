"""The stock of several products at once."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from inventory.domain import ReservedLine, Stock


def quantities(lines: Iterable[ReservedLine]) -> dict[UUID, int]:
    """How many of each product; one product may stand on several lines."""
    wanted: Counter[UUID] = Counter()
    for line in lines:
        wanted[line.product] += line.quantity
    return dict(wanted)


async def locked(session: AsyncSession, products: Iterable[UUID]) -> dict[UUID, Stock]:
    """The stock of these products, by product, which none but this transaction changes until it ends."""
    # In one order, so that two transactions never each hold what the other waits for.
    rows = select(Stock).where(Stock.product.in_(products)).order_by(Stock.product).with_for_update()
    return {stock.product: stock for stock in await session.scalars(rows)}


def left(stock: Stock | None) -> int:
    """How many may still be taken."""
    return stock.on_hand - stock.reserved if stock else 0
