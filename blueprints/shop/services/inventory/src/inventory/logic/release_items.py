"""release_items: gives the stock back"""

from sqlalchemy.ext.asyncio import AsyncSession

from inventory.domain import Reservation
from inventory.stock import locked, quantities


async def release_items(session: AsyncSession, reservation: Reservation) -> None:
    """Called before the changed reservation is stored, in its transaction. Raise a Problem to refuse."""
    taken = quantities(reservation.lines)
    for product, stock in (await locked(session, taken)).items():
        stock.reserved -= taken[product]
