"""Packs as data: the card, the folder it lies in, the shelf they stand on, and what is to be made from them."""
