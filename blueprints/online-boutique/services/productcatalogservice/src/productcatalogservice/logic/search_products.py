"""search_products: those that have the words in their name or description"""

from productcatalogservice.domain import Product
from productcatalogservice.products import PRODUCTS


async def search_products(*, query: str) -> list[Product]:
    words = query.casefold()
    return [one for one in PRODUCTS if words in one.name.casefold() or words in one.description.casefold()]
