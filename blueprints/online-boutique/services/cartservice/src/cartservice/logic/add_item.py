"""add_item: what is in the cart already becomes more"""

from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cartservice.domain import Cart, CartItem
from cartservice.kit.work import Work


async def add_item(work: Work, *, user: str, item: CartItem) -> None:
    async def add(session: AsyncSession) -> None:
        cart = await session.scalar(select(Cart).where(Cart.user == user))
        if cart is None:
            cart = Cart(id=uuid4(), user=user, items=[])
            session.add(cart)
        before = next((one.quantity for one in cart.items if one.product == item.product), 0)
        others = [one for one in cart.items if one.product != item.product]
        cart.items = [*others, CartItem(product=item.product, quantity=before + item.quantity)]

    await work.commit(add)
