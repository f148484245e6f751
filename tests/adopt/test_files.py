"""What is read of files and folders, and what is listed instead."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from tests.adopt.importing import Folder

from svcforge.errors import SvcforgeError
from svcforge.pipeline.importing import imported

COMPOSE = "services: {orders: {build: .}}\n"
WHY = "not read: no kind of source that svcforge knows"


def test_files_that_are_no_sources_are_listed_once_a_folder(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "config").mkdir()
    for number in range(8):
        (tmp_path / "config" / f"{number}.yml").write_text("a: 1\n")
    assert Folder(tmp_path).imported().notes == (
        f"a.json:1: {WHY}",
        f'config/0.yml:1: {WHY}; nor are "1.yml", "2.yml", "3.yml", "4.yml", "5.yml", 2 more beside it',
    )


def test_documents_that_say_nothing_are_listed_beside_those_that_do(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n---\n\n---\nfoo: bar\n")
    assert Folder(tmp_path).imported().notes == (f"x.yaml:8: {WHY}",)


def test_what_is_broken_is_listed_with_its_line_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE + "x-more: [\n")
    (tmp_path / "good.yaml").write_text("services: {stock: {build: .}, bad: word}\n")
    (tmp_path / "latin.yaml").write_bytes(b"services: {caf\xe9: {}}")
    found = Folder(tmp_path).imported()
    assert [note.split(": ")[0] for note in found.notes] == ["compose.yaml:3", "good.yaml:1", "latin.yaml:1"]
    assert list(Folder(tmp_path).blueprint().services) == ["stock"]


def test_tags_that_take_something_back_are_told(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  orders:\n    build: .\n    ports: !reset []\n")
    assert Folder(tmp_path).imported().notes == (
        'compose.yaml:4: not read: "!reset"; what stood there before is still there',
    )


def test_a_pipe_is_a_source(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(COMPOSE))
    writer.start()
    assert "orders:" in imported([str(pipe)]).text
    writer.join()


def test_a_link_in_a_circle_and_a_folder_in_itself_end(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "round.yaml").symlink_to("round.yaml")
    (tmp_path / "again").symlink_to(tmp_path)
    assert Folder(tmp_path).imported().notes == ("round.yaml:1: not read: there is no such file",)


@pytest.mark.parametrize("name", ["\0", "x" * 5000, "", "gone"])
def test_a_name_that_nothing_has_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(SvcforgeError):
        imported([f"{tmp_path}/gone{name}"])


def test_names_in_any_script_are_kept_beside_the_name_in_the_language(tmp_path: Path) -> None:
    text = 'services: {Bestellungen-für-Ä: {build: ., environment: {X_URL: "http://注文"}}, 注文: {build: .}}\n'
    (tmp_path / "compose.yaml").write_text(text, encoding="utf-8")
    services = Folder(tmp_path).blueprint().services
    assert [(name, service.aka) for name, service in services.items()] == [
        ("bestellungen-fur-a", ("Bestellungen-für-Ä",)),
        ("service", ("注文",)),
    ]


def test_a_source_may_be_named_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "compose.yaml").write_text("include: [part/compose.yaml]\nservices: {stock: {build: .}}\n")
    monkeypatch.chdir(tmp_path)
    folders = [imported([name]) for name in (str(tmp_path), ".", "./part/..")]
    files = [imported([name]) for name in (str(tmp_path / "compose.yaml"), "compose.yaml", "part/../compose.yaml")]
    for found in (*folders, *files):
        assert ("orders:" in found.text, "stock:" in found.text, found.notes) == (True, True, ())
