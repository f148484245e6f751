"""convert: over the euro, rounded to cents"""

from decimal import Decimal

from currencyservice.domain import Money
from currencyservice.kit.problems import Problem
from currencyservice.rates import RATES

CENT = Decimal("0.01")


async def convert(*, money: Money, to: str) -> Money:
    for currency in (money.currency, to):
        if currency not in RATES:
            raise Problem(409, "unknown-currency", f"There is no rate for {currency}.")
    amount = money.amount / RATES[money.currency] * RATES[to]
    return Money(currency=to, amount=amount.quantize(CENT))
