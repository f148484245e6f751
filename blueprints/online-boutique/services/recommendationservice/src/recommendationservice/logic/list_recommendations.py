"""list_recommendations: a few of the other products, by chance"""

import random

from recommendationservice.clients import Clients

AT_MOST = 5


async def list_recommendations(clients: Clients, *, user: str, products: list[str]) -> list[str]:
    """May call clients.productcatalogservice.list_products."""
    others = [one.id for one in await clients.productcatalogservice.list_products() if one.id not in products]
    return random.sample(others, min(AT_MOST, len(others)))
