"""A database that holds rows follows its blueprint: nothing that was stored is lost, and the new code reads and writes it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.alive.repositories import CHECKS, outcome
from tests.driving import CommandFailed, System
from tests.servers import ServerMissing, skip_without
from tests.servers.postgres import postgres

BLUEPRINT = """\
svcforge: 1
system: small
defaults: {{stack: python, api_version: v1}}
contexts:
  shop:
    services:
      notes:
        owns: {{{entities}}}
        values: {{{values}}}
        operations:
          add_note: {{http: POST /notes, creates: Note, public: a test}}
          list_notes: {{http: GET /notes, lists: Note, filter: [{filter}], public: a test}}
"""
FIRST = (
    "Note: {title: text, code: unique text, price: decimal, data: bytes, state: open | done = open, old: text}",
    "title",
)
DEPRECATED = (
    "Note: {name: {type: text, was: title}, number: {type: unique text, was: code}, price: decimal,"
    " data: optional bytes, state: open | done | lost = open, stars: int = 3, exact: decimal = 0.10,"
    " flag: bool = true, tags: [text], old: {type: text, deprecated: nobody reads it}}, Tag: {word: unique text}",
    "name",
)
DROPPED = (DEPRECATED[0].replace(", old: {type: text, deprecated: nobody reads it}", ""), "name")
UNIQUE = (
    DROPPED[0]
    .replace("price: decimal", "price: unique decimal")
    .replace("exact: decimal", "worth: date, exact: decimal"),
    "name",
)

KEEPING = ("Note: {title: text, price: Money, prices: [Money]}", "title")
MONEY = "Money: {amount: decimal 0.., currency: eur | usd}"
GROWN = "Money: {amount: decimal, currency: eur | usd | gbp, memo: optional text, unit: text = one, tags: [text]}"
"""A value object that is kept as a document, and what may be made of it under the rows."""

OWN = """\
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{down}"
settles = {settles}


def upgrade():
    {body}
"""

ROWS = """\
import asyncio, json, sys
from notes.domain import *
from notes.kit.database import Database
from tests.stored import kept, store
from decimal import Decimal
from uuid import UUID

async def main():
    database = Database(sys.argv[1])
    for row in eval(sys.argv[2]):
        await store(database, Note(**row))
    print(json.dumps(sorted(await kept(database, Note), key=lambda row: row["id"])))
    await database.close()

asyncio.run(main())
"""


@pytest.fixture
def server() -> Iterator[str]:
    """An empty database of its own."""
    try:
        with postgres() as url:
            yield url
    except ServerMissing as missing:
        skip_without(missing)


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    return f"sqlite:///{tmp_path / 'notes.db'}" if request.param == "SQLite" else request.getfixturevalue("server")


@dataclass
class Notes:
    """The service, its blueprint in hand and its database beside it."""

    root: Path
    url: str
    programs: Path

    @property
    def service(self) -> Path:
        return self.root / "services/notes"

    def become(self, entities: tuple[str, str], values: str = "") -> None:
        """Generate it from another blueprint."""
        text = BLUEPRINT.format(entities=entities[0], filter=entities[1], values=values)
        (self.root / "blueprint.yaml").write_text(text)
        System(self.root).run("generate")

    def python(self, *words: str) -> str:
        variables = {"PATH": os.environ["PATH"], "DATABASE_URL": self.url, "PYTHONPATH": f"{self.service}/src"}
        found = outcome(("python", *words), self.service, variables, self.programs)
        assert found.code == 0, found.text
        return found.text

    def migrate(self) -> None:
        self.python("-m", "notes.migrate")

    def rows(self, *new: str) -> list[dict[str, Any]]:
        """All rows as the model of today has them, after it has stored some more (each the text of a dict)."""
        found: list[dict[str, Any]] = json.loads(self.python("-c", ROWS, self.url, f"[{', '.join(new)}]"))
        return [{k: v for k, v in row.items() if k not in ("created_at", "updated_at")} for row in found]

    def own(self, revision: str, down: str, body: str, settles: tuple[str, ...] = ()) -> None:
        """A migration that the user writes."""
        text = OWN.format(revision=revision, down=down, body=body, settles=list(settles))
        (self.service / "migrations/versions" / f"{revision}.py").write_text(text)


def numbered(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012}"


def test_rows_outlive_every_change_of_their_blueprint(tmp_path: Path, url: str, programs: Path) -> None:
    notes = Notes(tmp_path / "system", url, programs)
    notes.root.mkdir()
    notes.become(FIRST)
    notes.migrate()
    first = [
        f"dict(id=UUID({numbered(n)!r}), title='t{n}', code='c{n}', price=Decimal({price!r}), data=b'\\x00\\xff', old='o')"
        for n, price in ((1, "10.10"), (2, "9.0000000000000000000000001"))
    ]
    stored = notes.rows(*first)
    assert [(row["title"], row["price"], row["data"]) for row in stored] == [
        ("t1", "10.10", "AP8="),
        ("t2", "9.0000000000000000000000001", "AP8="),
    ]

    # The user's own stands between ours; it is followed, and applied though ours are all there already.
    notes.own("mine", "0001", "op.execute(\"update notes set state = 'done' where code = 'c2'\")")
    notes.migrate()
    assert [row["state"] for row in notes.rows()] == ["open", "done"]
    notes.become(DEPRECATED)
    assert 'down_revision = "mine"' in (notes.service / "migrations/versions/0002_change.py").read_text()
    notes.migrate()
    added = {"stars": 3, "exact": "0.10", "flag": True, "tags": []}
    expected = [
        {"id": row["id"], "name": row["title"], "number": row["code"], "price": row["price"], "data": "AP8="}
        | {"state": state, **added, "old": "o"}
        for row, state in zip(stored, ("open", "done"), strict=True)
    ]
    assert notes.rows() == expected
    third = f"dict(id=UUID({numbered(3)!r}), name='t3', number='c3', price=Decimal('1E+2'), data=None, state='lost')"
    [*kept, new] = notes.rows(third)
    assert kept == expected
    assert (new["state"], new["data"], new["old"]) == ("lost", None, None)

    notes.become(DROPPED)
    notes.migrate()
    for row in (*expected, new):
        del row["old"]
    assert notes.rows() == [*expected, new]

    # What svcforge does not do by itself one settles in a migration of one's own.
    with pytest.raises(CommandFailed, match="SF024") as refused:
        notes.become(UNIQUE)
    assert 'settles = ["Note.price"]' in " ".join(str(refused.value).split())
    notes.own(
        "price", "0003",
        "with op.batch_alter_table('notes', reflect_kwargs=AS_THEY_ARE) as batch:\n"
        "        batch.create_unique_constraint('uq_notes_price', ['price'])\n"
        "        batch.add_column(sa.Column('worth', sa.Date(), nullable=False, server_default='2020-02-02'))",
        ("Note.price", "Note.worth"),
    )  # fmt: skip
    path = notes.service / "migrations/versions/price.py"
    path.write_text(path.read_text().replace("import op\n", "import op\n\nfrom notes.kit.columns import AS_THEY_ARE\n"))
    notes.become(UNIQUE)
    assert 'down_revision = "price"' in (notes.service / "migrations/versions/0004_change.py").read_text()
    notes.migrate()
    assert notes.rows() == [row | {"worth": "2020-02-02"} for row in (*expected, new)]
    System(notes.root).run("generate", "--check")

    # What stands in the database is what the code thinks, and the repository is as clean as ever.
    variables = {"PATH": os.environ["PATH"], **({} if "sqlite" in url else {"TEST_DATABASE_URL": url})}
    for command in CHECKS:
        if command[0] in ("ruff", "pytest"):
            files = ("tests/test_migrations.py",) if command[0] == "pytest" else ("src", "tests", *sorted(
                str(p.relative_to(notes.service)) for p in notes.service.glob("migrations/versions/0*.py")))  # fmt: skip
            found = outcome((*command, *files), notes.service, variables, programs)
            assert found.code == 0, found.text


def test_documents_in_rows_are_read_as_their_value_object_grows(tmp_path: Path, url: str, programs: Path) -> None:
    notes = Notes(tmp_path / "system", url, programs)
    notes.root.mkdir()
    notes.become(KEEPING, MONEY)
    notes.migrate()
    price = "Money(amount='1.50', currency='usd')"
    [stored] = notes.rows(f"dict(id=UUID({numbered(1)!r}), title='t', price={price}, prices=[{price}])")
    assert stored["price"] == {"amount": "1.50", "currency": "usd"}

    notes.become(KEEPING, GROWN)
    assert [path.name for path in (notes.service / "migrations/versions").glob("0*.py")] == ["0001_initial.py"]
    notes.migrate()
    grown = {"amount": "1.50", "currency": "usd", "memo": None, "unit": "one", "tags": []}
    new = "Money(amount='-1', currency='gbp', memo='m', unit='two', tags=['x'])"
    told = {"amount": "-1", "currency": "gbp", "memo": "m", "unit": "two", "tags": ["x"]}
    kept = notes.rows(f"dict(id=UUID({numbered(2)!r}), title='t', price={new}, prices=[])")
    assert [(row["price"], row["prices"]) for row in kept] == [(grown, [grown]), (told, [])]

    for narrowed in (GROWN.replace("decimal", "decimal 0.."), GROWN.replace("optional text", "text"), MONEY):
        with pytest.raises(CommandFailed, match="SF024"):
            notes.become(KEEPING, narrowed)
