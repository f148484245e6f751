"""get_cart: whoever has put nothing into it has an empty one"""

from sqlalchemy import select

from cartservice.domain import Cart
from cartservice.kit.work import Work
from cartservice.schemas import GetCartAnswer


async def get_cart(work: Work, *, user: str) -> GetCartAnswer:
    async with work.read() as session:
        cart = await session.scalar(select(Cart).where(Cart.user == user))
    return GetCartAnswer(user=user, items=cart.items if cart else [])
