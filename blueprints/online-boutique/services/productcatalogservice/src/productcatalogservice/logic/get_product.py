"""get_product"""

from productcatalogservice.domain import Product
from productcatalogservice.kit.problems import not_found
from productcatalogservice.products import PRODUCTS


async def get_product(*, product: str) -> Product:
    for one in PRODUCTS:
        if one.id == product:
            return one
    raise not_found("product")
