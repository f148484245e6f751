"""What is sold."""

from decimal import Decimal

from productcatalogservice.domain import Money, Product


def _product(id: str, name: str, description: str, dollars: str, *categories: str) -> Product:
    return Product(
        id=id,
        name=name,
        description=description,
        picture=f"/pictures/{id}.jpg",
        price=Money(currency="USD", amount=Decimal(dollars)),
        categories=list(categories),
    )


PRODUCTS = (
    _product("teapot", "Teapot", "Pours without a drop beside the cup.", "34.50", "kitchen"),
    _product("bread-board", "Bread board", "Oak, with a groove for the crumbs.", "21.00", "kitchen"),
    _product("rain-coat", "Rain coat", "Keeps dry on a bicycle too.", "89.00", "clothing"),
    _product("wool-scarf", "Wool scarf", "Two metres, in four colours.", "27.90", "clothing", "accessories"),
    _product("desk-lamp", "Desk lamp", "A warm light on a long arm.", "45.00", "home"),
    _product("wall-clock", "Wall clock", "Does not tick.", "31.20", "home"),
    _product("travel-mug", "Travel mug", "Hot for six hours.", "18.75", "kitchen", "accessories"),
    _product("note-book", "Notebook", "Two hundred pages that lie flat.", "9.90", "accessories"),
)
