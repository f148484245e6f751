"""The shop as its customers and staff see it, and what its books say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.alive.running import Running
from tests.driving import Answer, eventually

CUSTOMER = "orders:read orders:write users:read recommendations:read"
STAFF = "catalog:write inventory:write inventory:read shipments:read"
PRICE = Decimal("40.00")
TOO_MUCH = Decimal("4000.00")
"""More than the card network allows."""
SAGA_LIMIT_S = 90.0


@dataclass(frozen=True)
class Customer:
    """Somebody with a token."""

    id: str
    token: str


class Shop:
    """Does what a user would, through the gateway; looks where no limit on requests is in the way."""

    def __init__(self, system: Running) -> None:
        self.system = system
        self.gateway = system.at()

    def customer(self) -> Customer:
        """A new one, with everything that customers may do."""
        name = str(uuid4())
        return Customer(name, self.system.bearer(name, CUSTOMER))

    def staff(self) -> str:
        """A token of somebody who runs the shop; each has the whole rate limit before them."""
        return self.system.bearer(f"staff-{uuid4()}", STAFF)

    def product(self, on_hand: int, *, featured: bool = False) -> str:
        """A new product of which there are so many."""
        staff = self.staff()
        new = {"sku": str(uuid4()), "name": "Lamp", "price": str(PRICE), "featured": featured}
        product = self.gateway.ask("POST", "/api/products", new, token=staff).json["id"]
        stock = self.gateway.ask("PUT", "/api/stock", {"product": product, "on_hand": on_hand}, token=staff)
        assert stock.status == 201, stock
        return str(product)

    def order(
        self,
        customer: Customer,
        product: str,
        quantity: int = 1,
        price: Decimal = PRICE,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Place an order; with a key of its own unless one is given."""
        line = {"product": product, "quantity": quantity, "price": str(price)}
        body = {"lines": [line], "total": str(price * quantity)}
        sent = {"Idempotency-Key": key or str(uuid4()), **(headers or {})}
        return self.gateway.ask("POST", "/api/orders", body, token=customer.token, headers=sent)

    def placed(self, customer: Customer, product: str, quantity: int = 1, price: Decimal = PRICE) -> str:
        """The id of a new order."""
        answer = self.order(customer, product, quantity, price)
        assert answer.status == 201, answer
        return str(answer.json["id"])

    def settled(self, customer: Customer, order: str) -> str:
        """What has become of an order, once it is no longer pending."""

        def look() -> str | None:
            answer = self.system.at("orders").ask("GET", f"/v1/orders/{order}", token=customer.token)
            status = answer.json.get("status")
            return None if answer.status != 200 or status == "pending" else str(status)

        return eventually(look, f"the end of order {order}", within=SAGA_LIMIT_S)

    def reserved(self, product: str) -> int:
        """How many of a product are kept for orders."""
        found = self.system.at("inventory").ask("GET", f"/v1/stock/{product}", token=self.staff())
        return int(found.json["reserved"])

    def charges(self, order: str) -> dict[str, Any]:
        """What the card network knows of an order: approvals, refusals, money taken and given back."""
        found: dict[str, Any] = self.system.at("card-network").ask("GET", f"/charges/{order}").json
        return found

    def shipments(self, order: str) -> list[str]:
        """The states of the shipments of an order."""
        found = self.system.at("shipping").ask("GET", f"/v1/shipments?order={order}", token=self.staff())
        return [one["state"] for one in found.json["items"]]

    def shipped(self, order: str) -> list[str]:
        """The same, once there is one."""
        return eventually(lambda: self.shipments(order) or None, f"a shipment of {order}", within=SAGA_LIMIT_S)


def paid(amount: Decimal) -> dict[str, Any]:
    """The card network's books after an order that went well."""
    return {"approved": 1, "declined": 0, "charged": str(amount), "refunded": "0"}
