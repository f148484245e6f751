"""`svcforge import`: to standard output or a new file, what is not sure to standard error."""

from __future__ import annotations

from pathlib import Path

import pytest

from svcforge.cli.app import run

COMPOSE = "services: {orders: {build: ., environment: {STOCK_URL: 'http://stock', GONE_ADDR: 'gone:80'}}, stock: {build: .}}\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "compose.yaml"
    file.write_text(COMPOSE)
    return file


def test_the_blueprint_goes_to_standard_output_and_what_is_not_sure_to_standard_error(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["import", str(source)]) == 0
    out, err = capsys.readouterr()
    assert '- {to: stock, url: "http://stock", discovery: dns}  # compose.yaml:1 STOCK_URL' in out
    assert err == 'compose.yaml:1 GONE_ADDR: "gone" is named, and no part of the sources has that name\n'
    assert out.endswith(f"# What could not be read, or is not sure:\n# - {err}")


def test_what_is_imported_can_be_linted(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = source.with_name("blueprint.yaml")
    assert run(["import", str(source), "-o", str(target)]) == 0
    assert capsys.readouterr().out == f"created {target}\n"
    assert run(["lint", str(target), "--select", "SF301", "--format", "concise"]) == 1
    assert '"orders" calls "stock" without a timeout' in capsys.readouterr().out


def test_a_file_that_is_there_is_never_written_over(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", str(source), "-o", str(source)]) == 2
    assert source.read_text() == COMPOSE
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("gone.yaml", None, 'there is no "'),
        ("x.yaml", b"a: 1\n", "says what a system is made of"),
        ("x.yaml", b"a: [\n", "says what a system is made of"),
        ("x.yaml", b"\xff\xfe\x00", "says what a system is made of"),
        ("x.json", b"", "says what a system is made of"),
        ("empty", b"", "says what a system is made of"),
    ],
)
def test_a_source_that_says_nothing_is_an_error_with_a_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None, says: str
) -> None:
    file = tmp_path / name
    if name == "empty":
        file.mkdir()
    elif content is not None:
        file.write_bytes(content)
    assert run(["import", str(file)]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert "help: " in err


def test_without_a_source_there_is_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import"]) == 2
    assert "SOURCE" in capsys.readouterr().err


def test_a_byte_order_mark_and_windows_line_ends_are_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_bytes(b"\xef\xbb\xbf" + COMPOSE.replace("{orders", "\r\n  {orders").encode())
    assert run(["import", str(tmp_path), "-o", str(tmp_path / "b.yml")]) == 0
