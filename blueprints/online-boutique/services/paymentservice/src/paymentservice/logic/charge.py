"""charge: looks whether the card could be one, and takes no money"""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from paymentservice.domain import CardInfo, Money
from paymentservice.kit.problems import Problem
from paymentservice.kit.work import Work
from paymentservice.schemas import ChargeAnswer

ACCEPTED = {"4": "Visa", "5": "Mastercard"}
"""By the first digit."""


async def charge(work: Work, *, amount: Money, card: CardInfo) -> ChargeAnswer:
    if not _valid(card.number):
        raise Problem(402, "card-invalid", "The number is no card's.")
    if card.number[0] not in ACCEPTED:
        raise Problem(402, "card-not-accepted", f"Only {' and '.join(ACCEPTED.values())} are accepted.")
    today = datetime.now(UTC)
    if (card.expiration_year, card.expiration_month) < (today.year, today.month):
        raise Problem(402, "card-expired", f"It expired in {card.expiration_month}/{card.expiration_year}.")

    async def pay(session: AsyncSession) -> ChargeAnswer:
        return ChargeAnswer(transaction=uuid4())

    return await work.commit(pay)


def _valid(number: str) -> bool:
    """Whether the last digit is the one that Luhn's formula asks for (ISO/IEC 7812-1)."""
    if not number.isascii() or not number.isdigit():
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
