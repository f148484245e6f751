"""ship_order: a number to ask for, and nothing is sent"""

from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from shippingservice.domain import Address, CartItem
from shippingservice.kit.work import Work
from shippingservice.schemas import ShipOrderAnswer


async def ship_order(work: Work, *, address: Address, items: list[CartItem]) -> ShipOrderAnswer:
    async def ship(session: AsyncSession) -> ShipOrderAnswer:
        return ShipOrderAnswer(tracking=f"{address.country[:2].upper()}-{uuid4().hex[:12]}")

    return await work.commit(ship)
