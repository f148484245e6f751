"""place_order: asks for prices first, then takes the money, sends, and tells"""

import logging
from decimal import Decimal
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from checkoutservice.clients import Clients, currencyservice, emailservice, paymentservice, shippingservice
from checkoutservice.domain import Address, CardInfo, CartItem, Money, OrderItem, OrderResult
from checkoutservice.kit.problems import Problem
from checkoutservice.kit.wire import fitted
from checkoutservice.kit.work import Work

logger = logging.getLogger(__name__)


async def place_order(
    work: Work,
    clients: Clients,
    *,
    user: str,
    currency: str,
    address: Address,
    email: str,
    card: CardInfo,
) -> OrderResult:
    """May call clients.cartservice.get_cart, clients.productcatalogservice.get_product, clients.currencyservice.convert, clients.shippingservice.get_quote, clients.paymentservice.charge, clients.shippingservice.ship_order, clients.cartservice.empty_cart, clients.emailservice.send_order_confirmation."""
    cart = fitted(list[CartItem], (await clients.cartservice.get_cart(user=user)).items)
    if not cart:
        raise Problem(409, "cart-empty", "There is nothing to order.")
    items = [OrderItem(item=item, cost=await _price(clients, item, currency)) for item in cart]
    sent = fitted(list[shippingservice.CartItem], cart)
    quote = await clients.shippingservice.get_quote(items=sent)
    shipping = await _converted(clients, fitted(Money, quote.cost), currency)
    total = shipping.amount + sum((one.cost.amount * one.item.quantity for one in items), Decimal(0))
    paid = await clients.paymentservice.charge(
        amount=paymentservice.Money(currency=currency, amount=total),
        card=fitted(paymentservice.CardInfo, card),
        key=f"{work.key}:charge",
    )
    logger.info("paid", extra={"transaction": paid.transaction})
    shipped = await clients.shippingservice.ship_order(
        address=fitted(shippingservice.Address, address), items=sent, key=f"{work.key}:ship"
    )

    async def place(session: AsyncSession) -> OrderResult:
        return OrderResult(
            order=uuid4(), tracking=shipped.tracking, shipping_cost=shipping, address=address, items=items
        )

    order = await work.commit(place)
    await _told(clients, user, email, order, work.key)
    return order


async def _price(clients: Clients, item: CartItem, currency: str) -> Money:
    product = await clients.productcatalogservice.get_product(product=item.product)
    return await _converted(clients, fitted(Money, product.price), currency)


async def _converted(clients: Clients, money: Money, currency: str) -> Money:
    given = fitted(currencyservice.Money, money)
    return fitted(Money, await clients.currencyservice.convert(money=given, to=currency))


async def _told(clients: Clients, user: str, email: str, order: OrderResult, key: str) -> None:
    """The order stands, whatever becomes of these two."""
    try:
        await clients.cartservice.empty_cart(user=user, key=f"{key}:empty")
        await clients.emailservice.send_order_confirmation(
            email=email, order=fitted(emailservice.OrderResult, order), key=f"{key}:tell"
        )
    except Problem:
        logger.warning("the cart is still full, or the customer was not told", extra={"order": order.order})
