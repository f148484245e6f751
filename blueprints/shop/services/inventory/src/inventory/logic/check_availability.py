"""check_availability: whether an order could be served now; only reserve_items takes anything."""

from sqlalchemy import select

from inventory.domain import ReservedLine, Stock
from inventory.kit.work import Work
from inventory.schemas import CheckAvailabilityAnswer
from inventory.stock import left, quantities


async def check_availability(work: Work, *, lines: list[ReservedLine]) -> CheckAvailabilityAnswer:
    wanted = quantities(lines)
    async with work.read() as session:
        rows = await session.scalars(select(Stock).where(Stock.product.in_(wanted)))
        found = {stock.product: stock for stock in rows}
    available = all(left(found.get(product)) >= quantity for product, quantity in wanted.items())
    return CheckAvailabilityAnswer(available=available)
