"""How much of each currency is one euro."""

from decimal import Decimal

RATES = {
    "CAD": Decimal("1.62"),
    "EUR": Decimal(1),
    "GBP": Decimal("0.87"),
    "JPY": Decimal("178.40"),
    "TRY": Decimal("48.90"),
    "USD": Decimal("1.16"),
}
