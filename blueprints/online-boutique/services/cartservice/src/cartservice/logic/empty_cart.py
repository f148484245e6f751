"""empty_cart: nothing is left, and nothing was there for whoever has none"""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from cartservice.domain import Cart
from cartservice.kit.work import Work


async def empty_cart(work: Work, *, user: str) -> None:
    async def empty(session: AsyncSession) -> None:
        await session.execute(delete(Cart).where(Cart.user == user))

    await work.commit(empty)
