"""What the card network answers when svcforge runs the shop on this machine.

It declines what is over its limit, and answers a repeated request as it did first. Its books are a file in the folder
it runs in, so that it forgets nothing when it is started again. `GET /charges/{order}` lets you look into them.
"""

import sqlite3
from contextlib import closing
from decimal import Decimal, InvalidOperation

LIMIT = Decimal("1000.00")
BOOKS = "books.db"
TABLE = """
create table if not exists bookings (
    key text primary key, kind text not null, "order" text not null, amount text not null, approved integer not null
)
"""


class Refuse(Exception):
    """An answer that is a no: a status and the slug of its problem type."""

    def __init__(self, status: int, slug: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.slug = status, slug


def authorize(request) -> dict:
    """Take the money for an order."""
    approved = 0 < _amount(request) <= LIMIT
    return {"approved": _booked(request, "charge", lambda _: approved)}


def give_back(request) -> None:
    """Give back what was taken for an order, and no more than that."""
    amount = _amount(request)

    def covered(books: sqlite3.Connection) -> bool:
        charged, refunded = _sums(books, request["order"])
        if charged - refunded < amount:
            raise Refuse(409, "not-charged", f"Of this order {charged - refunded} are charged, not {amount}.")
        return True

    _booked(request, "refund", covered)


def charges(request) -> dict:
    """What the books say of an order."""
    with closing(_open()) as books:
        charged, refunded = _sums(books, request["order"])
        rows = books.execute(
            'select approved from bookings where "order" = ? and kind = ?', (request["order"], "charge")
        )
        approvals = [bool(approved) for (approved,) in rows]
    return {
        "approved": approvals.count(True),
        "declined": approvals.count(False),
        "charged": str(charged),
        "refunded": str(refunded),
    }


ROUTES = {"POST /charges": authorize, "POST /refunds": give_back, "GET /charges/{order}": charges}


def _booked(request, kind: str, decide) -> bool:
    """Decide and write it down, or answer what was decided when the same request came first."""
    key = request.headers.get("idempotency-key")
    if not key:
        raise Refuse(400, "key-missing", "Send an Idempotency-Key header.")
    asked = (kind, request["order"], str(request["amount"]))
    with closing(_open()) as books:
        books.execute("begin immediate")
        first = books.execute('select kind, "order", amount, approved from bookings where key = ?', (key,)).fetchone()
        if first and first[:3] != asked:
            raise Refuse(422, "key-reused", "This Idempotency-Key came with another request before.")
        approved = bool(first[3]) if first else decide(books)
        if not first:
            books.execute("insert into bookings values (?, ?, ?, ?, ?)", (key, *asked, approved))
        books.execute("commit")
    return approved


def _open() -> sqlite3.Connection:
    books = sqlite3.connect(BOOKS, isolation_level=None)
    books.execute(TABLE)
    return books


def _sums(books: sqlite3.Connection, order: str) -> tuple[Decimal, Decimal]:
    rows = books.execute('select kind, amount from bookings where "order" = ? and approved', (order,)).fetchall()
    charged = sum((Decimal(amount) for kind, amount in rows if kind == "charge"), Decimal())
    return charged, sum((Decimal(amount) for kind, amount in rows if kind == "refund"), Decimal())


def _amount(request) -> Decimal:
    try:
        return Decimal(str(request["amount"]))
    except (KeyError, InvalidOperation):
        raise Refuse(422, "validation", "amount is a decimal number.") from None
