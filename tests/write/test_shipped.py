"""What a service has shipped: its models, and which migrations, the user's own included, nothing follows yet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.model.written import written

from svcforge.errors import SvcforgeError
from svcforge.plan.migrations import history, migrations, schema
from svcforge.write.manifest import Header, Manifest, manifest_text
from svcforge.write.shipped import shipped_models

SERVICE = "services/notes"
BLUEPRINT = written("notes: {owns: {Note: {text: text}}}")


def table(*columns: str) -> dict[str, object]:
    made = [
        {"name": c, "type": {"kind": "text", "of": None}, "nullable": True, "primary": False, "has_default": False,
         "default": None, "deprecated": False}
        for c in columns
    ]  # fmt: skip
    return {"kind": "entity", "name": "Note", "columns": made, "unique": [], "indexes": []}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A service whose first migration is shipped."""
    versions = tmp_path / SERVICE / "migrations/versions"
    versions.mkdir(parents=True)
    first = history((), {"tables": {"notes": table("text")}, "kit": []}, {})
    (tmp_path / SERVICE / "migrations/schema.json").write_text(json.dumps(schema(first)))
    (versions / "0001_initial.py").write_text('revision = "0001"\ndown_revision = None\n')
    return tmp_path


def own(out: Path, name: str, text: str) -> None:
    (out / SERVICE / "migrations/versions" / name).write_text(text)


def changed(out: Path) -> list[dict[str, object]]:
    """The history of the service once it has another column."""
    return history(
        shipped_models(out, BLUEPRINT.services.values())["notes"],
        {"tables": {"notes": table("text", "title")}, "kit": []},
        {},
    )


def test_the_next_migration_follows_the_last_of_ours(out: Path) -> None:
    models = changed(out)
    assert [(m["number"], m["down"]) for m in migrations(models)] == [("0001", None), ("0002", "0001")]
    assert "heads" not in json.dumps(models)
    assert "after" not in json.dumps(models)


@pytest.mark.parametrize(
    "text",
    [
        'revision = "mine"\ndown_revision = "0001"\n',
        "revision: str = 'mine'\ndown_revision: Union[str, None] = '0001'\n",
    ],
)
def test_a_migration_of_the_users_is_followed_and_that_is_remembered(out: Path, text: str) -> None:
    own(out, "mine.py", text)
    models = changed(out)
    assert [(m["number"], m["down"]) for m in migrations(models)] == [("0001", None), ("0002", "mine")]
    # Afterwards nothing changes, whatever the user adds.
    (out / SERVICE / "migrations/schema.json").write_text(json.dumps(schema(models)))
    own(out, "0002_change.py", 'revision = "0002"\ndown_revision = "mine"\n')
    own(out, "later.py", 'revision = "later"\ndown_revision = "0002"\n')
    again = changed(out)
    assert again == models
    assert [m["down"] for m in migrations(again)] == [None, "mine"]


def test_a_migration_that_joins_two_is_followed_as_one(out: Path) -> None:
    own(out, "a.py", 'revision = "a"\ndown_revision = "0001"\n')
    own(out, "b.py", 'revision = "b"\ndown_revision = "0001"\n')
    with pytest.raises(SvcforgeError, match="two migrations stand at the end: a and b") as caught:
        changed(out)
    assert caught.value.hint == "join them first: alembic merge heads"
    own(out, "c.py", 'revision = "c"\ndown_revision = ("a", "b")\n')
    assert [m["down"] for m in migrations(changed(out))] == [None, "c"]


def test_without_the_files_ours_follow_ours(out: Path) -> None:
    for file in (out / SERVICE / "migrations/versions").iterdir():
        file.unlink()
    assert [m["down"] for m in migrations(changed(out))] == [None, "0001"]


def test_what_a_migration_of_the_users_settles_is_left_to_it_once(out: Path) -> None:
    def of(*columns: str) -> list[dict[str, object]]:
        models = shipped_models(out, BLUEPRINT.services.values())["notes"]
        return history(models, {"tables": {"notes": table(*columns)}, "kit": []}, {})

    own(out, "mine.py", 'revision = "mine"\ndown_revision = "0001"\nsettles = ["Note.text", "Note.never"]\n')
    models = of("title")
    last = migrations(models)[-1]
    assert [(s["do"], s["column"]["name"]) for s in last["steps"]] == [("add_column", "title")]
    assert models[-1]["settled"] == ["Note.text"]
    (out / SERVICE / "migrations/schema.json").write_text(json.dumps(schema(models)))
    own(out, "0002_change.py", 'revision = "0002"\ndown_revision = "mine"\n')
    assert of("title") == models
    # Said of what came before ours, it says nothing of what comes after.
    found = shipped_models(out, BLUEPRINT.services.values())["notes"]
    assert found[-1]["following"] == []


def test_a_change_that_is_settled_whole_is_a_migration_with_nothing_to_do(out: Path) -> None:
    own(out, "mine.py", 'revision = "mine"\ndown_revision = "0001"\nsettles: list[str] = [\n    "Note.text",\n]\n')
    models = history(
        shipped_models(out, BLUEPRINT.services.values())["notes"], {"tables": {"notes": table()}, "kit": []}, {}
    )
    assert [(m["number"], m["down"], m["steps"]) for m in migrations(models)][1:] == [("0002", "mine", [])]


def test_what_ours_have_made_and_the_record_does_not_say_yet_is_made_again_as_it_is(out: Path) -> None:
    """While a conflict about the record waits, the migration that it would tell of is there already."""
    own(out, "0002_change.py", 'revision = "0002"\ndown_revision = "0001"\n')
    own(out, "mine.py", 'revision = "mine"\ndown_revision = "0002"\n')
    assert [(m["number"], m["down"]) for m in migrations(changed(out))] == [("0001", None), ("0002", "0001")]


def test_without_the_record_no_migration_is_made_anew(out: Path) -> None:
    record = out / SERVICE / "migrations/schema.json"
    record.unlink()
    with pytest.raises(SvcforgeError) as caught:
        shipped_models(out, BLUEPRINT.services.values())
    assert caught.value.message == f'there are migrations, but no "{SERVICE}/migrations/schema.json"'
    (out / SERVICE / "migrations/versions/0001_initial.py").unlink()
    own(out, "mine.py", 'revision = "mine"\ndown_revision = None\n')
    assert shipped_models(out, BLUEPRINT.services.values()) == {}


def test_what_an_ejected_service_has_shipped_is_its_own_affair(out: Path) -> None:
    (out / SERVICE / "migrations/schema.json").write_text("changed by hand")
    state = out / SERVICE / ".svcforge"
    state.mkdir()
    (state / "manifest.json").write_bytes(manifest_text(Manifest(Header("notes", (), None, ejected=True))))
    assert shipped_models(out, BLUEPRINT.services.values()) == {}
    (state / "manifest.json").write_bytes(manifest_text(Manifest(Header("notes", (), None))))
    with pytest.raises(SvcforgeError, match="is not what svcforge wrote"):
        shipped_models(out, BLUEPRINT.services.values())
