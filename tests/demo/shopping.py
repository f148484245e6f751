"""What the demo does in the running shop, as its customers and its staff would."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from tests.demo.page import Page
from tests.driving import Answer, Api, System, eventually

CUSTOMER = "orders:read orders:write users:read"
STAFF = "catalog:write inventory:write inventory:read shipments:read"
PRICE = "40.00"
ON_HAND = 5
UUID = re.compile(r"([0-9a-f]{8})-[0-9a-f-]{27}")
HEARD_BY = ("orders", "inventory", "payments", "shipping", "notifications")


class Wrong(Exception):
    """Something is not as it should be."""


def check(what: str, actual: object, expected: object) -> None:
    """Raise Wrong unless both are equal."""
    if actual != expected:
        raise Wrong(f"{what}: {actual!r}, not {expected!r}")


@dataclass
class Shopping:
    """A customer and the staff before the gateway, with one product to sell."""

    system: System
    page: Page
    gateway: Api
    card_network: Api
    customer: str = ""
    staff: str = ""
    customer_id: str = ""
    product: str = ""

    def stranger(self) -> None:
        """No token, no orders."""
        answer = self._ask("GET", "/api/orders", token=None)
        check("status", answer.status, 401)

    def opening(self) -> None:
        """A user, a product, five of it."""
        email = f"ada-{uuid4().hex[:8]}@shop.test"
        user = self._ask("POST", "/api/users", {"email": email, "name": "Ada"}, token=None)
        check("status", user.status, 201)
        self.customer_id = user.json["id"]
        self.page.say(f"$ svcforge token --sub {self.customer_id[:8]}… --scope '{CUSTOMER}'")
        self.customer = self.system.token(self.customer_id, CUSTOMER)
        self.staff = self.system.token("staff", STAFF)
        product = {"sku": f"lamp-{uuid4().hex[:8]}", "name": "Lamp", "price": PRICE, "featured": True}
        added = self._ask("POST", "/api/products", product, token=self.staff)
        check("status", added.status, 201)
        self.product = added.json["id"]
        stock = self._ask("PUT", "/api/stock", {"product": self.product, "on_hand": ON_HAND}, token=self.staff)
        check("stock on hand", stock.json["on_hand"], ON_HAND)

    def purchase(self) -> tuple[str, str]:
        """An order that goes well; its id, and the key it was sent with."""
        key, correlation = str(uuid4()), str(uuid4())
        created = self._order(2, key, correlation)
        check("status", (created.status, created.json["status"]), (201, "pending"))
        order = created.json["id"]
        check("the order", self._settled(order), "confirmed")
        self.page.say(f"the order is confirmed; {self._books(order)}")
        shipment = eventually(lambda: self._shipments(order) or None, "a shipment")
        check("the shipment", [one["state"] for one in shipment], ["planned"])
        self.page.say("the shipment is planned; reserved: 2 of 5")
        check("reserved", self._reserved(), 2)
        return order, correlation

    def trail(self, correlation: str) -> None:
        """One id in the logs of all that took part."""
        for part in HEARD_BY:
            found = eventually(partial(self._heard, part, correlation), f"a log line of {part}")
            self.page.say(f"{part}: {found}")

    def gathered(self, order: str) -> None:
        """One request to the BFF, three services behind it."""
        details = self._ask("GET", f"/api/order-details/{order}", token=self.customer).json
        seen = details["order"]["status"], details["user"]["name"], [one["name"] for one in details["products"]]
        check("what the BFF gathered", seen, ("confirmed", "Ada", ["Lamp"]))
        check("parts left out", details["degraded"], [])

    def nosy(self, order: str) -> None:
        """Another customer asks for the order."""
        other = self.system.token(str(uuid4()), CUSTOMER)
        check("status", self._ask("GET", f"/api/orders/{order}", token=other).status, 404)
        check("status", self._ask("GET", f"/api/orders/{order}", token=self.customer).status, 200)

    def twice(self) -> None:
        """The same request again."""
        key = str(uuid4())
        first, second = self._order(1, key), self._order(1, key)
        check("the second answer", second.json, first.json)
        check("Idempotent-Replayed", second.headers.get("idempotent-replayed"), "true")
        order = first.json["id"]
        check("the order", self._settled(order), "confirmed")
        check("charges", self.card_network.ask("GET", f"/charges/{order}").json["approved"], 1)
        check("reserved", self._reserved(), 3)
        other = self._order(2, key)
        check("the key with another order", other.status, 422)

    def declined(self) -> None:
        """An order over the card network's limit."""
        before = self._reserved()
        correlation = str(uuid4())
        created = self._order(2, str(uuid4()), correlation, price="4000.00")
        order = created.json["id"]
        check("the order", self._settled(order), "cancelled")
        self.page.say(f"the order is cancelled; {self._books(order)}")
        check("reserved", self._reserved(), before)
        steps = eventually(lambda: self._way_of(correlation), "the end of the saga in the log")
        self.page.say(f"the saga's way: {', '.join(steps)}")
        check("the saga's way", steps, ["reserve_items", "charge", "reserve_items.undo", "undo"])
        check("shipments", self._shipments(order), [])

    def too_many(self) -> None:
        """More than there are."""
        answer = self._order(ON_HAND + 1, str(uuid4()))
        check("the answer", answer.problem, (409, "urn:problem:orders:insufficient-inventory"))
        check("reserved", self._reserved(), 3)

    def _order(self, quantity: int, key: str, correlation: str = "", price: str = PRICE) -> Answer:
        total = f"{quantity * float(price):.2f}"
        order = {"lines": [{"product": self.product, "quantity": quantity, "price": price}], "total": total}
        headers = {"Idempotency-Key": key, **({"X-Correlation-ID": correlation} if correlation else {})}
        return self._ask("POST", "/api/orders", order, token=self.customer, headers=headers)

    def _settled(self, order: str) -> str:
        def look() -> str | None:
            status = self._quietly(f"/api/orders/{order}", self.customer)["status"]
            return None if status == "pending" else str(status)

        return eventually(look, "an end of the saga")

    def _shipments(self, order: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._quietly(f"/api/shipments?order={order}", self.staff)["items"]
        return found

    def _reserved(self) -> int:
        return int(self._quietly(f"/api/stock/{self.product}", self.staff)["reserved"])

    def _books(self, order: str) -> str:
        told = self.card_network.ask("GET", f"/charges/{order}").json
        return f"the card network charged {told['charged']} and declined {told['declined']}"

    def _heard(self, part: str, correlation: str) -> str | None:
        lines = [line for line in self.system.logs(part) if line.get("correlation_id") == correlation]
        return ", ".join(dict.fromkeys(line["event"] for line in lines)) or None

    def _way_of(self, correlation: str) -> list[str] | None:
        """The steps of a saga, once it has ended."""
        lines = [line for line in self.system.logs("orders") if line.get("correlation_id") == correlation]
        went_on = [line for line in lines if line["event"] == "a saga went on"]
        ended = went_on and went_on[-1]["status"] in {"done", "undone"}
        return [line["step"] for line in went_on] if ended else None

    def _quietly(self, path: str, token: str) -> Any:
        answer = self.gateway.ask("GET", path, token=token)
        check(f"GET {path}", answer.status, 200)
        return answer.json

    def _ask(self, method: str, path: str, body: object = None, **more: Any) -> Answer:
        answer = self.gateway.ask(method, path, body, **more)
        said = f", {answer.json['type']}" if answer.status >= 400 else ""
        self.page.line(f"{method} {_shortened(path)} -> {answer.status}{said}")
        return answer


def _shortened(path: str) -> str:
    """A path of which no id takes half of the line."""
    return UUID.sub(r"\1…", path)
