"""Files to a blueprint, or to findings with a place and a remedy."""

from pathlib import Path
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcforge.load import load_file, load_text
from svcforge.load.index import COMPARED_AT_MOST
from svcforge.model.elements import Verb
from svcforge.model.policy import Breaker, Off

HEAD = "svcforge: 1\nsystem: shop\n"


def told(text: str) -> list[str]:
    return [f"{f.code} {f.message} | {f.hint}" for f in load_text(text).findings]


def service(body: str) -> str:
    return f"{HEAD}contexts: {{c: {{services: {{s: {body}}}}}}}\n"


def lost_of(body: str) -> dict[str, str | None]:
    """The references to nothing of service `s` and those after it, each with the nearest name."""
    blueprint = load_text(service(body)).blueprint
    assert blueprint is not None
    return {lost.text: lost.nearest for lost in blueprint.unresolved}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("svcforge: 2\nsystem: a\n", 'SF011 "2" is not "1" | write "1"'),
        ("system: a\n", 'SF011 the blueprint lacks "svcforge" | add "svcforge: ..."'),
        ("- a\n", 'SF010 the file is no mapping | begin with "svcforge: 1" and "system: <name>"'),
        (HEAD + "contxts: {}\n", 'SF011 unknown key "contxts" | did you mean "contexts"?'),
        (HEAD + "contexts:\n", 'SF011 "contexts" should be a mapping, not nothing | write {} for none'),
        (HEAD + "platform: {broker: rabitmq}\n", 'SF011 "rabitmq" is not known here | did you mean "rabbitmq"? write one of rabbitmq, kafka, nats, sqs, or add `packs` with your own'),
        (HEAD + "defaults: {stack: pyton}\n", 'SF011 "pyton" is not known here | did you mean "python"? write one of python, typescript, java, dotnet, or add `packs` with your own'),
        (HEAD + "defaults: {call: {timeout: 5}}\n", 'SF011 "5" is not a duration | write a whole number and a unit: 20ms, 3s, 15m, 2h, 7d'),
        (HEAD + "gateway: {rate_limit: often}\n", 'SF011 "often" is not a rate limit | write requests/duration, with `per client` if each has its own: 100/15m per client'),
        (HEAD + "contexts: {Sales: {}}\n", 'SF012 "Sales" is no name for a context | write lower-case words joined by dashes, like card-network'),
        (HEAD + "externals: {con: {}}\n", 'SF012 "con" is a device on Windows | choose another name for the external'),
        (service("{operations: {o: {htpp: GET /o}}}"), 'SF011 unknown key "htpp" | did you mean "http"?'),
        (service("{operations: {o: {http: GETT /o}}}"), 'SF011 "GETT /o" does not begin with an HTTP method | did you mean "GET"? write a method and a path: GET /orders/{id}'),
        (service("{operations: {o: {in: x}}}"), 'SF011 "in" should be a list or a mapping, not "x" | write a list or a mapping'),
        (service("{operations: {o: {creates: E, reads: E}}, owns: {E: {}}}"), 'SF012 an operation has one verb, not "creates" and "reads" | make two operations of it'),
        (service("{operations: {class: {}}}"), 'SF012 "class" is a reserved word of Python or TypeScript | choose another name, like "class_value"'),
        (service("{owns: {E: {created_at: text}}}"), 'SF012 every entity has "created_at" without saying so | remove the line'),
        (service("{owns: {E: {a: txt}}}"), 'SF011 "txt" is not a type | did you mean "text"?'),
        (service("{owns: {E: {a: int 5..1}}}"), 'SF011 the range in "int 5..1" is empty | write low..high, low.. or ..high'),
        (service("{owns: {E: {a: open | closed = opn}}}"), 'SF011 "opn" is none of open, closed | did you mean "open"?'),
        (service("{owns: {E: {a: int = x}}}"), 'SF011 "x" is no int | after the = write int'),
        (service("{releases: {v1: {weight: 90}}}"), "SF011 the weights of the releases add up to 90, not 100 | share 100 among them"),
        (service("{about: \"a\\u202eb\"}"), 'SF011 the text holds the character "U+202E", which cannot be seen | remove it'),
        (HEAD + "bffs: {web: {endpoints: {GET /h: {p: nonsense}}}}\n", 'SF011 "nonsense" is no part of an endpoint | write service.operation(input=value, ...), and `or <value>` for what stands in when it fails'),
        (f"svcforge: 1\nsystem: {'a' * 41}\n", f'SF012 "{"a" * 41}" has 41 characters, more than 40 | choose a shorter name for the system'),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_remedy(text: str, expected: str):
    assert expected in told(text)


@pytest.mark.parametrize(
    ("type_", "why", "write"),
    [
        ("int 1..5 = 9", '"9" is outside 1..5', "int 1..5"),
        ("int = 1_000", '"1_000" is no int', "int"),
        ("email = nobody", '"nobody" is no email', "email"),
        ("url = here", '"here" is no url', "url"),
        ("bytes = ?", '"?" is no bytes', "bytes"),
        ("optional float = 1e999", '"1e999" is no float', "float"),
    ],
)
def test_a_default_is_judged_as_any_other_literal_of_its_type(type_: str, why: str, write: str):
    assert told(service(f"{{owns: {{E: {{a: '{type_}'}}}}}}")) == [f"SF011 {why} | after the = write {write}"]


def test_free_data_means_what_it_looks_like():
    text = HEAD + "patches: [{target: {kind: Deployment}, merge: {a: 3, b: 0123, c: 'true', d: [no, 1.5]}}]\n"
    blueprint = load_text(text).blueprint
    assert blueprint is not None
    assert blueprint.patches[0].merge == {"a": 3, "b": "0123", "c": "true", "d": ["no", 1.5]}


@pytest.mark.parametrize("name", ["kit", "tests", "main", "services", "platform"])
def test_a_service_may_not_take_the_name_of_an_output_folder(name: str):
    assert any(
        "is a folder of what is generated" in t
        for t in told(f"{HEAD}contexts: {{c: {{services: {{{name}: {{}}}}}}}}\n")
    )


def test_all_problems_are_told_in_one_run_in_the_order_of_the_file():
    text = service("{operations: {o: {htpp: x, calls: [{to: s.o, timeout: 5}]}}, owns: {E: {a: txt}}}")
    assert [f.span.column for f in load_text(text).findings if f.span] == sorted(
        f.span.column for f in load_text(text).findings if f.span
    )
    assert len(load_text(text).findings) == 3


def test_names_and_words_are_judged_beside_what_the_schema_refuses():
    text = (
        HEAD
        + "platform: {broker: rabitmq, x: y}\ncontexts: {Sales: {services: {s: {calls: [{to: a}, {to: s, timeout: 5}], operations: {class: {}}}}}}\n"
    )
    assert [t.partition(" |")[0] for t in told(text)] == [
        'SF011 "rabitmq" is not known here',
        'SF011 unknown key "x"',
        'SF012 "Sales" is no name for a context',
        'SF011 "5" is not a duration',
        'SF012 "class" is a reserved word of Python or TypeScript',
    ]


def test_what_yaml_refuses_is_told_once():
    assert [t.partition(" |")[0] for t in told(HEAD + "defaults: *x\n")] == [
        'SF010 alias "*x" is not part of the language'
    ]


def test_references_to_nothing_are_kept_with_the_nearest_name():
    text = "{operations: {create: {}}, calls: [s.creat], subscribes: {s.Ordered: create}, events: {Order: {a: uuid}}}"
    assert lost_of(text) == {"s.creat": "s.create", "s.Ordered": "s.Order"}


def test_an_operation_without_its_service_is_looked_for_where_only_one_has_it():
    lost = lost_of(
        "{operations: {create: {calls: [create, pay]}, pay: {calls: [made]}}}, t: {operations: {create: {}}}"
    )
    assert lost == {"create": None, "pay": "s.pay", "made": None}


def test_names_that_stand_for_nothing_are_compared_with_all_services_so_long_as_they_may_be_misspelt():
    names = [f"order{a}{b}" for a in ascii_lowercase for b in ascii_lowercase][: COMPARED_AT_MOST + 1]
    lost = lost_of(f"{{calls: [{', '.join(names)}]}}, orders: {{}}")
    assert [lost[name] for name in names] == ["orders"] * COMPARED_AT_MOST + [None]


def test_a_service_that_is_gone_is_looked_for_once():
    calls = ", ".join(["orderz"] * (COMPARED_AT_MOST + 1))
    assert lost_of(f"{{calls: [{calls}, alse]}}, orders: {{}}, also: {{}}") == {"orderz": "orders", "alse": "also"}


def test_policies_stay_unset_where_nothing_is_said_and_off_where_that_is_said():
    loaded = load_text(service("{calls: [{to: s, breaker: none}, {to: s, breaker: {failures: 10%}}, s]}"))
    assert loaded.blueprint is not None
    first, second, third = loaded.blueprint.services["s"].calls
    assert first.policy.breaker == Off()
    assert second.policy.breaker == Breaker(0.1, 20, 30_000)
    assert third.policy.breaker is None


def test_types_keep_their_modifiers():
    loaded = load_text(
        service("{owns: {E: {a: unique per b text 3..9, b: [F], c: 'ref s.E', d: x | y = y}}, values: {F: {n: int}}}")
    )
    assert loaded.blueprint is not None, loaded.findings
    fields = {f.name: f.type for f in loaded.blueprint.services["s"].entities["E"].fields}
    assert (fields["a"].unique_per, fields["a"].low, fields["a"].high) == ("b", 3, 9)
    assert str(fields["b"]) == "[F]"
    assert (fields["c"].service, fields["c"].name) == ("s", "E")
    assert (fields["d"].choices, fields["d"].default, fields["d"].required) == (("x", "y"), "y", False)


def test_verbs_conditions_and_idempotency_are_read():
    loaded = load_text(
        service(
            "{owns: {E: {a: x | y}}, operations: {o: {updates: E, where: {a: x | y, id: token.sub}, set: {a: y}, idempotent: by field a}}}"
        )
    )
    assert loaded.blueprint is not None, loaded.findings
    operation = loaded.blueprint.services["s"].operations["o"]
    assert (operation.verb, operation.entity, operation.idempotent_by) == (Verb.UPDATES, "E", "a")
    assert [(c.field, c.values, c.token) for c in operation.where] == [("a", ("x", "y"), None), ("id", (), "sub")]


def test_a_missing_file_is_a_finding(tmp_path: Path):
    (finding,) = load_file(tmp_path / "nothing.yaml", "nothing.yaml").findings
    assert (finding.code, finding.message) == ("SF010", '"nothing.yaml" does not exist')


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path):
    with (tmp_path / "b.yaml").open("wb") as file:
        file.truncate(100_000_000)
    (finding,) = load_file(tmp_path / "b.yaml", "b.yaml").findings
    assert (finding.code, finding.message) == ("SF010", '"b.yaml" has 100 MB, more than 33')


@pytest.mark.parametrize("junk", [b"\xff\xfe\x00", b"a\0b", b"\x80abc"])
def test_binary_junk_is_a_finding(tmp_path: Path, junk: bytes):
    (tmp_path / "b.yaml").write_bytes(junk)
    (finding,) = load_file(tmp_path / "b.yaml", "b.yaml").findings
    assert (finding.code, finding.message) == ("SF010", '"b.yaml" is not text in UTF-8')


@given(st.binary(max_size=60))
def test_no_bytes_make_loading_raise(raw: bytes):
    from svcforge.load import load_bytes

    loaded = load_bytes(raw, "f.yaml")
    assert loaded.blueprint is not None or loaded.findings


@pytest.mark.parametrize(
    ("services", "refused"),
    [
        ("{a: {has: []}}", []),
        ("{a: {has: []}, b: {role: gateway}}", []),
        ("{a: {has: []}, b: {}}", ['SF011 "activemq" is not known here']),
        ("{}", ['SF011 "activemq" is not known here']),
    ],
)
def test_the_platform_of_what_exists_may_be_anything_and_what_is_generated_needs_a_pack(
    services: str, refused: list[str]
) -> None:
    found = load_text(HEAD + f"platform: {{broker: activemq}}\ncontexts: {{c: {{services: {services}}}}}\n").findings
    assert [f"{f.code} {f.message}" for f in found] == refused
