"""get_supported_currencies"""

from currencyservice.rates import RATES


async def get_supported_currencies() -> list[str]:
    return list(RATES)
