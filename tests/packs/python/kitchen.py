"""Systems to try the Python stack with: one of everything that it claims, one whose names are awkward.

The kitchen comes with logic for what is left to its user.
"""

from __future__ import annotations

from pathlib import Path

from tests.driving import System

SYSTEMS = ("kitchen", "awkward")

ECHO = 'return WithQueryAnswer(**{name: value for name, value in locals().items() if name != "work"})'
DEARER = """from sqlalchemy import select

    from menu_board.domain import Line

    async with work.read() as session:
        return list(await session.scalars(select(Line.id).where(Line.present_, Line.exact >= least)))"""
CHARGED = """best = await clients.bank_api.best()
    return Money(amount=money.amount + best.amount, currency=money.currency)"""
QUOTED = """rates = await clients.bank_api.rates(on=on, currencies=currencies)
    best, seats = await clients.bank_api.best(), await clients.tables.free_seats()
    return QuoteAnswer.model_validate({"rates": rates, "best": best.model_dump(), "seats": seats})"""

LOGIC = {
    "every-type/all_names": 'return [Place(street="Main Street")]',
    "every-type/change_thing": "return None",
    "every-type/drop_thing": "return None",
    "every-type/nothing_at_all": "return None",
    "every-type/with_body": CHARGED,
    "every-type/with_query": ECHO,
    "listener/note_asked": "await clients.the_cook.taste(amount=3, sauce=sauce)",
    "menu-board/best_lines": DEARER,
    "plain-sums/add": "return AddAnswer(sum=sum(numbers))",
    "plain-sums/twice": "return 2 * n + await clients.tables.free_seats()",
    "plain-sums/twice_v2": "return TwiceV2Answer(product=times * n)",
    "tables/check_kind": 'return CheckKindAnswer(fine=name != "nobody", why=name)',
    "tables/clear_table": "return None",
    "tables/free_seats": "return 7",
    "tables/lay_table": "return LayTableAnswer(laid=True, table=None, cost=2.5)",
    "tables/seat_dinner": "return None",
    "the-cook/order_dish": 'dish.name = dish.name.lower() if seats < 8 else "nobody"',
    "the-cook/quote": QUOTED,
    "the-cook/taste": 'return TasteAnswer(nice=amount > 0 and sauce == "mild", note=sauce)',
}
"""The body of each function that is the user's to write, by service and operation."""

SETTINGS = {"LIMIT": "3", "PASSWORD": "a secret"}
"""What the cook reads from its environment and has no default."""


def blueprint(name: str) -> Path:
    """The blueprint of one of the systems."""
    return Path(__file__).with_name(f"{name}.yaml")


def generated(root: Path, name: str = "kitchen") -> Path:
    """A system in a folder, as it is before anybody wrote a line."""
    (root / "blueprint.yaml").write_text(blueprint(name).read_text(encoding="utf-8"), encoding="utf-8")
    System(root).run("generate")
    return root


def written(root: Path) -> Path:
    """The kitchen with its logic."""
    for at, body in LOGIC.items():
        service, operation = at.split("/")
        [file] = (root / "services" / service).glob(f"src/*/logic/{operation}.py")
        text = file.read_text(encoding="utf-8")
        hole = f'raise NotWritten("{operation}")'
        assert hole in text
        file.write_text(text.replace(hole, body), encoding="utf-8")
    return root
