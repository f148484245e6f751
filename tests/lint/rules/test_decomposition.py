"""SF801 to SF807: too small, too large, cut by layers, drawn twice, of many kinds, and whose."""

from __future__ import annotations

import pytest
from tests.lint.judging import findings, messages, places, system

FOUR = dict.fromkeys("pqrs", "{operations: {x1: {}, x2: {}, x3: {}}}")
"""Services that are neither small nor large."""


def among(body: str, others: dict[str, str] = FOUR, more: str = "", tail: str = "") -> str:
    return system({"a": f"{{{body}}}", **others}, more) + tail


def test_a_small_service_with_one_caller_is_a_nanoservice() -> None:
    caller = FOUR | {"p": "{calls: [a], operations: {x1: {}}, events: {E: {x: uuid}}}"}
    assert messages(among("operations: {go: {}}", caller), "SF801") == [
        'info "a" has 1 operation and is called by "p": is it worth a service?'
    ]
    assert messages(among("operations: {go: {}, do_it: {}}"), "SF801") == [
        'info "a" has 2 operations and is called by no other service: is it worth a service?'
    ]


@pytest.mark.parametrize(
    "body",
    [
        "operations: {go: {}, do_it: {}, be: {}}",
        "calls: [p]",
        "owns: {T: {x: int}, U: {x: int}}, operations: {go: {}}",
        "events: {E: {x: uuid}}, operations: {go: {}}",
        "operations: {go: {}}, subscribes: [p]",
        "operations: {go: {}}, copies: {T: {q.Q: {}}}",
        "operations: {go: {calls: [bank.pay]}}",
        "operations: {go: {schedule: daily 03:00}}",
        "role: adapter, operations: {go: {}}",
    ],
)
def test_a_service_with_reasons_of_its_own_is_none(body: str) -> None:
    others = FOUR | {"q": "{events: {Q: {x: uuid}}, operations: {x1: {}}}"}
    bank = "externals: {bank: {operations: {pay: {http: POST /pay}}}}\n"
    assert messages(among(body, others, bank), "SF801") == []


def test_a_step_of_a_saga_and_small_systems_are_none() -> None:
    tail = "sagas: {s: {starts: p.x1, steps: [a.go]}}\n"
    assert messages(among("operations: {go: {}}", tail=tail), "SF801") == []
    three = {name: FOUR[name] for name in "pqr"}
    assert messages(among("operations: {go: {}}", three), "SF801") == []


def test_a_small_service_with_two_callers_is_shared_unless_its_share_is_tiny() -> None:
    two = FOUR | dict.fromkeys("pq", "{calls: [a], operations: {x1: {}, x2: {}, x3: {}}}")
    assert messages(among("operations: {go: {}}", two), "SF801") == []
    many = two | {"r": f"{{operations: {{{', '.join(f'x{i}: {{}}' for i in range(40))}}}}}"}
    assert len(findings(among("operations: {go: {}}", many), "SF801")) == 1


def large(operations: int, entities: int, others: int = 4) -> str:
    owned = ", ".join(f"T{i}: {{x: int}}" for i in range(entities))
    offered = ", ".join(f"o{i}: {{}}" for i in range(operations))
    rest = {f"s{i}": "{operations: {x1: {}, x2: {}}}" for i in range(others)}
    return among(f"owns: {{{owned}}}, operations: {{{offered}}}", rest)


@pytest.mark.parametrize(
    ("operations", "entities", "others", "found"),
    [
        (12, 6, 4, 1),
        (12, 5, 4, 0),
        (2, 6, 4, 0),
        (12, 6, 3, 0),
        (5, 6, 4, 1),
        (4, 6, 4, 0),
        (5, 6, 9, 1),
        (5, 6, 12, 0),
    ],
)
def test_a_large_share_of_operations_on_many_entities_is_a_megaservice(
    operations: int, entities: int, others: int, found: int
) -> None:
    assert len(findings(large(operations, entities, others), "SF802")) == found


def test_the_megaservices_share_is_told() -> None:
    assert messages(large(12, 6), "SF802") == [
        'warning "a" offers 12 of 20 operations (60%) and owns 6 entities; the other services offer 2.0 each'
    ]


def test_where_others_are_as_large_none_stands_out() -> None:
    owned = ", ".join(f"T{i}: {{x: int}}" for i in range(6))
    body = f"{{owns: {{{owned}}}, operations: {{{', '.join(f'o{i}: {{}}' for i in range(9))}}}}}"
    assert messages(system({"a": body, "b": body, "c": "{}", "d": "{}", "e": "{}"}), "SF802") == []


@pytest.mark.parametrize(
    ("name", "layer"), [("orders-dao", "dao"), ("order-data-access", "data-access"), ("shop-ui", "ui")]
)
def test_a_name_that_ends_like_a_layer_is_a_wrong_cut(name: str, layer: str) -> None:
    assert messages(system({name: "{}"}), "SF803") == [f'warning "{name}" is named after a technical layer, "{layer}"']


@pytest.mark.parametrize("name", ["dao", "uid", "guitar-ui-kit", "logic"])
def test_other_names_are_none(name: str) -> None:
    assert messages(system({name: "{}"}), "SF803") == []


def test_which_ends_are_layers_is_an_option_and_other_roles_may_be_called_so() -> None:
    text = system({"a-dao": "{}", "a-store": "{}"}, "lint: {options: {wrong-cuts: {layers: store}}}\n")
    assert places(text, "SF803") == ["contexts.c.services.a-store"]
    assert messages(system({"shop-ui": "{role: frontend}"}), "SF803") == []


ROW = {"page": "{role: frontend, calls: [logic]}", "logic": "{calls: [data]}", "data": "{owns: {T: {x: int}}}"}


def test_a_frontend_what_it_calls_and_its_data_are_layers_of_one_service() -> None:
    told = 'warning "page -> logic -> data" are the layers of one service: what is seen, what is decided, what is kept'
    assert messages(system(ROW), "SF803") == [told]


@pytest.mark.parametrize(
    "other",
    [
        {"x": "{calls: [logic]}"}, {"x": "{calls: [data]}"}, {"logic": "{calls: [data], store: mysql}"},
        {"logic": "{calls: [data, x]}", "x": "{}"}, {"data": "{}"}, {"page": "{role: bff, calls: [logic]}"},
    ],
)  # fmt: skip
def test_services_that_others_use_or_that_do_more_are_no_layers(other: dict[str, str]) -> None:
    assert messages(system(ROW | other), "SF803") == []
    assert messages(system(ROW, contexts={"data": "elsewhere"}), "SF803") == []


SAME = "in: {x: int}, out: {y: int}"


def passes_on(operation: str, more: str = "", callee: str = SAME) -> str:
    return system(
        {"a": f"{{{more}operations: {{go: {{{operation}}}}}}}", "b": f"{{operations: {{do_it: {{{callee}}}}}}}"}
    )


def test_a_service_that_hands_on_all_it_is_asked_is_a_pass_through() -> None:
    assert messages(passes_on(f"{SAME}, calls: [b.do_it]"), "SF803") == [
        'warning "a" only passes on what it is asked to "b"'
    ]


@pytest.mark.parametrize(
    ("operation", "more", "callee"),
    [
        ("calls: [b.do_it]", "", ""),
        ("in: {x: int, z: int}, out: {y: int}, calls: [b.do_it]", "", SAME),
        ("in: {x: int}, out: {z: int}, calls: [b.do_it]", "", SAME),
        (f"{SAME}, calls: [b.do_it], rule: decides", "owns: {T: {x: int}}, ", SAME),
        (f"{SAME}, calls: [b.do_it]", "owns: {T: {x: int}}, ", SAME),
        (f"{SAME}, calls: [b.do_it]", "events: {E: {x: uuid}}, ", SAME),
        (f"{SAME}, calls: [b.do_it, b.do_it]", "", SAME),
        (f"{SAME}, calls: [{{to: b.do_it, fallback: null}}]", "", SAME),
        (SAME, "", SAME),
    ],
)
def test_a_service_that_adds_something_or_is_not_described_is_none(operation: str, more: str, callee: str) -> None:
    assert messages(passes_on(operation, more, callee), "SF803") == []


def test_one_name_in_the_source_in_two_contexts_straddles_them() -> None:
    services = {"a": "{aka: [Crm, crm]}", "b": "{aka: [CRM]}", "c": "{aka: [other]}"}
    assert messages(system(services, contexts={"a": "one", "b": "two"}), "SF804") == [
        'warning "crm" is one service and stands in the contexts "one" and "two", as "a" and "b"'
    ]
    assert messages(system(services), "SF804") == []


def test_five_languages_are_too_many_and_four_are_not() -> None:
    languages = ("Go", "java", "php", "rust", "GO", "elixir")
    services = {f"s{i}": f"{{has: [], language: {language}}}" for i, language in enumerate(languages)}
    assert messages(system(dict(list(services.items())[:5])), "SF805") == []
    text = system(services)
    assert messages(text, "SF805") == [
        'info the system has 5 languages, more than 4: "go", "java", "php", "rust" and "elixir"'
    ]
    assert places(text, "SF805") == ["contexts.c.services.s5"]


def test_engines_are_counted_where_they_are_used_and_stacks_are_languages() -> None:
    stores = "stores: {m: {engine: mysql}, n: {engine: MySQL}, o: {engine: oracle}, p: {engine: unused}}\n"
    services = {"a": "{uses: [m, n]}", "b": "{store: o}", "d": "{store: redis}", "e": "{owns: {T: {x: int}}}"}
    options = "lint: {options: {SF805: {max_engines: 3, max_languages: 1}}}\n"
    more = f"{stores}{options}platform: {{store: postgres}}\ndefaults: {{stack: python}}\n"
    text = system(services | {"f": "{stack: java}"}, more)
    assert messages(text, "SF805") == [
        'info the system has 4 database engines, more than 3: "mysql", "oracle", "redis" and "postgres"',
        'info the system has 2 languages, more than 1: "python" and "java"',
    ]


def test_protocols_are_those_that_are_spoken() -> None:
    services = {"a": "{calls: [b, {to: c, over: broker}]}", "b": "{api: [grpc, rest]}", "c": "{}"}
    options = "lint: {options: {SF805: {max_protocols: 1}}}\n"
    assert messages(system(services, options), "SF805") == [
        'info the system has 2 protocols, more than 1: "grpc" and "broker"'
    ]


def teams(**services: str) -> str:
    """Services of the team that their names begin with: `x1` is of team x."""
    return system({name: f"{{team: {name[0]}, {body}}}" for name, body in services.items()})


def test_a_service_with_more_partners_in_another_team_is_coupled_to_it() -> None:
    text = teams(x1="calls: [x2, y1, y2]", x2="store: mysql", y1="calls: [y2]", y2="store: mysql")
    assert messages(text, "SF806") == [
        'info "x1" of the team "x" has to do with 2 services of "y", "y1" and "y2", and with 1 of its own'
    ]


@pytest.mark.parametrize("data", ["store: mysql", "owns: {T: {x: int}}", "copies: {T: {y1.E: {}}}"])
def test_data_of_its_own_counts_for_its_team(data: str) -> None:
    assert messages(teams(x1=f"calls: [y1], {data}", y1="events: {E: {x: uuid}}, calls: [y2]", y2=""), "SF806") == []


def test_data_that_others_use_does_not() -> None:
    services = {"x1": "{team: x, uses: [s], calls: [y1]}", "y1": "{team: y, uses: [s], calls: [y2]}", "y2": "{team: y}"}
    assert places(system(services, "stores: {s: {engine: mysql}}\n"), "SF806") == ["contexts.c.services.x1"]


def test_partners_are_counted_once_in_either_direction_and_events_count() -> None:
    text = teams(
        x1="events: {E: {x: uuid}}, calls: [x2, y1, {to: y1, timeout: 1s}]",
        x2="calls: [x1]",
        y1="subscribes: [x1, x1.E], store: mysql",
    )
    assert messages(text, "SF806") == []


def test_one_team_is_never_coupled() -> None:
    assert messages(teams(x1="calls: [x2]", x2=""), "SF806") == []


def test_a_service_without_a_team_among_others_with_one_is_a_warning() -> None:
    services = {"a": "{team: x}", "b": "{}", "w": "{role: infra}"}
    assert messages(system(services), "SF807") == ['warning no team owns "b"']
    assert messages(system({"a": "{}", "b": "{}"}), "SF807") == []
    with_team = system(services).replace("    services:", "    team: y\n    services:")
    assert messages(with_team, "SF807") == []
