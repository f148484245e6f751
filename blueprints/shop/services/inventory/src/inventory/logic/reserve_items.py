"""reserve_items: takes the stock or refuses"""

from sqlalchemy.ext.asyncio import AsyncSession

from inventory.domain import Reservation
from inventory.kit.problems import Problem
from inventory.stock import left, locked, quantities


async def reserve_items(session: AsyncSession, reservation: Reservation) -> None:
    """Called before the new reservation is stored, in its transaction. Raise a Problem to refuse."""
    wanted = quantities(reservation.lines)
    found = await locked(session, wanted)
    for product, quantity in wanted.items():
        stock = found.get(product)
        if stock is None or left(stock) < quantity:
            raise Problem(409, "out-of-stock", f"{max(0, left(stock))} of {product} are left, not {quantity}.")
        stock.reserved += quantity
