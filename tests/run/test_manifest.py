"""`run.json` is not trusted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcforge.errors import SvcforgeError
from svcforge.run import manifest
from svcforge.run.manifest import System


def system(**part: Any) -> dict[str, Any]:
    whole = {"name": "orders", "kind": "service", "folder": "orders", "port": 20000, "run": ["python"], "health": "/"}
    return {"version": 1, "system": "shop", "parts": [{**whole, **part}]}


def complaint(folder: Path, content: Any) -> str:
    (folder / "run.json").write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(SvcforgeError) as error:
        manifest.read(folder)
    assert error.value.exit_code == 2
    return error.value.message.removeprefix(f'"{folder}/run.json" ')


def test_what_may_be_left_out_has_an_empty_value(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps(system()))
    [part] = manifest.read(tmp_path).parts
    assert (part.after, part.tools, part.install, part.migrate, part.database, part.env, part.files) == (
        *((),) * 4,
        None,
        {},
        (),
    )


@pytest.mark.parametrize("folder", ["/etc", "../other", "a/../../b", "", "a\\b", "c:/x", "a\0b"])
def test_a_folder_outside_of_the_system_is_refused(tmp_path: Path, folder: str) -> None:
    said = complaint(tmp_path, system(folder=folder))
    assert said == "cannot be used: parts.0.folder: must be a path inside the system's own folder"


@pytest.mark.parametrize("files", [["../x"], ["/x"]])
def test_so_is_a_file_outside_of_it(tmp_path: Path, files: list[str]) -> None:
    assert "parts.0.files.0: must be a path inside" in complaint(tmp_path, system(files=files))


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "-x", "a b", "keys", "environments"])
def test_a_name_that_is_no_plain_folder_name_is_refused(tmp_path: Path, name: str) -> None:
    assert "cannot be used: parts.0.name: " in complaint(tmp_path, system(name=name))


@pytest.mark.parametrize("health", ["health", "/a b", "/a\r\nHost: x", "http://elsewhere/"])
def test_a_health_path_is_a_path(tmp_path: Path, health: str) -> None:
    assert "cannot be used: parts.0.health: " in complaint(tmp_path, system(health=health))


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = {**system(), "parts": system()["parts"] * 2}
    assert complaint(tmp_path, twice) == 'cannot be used: file: two parts are called "orders"'


def test_a_part_after_nobody_is_refused(tmp_path: Path) -> None:
    assert (
        complaint(tmp_path, system(after=["x"])) == 'cannot be used: file: "orders" starts after "x", which is no part'
    )


def test_another_version_is_named(tmp_path: Path) -> None:
    assert complaint(tmp_path, {**system(), "version": 2}) == "is of version 2, this svcforge reads version 1"


def test_a_drain_needs_a_port(tmp_path: Path) -> None:
    assert 'parts.0: "drain" needs an "admin" port' in complaint(tmp_path, system(drain={"post": "/a", "busy": "/b"}))


def test_a_missing_system_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(SvcforgeError) as error:
        manifest.read(tmp_path)
    assert (error.value.message, error.value.hint) == ("no generated system here", "run `svcforge generate` first")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.one_of(
        anything.map(json.dumps),
        st.text(),
        st.dictionaries(st.sampled_from(["version", "system", "parts"]), anything).map(json.dumps),
    )
)
def test_no_content_makes_reading_fail_otherwise_than_by_a_complaint(
    tmp_path_factory: pytest.TempPathFactory, content: str
) -> None:
    folder = tmp_path_factory.mktemp("system")
    (folder / "run.json").write_text(content, errors="surrogatepass")
    try:
        assert isinstance(manifest.read(folder), System)
    except SvcforgeError as error:
        complaint = error
    else:
        return
    assert complaint.hint
