"""What a blueprint calls so that Python, its libraries or the generated code have the name already."""

from __future__ import annotations

import ast

import pydantic
from tests.packs.python import kitchen

from svcforge.load import load_text
from svcforge.packs.shelf import bundled
from svcforge.plan.plan import plan
from svcforge.render.unit import render

TAKEN = bundled().packs["stack", "python"].card.taken
SPEAKING = ("operations.py", "logic", "api.py", "clients")
"""The modules in which inputs are parameters."""


def modules(name: str) -> dict[str, str]:
    """The sources of every service and BFF of a system, by their paths in the output."""
    blueprint = load_text(kitchen.blueprint(name).read_text(encoding="utf-8")).blueprint
    assert blueprint is not None
    found = {}
    for unit in plan(blueprint, bundled().packs).units:
        for file in render(unit):
            if file.path.endswith(".py") and "/kit/" not in file.path:
                found[f"{unit.folder}/{file.path}"] = file.data.decode()
    return found


def words(name: str) -> set[str]:
    """Whatever a blueprint names."""
    text = kitchen.blueprint(name).read_text(encoding="utf-8")
    return set("".join(each if each.isalnum() or each == "_" else " " for each in text).split())


def test_every_name_that_functions_use_beside_the_blueprints_is_on_the_card() -> None:
    found = set()
    for path, source in modules("kitchen").items():
        inner = path.partition("/src/")[2].partition("/")[2].partition("/")[0]
        if inner not in SPEAKING:
            continue
        for function in ast.walk(ast.parse(source)):
            if isinstance(function, ast.AsyncFunctionDef):
                inside = [node for statement in function.body for node in ast.walk(statement)]
                found |= {node.id for node in inside if isinstance(node, ast.Name)}
                found |= {each.arg for each in function.args.posonlyargs + function.args.args}
    made = {name for name in found if name.endswith("_part") or name.startswith("ask_")}
    # What others are called, rows and events in variables of their own, and what hides nothing that is used after it.
    others = {
        "every_type",
        "menu_board",
        "bank_api",
        "cursor",
        "thing_added",
        "thing_changed",
        "dish_cooked",
        "row",
        "line",
        "total",
    }
    plain = {name for name in found if name == name.lower()}
    assert plain - words("kitchen") - set(TAKEN.fields) - made - others == set()


def test_every_attribute_of_a_model_and_of_a_row_is_on_the_card() -> None:
    models = {name for name in dir(pydantic.BaseModel) if not name.startswith("_")}
    rows = {"metadata", "registry"}
    assert (models | rows) - set(TAKEN.fields) == set()


def test_a_word_that_is_taken_ends_in_an_underscore_which_is_not_on_the_wire() -> None:
    found = modules("awkward")
    domain = found["services/json/src/json_/domain.py"]
    assert 'key_: Mapped[bytes] = mapped_column("key", unique=True)' in domain
    assert "date: Mapped[Date]" in domain
    assert (
        'sa.Column("key", sa.LargeBinary(), nullable=False)'
        in found["services/json/migrations/versions/0001_initial.py"]
    )
    assert 'key_: Annotated[Int | None, Query(alias="key")] = None' in found["services/json/src/json_/api.py"]


def test_a_setting_that_means_something_else_already_is_read_from_another_variable() -> None:
    settings = modules("awkward")["services/json/src/json_/settings.py"]
    for line in ("json_port: int = 3", 'json_path: str = "x"', 'list_: str = "y"', 'json_http_url: str = "u"'):
        assert line.replace("int", "Int") in settings


def test_an_event_an_operation_and_an_entity_of_one_name_are_three_classes() -> None:
    operations = modules("awkward")["services/http/src/http_/operations.py"]
    assert "from http_.domain import Item, ItemKind, List" in operations
    assert "from http_.events import ItemEvent" in operations
    assert "class ItemRequest(Model)" not in operations


def test_a_call_is_known_to_the_other_service_by_its_own_name() -> None:
    client = modules("awkward")["services/caller/src/caller/clients/http_.py"]
    assert 'Operation(remote, "close", "GET"' in client
    assert "async def close_(self" in client
