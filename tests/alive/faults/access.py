"""Who may do what: tokens, scopes, callers."""

from __future__ import annotations

from tests.alive.faults.fault import Fault

ACCESS = (
    Fault(
        "scopes unchecked",
        "orders",
        "kit/auth.py",
        r"if missing := \[.*\]:",
        "if missing := list[str]():",
        "operations/test_get_order.py::test_is_guarded",
    ),
    Fault(
        "an operation without its scope",
        "orders",
        "api.py",
        r'user\("orders:write"\)',
        "user()",
        "operations/test_create_order.py::test_is_guarded",
    ),
    Fault(
        "one scope of several",
        "web",
        "api.py",
        '"orders:read", "users:read"',
        '"orders:read"',
        "endpoints/test_order_details.py::test_is_guarded",
    ),
    Fault(
        "token audience unchecked",
        "catalog",
        "kit/auth.py",
        r'options=\{"require"',
        'options={"verify_aud": False, "require"',
        "kit/test_auth.py::test_every_claim_is_checked",
    ),
    Fault(
        "signature unchecked",
        "users",
        "kit/auth.py",
        r'options=\{"require"',
        'options={"verify_signature": False, "require"',
        "kit/test_auth.py::test_another_key_signs_nothing",
    ),
    Fault(
        "an internal operation open to users",
        "inventory",
        "api.py",
        r'service\("inventory.reserve_items", "orders"\)',
        "user()",
        "operations/test_reserve_items.py::test_is_for_its_callers_only",
    ),
    Fault(
        "any service may call",
        "payments",
        "kit/auth.py",
        r"caller\.sub not in \{.*\} or ",
        "",
        "operations/test_charge.py::test_is_for_its_callers_only",
    ),
    Fault(
        "where with the token ignored",
        "orders",
        "operations.py",
        r"(Order\.id == id), Order\.customer == customer",
        r"\1",
        "operations/test_get_order.py::test_hides_what_has_another_customer",
    ),
    Fault(
        "a list of everybody's",
        "orders",
        "operations.py",
        r"select\(Order\)\.where\(Order\.customer == customer\)",
        "select(Order)",
        "operations/test_list_orders.py::test_hides_what_has_another_customer",
    ),
    Fault(
        "tokens that allow every operation",
        "orders",
        "kit/tokens.py",
        r'"scope": scope, "iat"',
        '"scope": "*", "iat"',
        "kit/test_tokens.py::test_name_the_service_and_one_operation_for_two_minutes",
    ),
    Fault(
        "the user's token where the service's own belongs",
        "orders",
        "kit/tokens.py",
        r"\(user_token\.get\(\) if forward else None\)",
        "user_token.get()",
        "kit/test_tokens.py::test_give_way_to_the_users_where_a_call_is_made_for_a_user",
    ),
    Fault(
        "a secret's file is not read",
        "users",
        "kit/environment.py",
        "if file is None or",
        "if True or",
        "kit/test_environment.py::test_a_secret_in_a_file_is_kept_out_of_sight",
    ),
)
