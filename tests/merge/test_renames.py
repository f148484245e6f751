"""Files under another name: told by the pack, or by the blueprint that renamed a service."""

from __future__ import annotations

from svcforge.merge.renames import moved

WORDS = {"orders": "sales", "order-lines": "sale-lines"}


def test_folders_and_files_are_called_as_their_service_is() -> None:
    base = ["src/orders/main.py", "src/clients/orders.py", "tests/orders.test.py", "src/reorders/a.py", "README.md"]
    new = ["src/sales/main.py", "src/clients/sales.py", "tests/sales.test.py", "src/reorders/a.py", "README.md"]
    assert moved(base, new, {}, WORDS) == {
        "src/sales/main.py": "src/orders/main.py",
        "src/clients/sales.py": "src/clients/orders.py",
        "tests/sales.test.py": "tests/orders.test.py",
    }


def test_what_a_pack_renames_is_renamed_whatever_the_service_is_called() -> None:
    declared = {"src/orders/app.py": "src/orders/main.py", "a.txt": "b.txt"}
    assert moved(["src/orders/app.py", "a.txt"], ["src/sales/main.py", "b.txt"], declared, WORDS) == {
        "src/sales/main.py": "src/orders/app.py",
        "b.txt": "a.txt",
    }


def test_what_is_still_made_or_was_made_before_is_not_renamed() -> None:
    assert moved(["orders/a", "sales/a"], ["sales/a"], {}, WORDS) == {}
    assert moved(["orders/a"], ["orders/a", "sales/a"], {}, WORDS) == {}
    assert moved(["orders/a"], ["other/a"], {}, WORDS) == {}
