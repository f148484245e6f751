"""list_products"""

from productcatalogservice.domain import Product
from productcatalogservice.products import PRODUCTS


async def list_products() -> list[Product]:
    return list(PRODUCTS)
