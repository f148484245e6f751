"""get_ads: those for the words, or any two"""

import random

from adservice.domain import Ad

ADS = {
    "clothing": [Ad(redirect_url="/product/rain-coat", text="Rain coats: it will rain.")],
    "accessories": [Ad(redirect_url="/product/travel-mug", text="Travel mugs: still hot when you arrive.")],
    "home": [Ad(redirect_url="/product/desk-lamp", text="Desk lamps: read on.")],
    "kitchen": [
        Ad(redirect_url="/product/teapot", text="Teapots: time for a cup."),
        Ad(redirect_url="/product/bread-board", text="Bread boards: no crumbs."),
    ],
}


async def get_ads(*, words: list[str]) -> list[Ad]:
    found = [ad for word in words for ad in ADS.get(word, [])]
    return found or random.sample([ad for ads in ADS.values() for ad in ads], 2)
