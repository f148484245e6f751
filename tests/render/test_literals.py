"""A hole that is a whole value comes back as that value; one inside text takes names and numbers or raises."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import jinja2
import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jinja2.sandbox import ImmutableSandboxedEnvironment

from svcforge.render.holes import bind
from svcforge.render.holes.walk import FILTER
from svcforge.render.literals import PRINTERS

ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
)
ENVIRONMENT.filters |= {FILTER + what: printer for what, printer in PRINTERS.items()}


def rendered(template: str, facts: Mapping[str, Any], name: str = "x.yaml") -> str:
    tree = bind(ENVIRONMENT.parse(template, name, name), f"{name}.jinja", ".jinja")
    code = ENVIRONMENT.compile(tree, name, name)
    return jinja2.Template.from_code(ENVIRONMENT, code, {}).render(facts)


# The bound reading: parse the structure first, put the values in afterwards. What a template means.

OPEN, SHUT = "\ue000", "\ue001"
HOLE = re.compile(f"{OPEN}(\\d+){SHUT}")


def meant(template: str, facts: Mapping[str, Any]) -> Any:
    values: list[Any] = []

    def hold(value: Any) -> str:
        values.append(value)
        return f"{OPEN}{len(values) - 1}{SHUT}"

    holding = ENVIRONMENT.overlay(finalize=hold)
    node = yaml.compose(holding.from_string(template).render(facts), Loader=yaml.SafeLoader)
    return built(node, values) if node else None


def built(node: Any, values: list[Any]) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {built(key, values): built(value, values) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [built(item, values) for item in node.value]
    if not HOLE.search(node.value):
        return yaml.SafeLoader("").construct_object(node)
    if node.style is None and (whole := HOLE.fullmatch(node.value)):
        return values[int(whole[1])]

    def text(hole: re.Match[str]) -> str:
        value = values[int(hole[1])]
        return str(value).lower() if isinstance(value, bool) else str(value)

    return HOLE.sub(text, node.value)


NASTY = [
    *(
        "no",
        "y",
        "On",
        "NULL",
        "~",
        "1.10",
        "0123",
        "0o17",
        "0x1F",
        "1e3",
        "1_000",
        "12:30",
        "2027-06-30",
        ".5",
        "-",
        "--",
    ),
    *(
        "2027-06-30T10:00:00Z",
        "2027-06-30 10:00",
        ".inf",
        "+.INF",
        "=",
        "<<",
        "---",
        "...",
        "- x",
        "? x",
        ": x",
        "x:",
        "a: b",
    ),
    *(
        "he said: {x}",
        '"',
        "'",
        "a #b",
        "#",
        "a, b",
        "[x]",
        "{x}",
        "&a",
        "*a",
        "!t",
        "|",
        ">",
        "%x",
        "@x",
        "`x`",
        "\\n",
        "",
    ),
    *(
        " lead",
        "trail ",
        "two\nlines\n",
        "\ttab",
        "\r\n",
        "é",
        "漢字",
        "\u2028",
        "\x85",
        "\ufeff",
        "\x00",
        "\x7f",
        "😀",
        "a  b",
    ),
    *("orders", "ghcr.io/acme/orders:1.10", "/healthz", "250m", "cart-db", "a" * 2000),
]
NAMES = ["orders", "shop_orders", "1.10", "no", "ghcr.io/acme/x", "a:b", "7", "é"]
scalars = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=20).filter(lambda text: not set(text) & {OPEN, SHUT}),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NASTY[:-1]), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(NAMES) | st.integers() | st.booleans()

# Shapes of YAML with a hole; {w} a whole value, {k} a key, {t} text.
SHAPES = [
    "key{n}: {w}",
    "key{n}:   {w}   # {t}",
    "key{n}:\n  {w}",
    "{k}: value",
    "{k}: {w}",
    '"quoted {t}": {w}',
    "key{n}: [{w}, {w}]",
    "key{n}: [ {w} , x, [{w}]]",
    "key{n}: [\n    {w},\n    x\n  ]",
    "key{n}: {{a: {w}, {k}: {w}}}",
    "key{n}:\n- {w}\n- {w}",
    "key{n}:\n  - {w}\n  - k: {w}\n    {k}: {w}\n  - - {w}",
    "key{n}: {t}-db",
    "key{n}: x-{t}/{t} # y",
    "{t}.example.com/on: {w}",
    'key{n}: "{t} and \\" {t}"',
    "key{n}: 'it''s {t}'",
    "key{n}: |\n  a {t}: b\n    {t}\n\n  # {t}\nafter{n}: {w}",
    "key{n}: >-\n  {t}\n  {t}\nafter{n}: {w}",
    "- {w}".replace("- ", "key{n}: !!str x\n# {t}\nlast{n}: "),
    "{{% for item in many %}}\nkey{n}_{{{{ loop.index }}}}x: {{{{ item }}}}\n{{% endfor %}}",
    "key{n}:\n  {{% for item in many %}}\n  - {{{{ item }}}}\n  {{% endfor %}}\n  - {w}",
    "key{n}: [{{% for item in many %}}{{{{ item }}}}, {{% endfor %}}{w}]",
    "{{% if flag %}}\nkey{n}: {w}\n{{% else %}}\nkey{n}: |\n  {t}\n{{% endif %}}",
    "key{n}: {{% if flag %}}{w}{{% else %}}none{{% endif +%}}",
]


@st.composite
def templates(draw: st.DrawFn, texts: st.SearchStrategy[Any]) -> tuple[str, dict[str, Any]]:
    facts: dict[str, Any] = {"many": draw(st.lists(values, max_size=3)), "flag": draw(st.booleans())}
    lines = []
    for n in range(draw(st.integers(1, 4))):

        def hole(strategy: st.SearchStrategy[Any]) -> str:
            name = f"v{len(facts)}"
            facts[name] = draw(strategy)
            return f"{{{{ {name} }}}}"

        shape = draw(st.sampled_from(SHAPES)).replace("{n}", str(n))
        for mark, strategy in (
            ("{w}", values),
            ("{k}", scalars.filter(lambda key: len(str(key)) < 800)),
            ("{t}", texts),
        ):
            while mark in shape:
                shape = shape.replace(mark, f"\0{hole(strategy)}\0", 1)
        shape = "".join(
            part if at % 2 else part.replace("{{", "{").replace("}}", "}") for at, part in enumerate(shape.split("\0"))
        )
        lines.append(shape)
    return "\n".join(lines) + "\n", facts


@settings(max_examples=200, deadline=None)
@given(templates(names))
def test_yaml_means_the_same_as_when_values_are_put_in_after_parsing(case: tuple[str, dict[str, Any]]) -> None:
    template, facts = case
    text = rendered(template, facts)
    assert yaml.safe_load(text) == meant(template, facts), text


@settings(max_examples=200, deadline=None)
@given(templates(scalars | values))
def test_text_that_is_no_name_raises_and_is_never_misread(case: tuple[str, dict[str, Any]]) -> None:
    template, facts = case
    try:
        text = rendered(template, facts)
    except jinja2.TemplateRuntimeError:
        texts = [value for name, value in facts.items() if name not in ("many", "flag")]
        assert any(not isinstance(value, str) or value not in NAMES for value in texts)
        return
    assert yaml.safe_load(text) == meant(template, facts), text


@pytest.mark.parametrize("value", [*NASTY, None, True, 0, -1, 1e-7, 1e20, {}, [], {"a": [None, "x, y"]}, [[["no"]]]])
@pytest.mark.parametrize(
    "template", ["x: {{ v }}\n", "- {{ v }}", "[{{ v }}]", "{a: {{ v }}}", "x:\n    {{ v }}\n", "{{ v }}"]
)
def test_a_nasty_value_survives_in_every_place(template: str, value: Any) -> None:
    assert yaml.safe_load(rendered(template, {"v": value})) == meant(template, {"v": value})


@given(values, st.sampled_from(NAMES), st.text(max_size=10))
def test_json_reads_back_what_was_put_in(value: Any, name: str, key: str) -> None:
    template = '{"a": {{ v }}, {{ k }} : [{{ v }}, {% for i in [1, 2] %}{{ v }},{% endfor %} {}], "t\\"": "x{{ n }} \\\\{{ n }}"}'
    text = rendered(template, {"v": value, "k": key, "n": name}, "x.json")
    assert json.loads(text) == {"a": value, key: [value, value, value, {}], 't"': f"x{name} \\{name}"} | (
        {"a": [value, value, value, {}]} if key == "a" else {}
    )


def without_nothing(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(without_nothing, value.values()))
    return all(map(without_nothing, value)) if isinstance(value, list) else value is not None


TOML = """\
top = {{ v }} # {{ n }}
{{ k }} = {{ v }}
x-{{ b }}.{{ k }} = 1
"quoted {{ n }}" = '''
{{ n }}' ''{{ n }}'''
list = [ # {{ n }}
  {{ v }}, {% for i in [1, 2] %}{{ v }}, {% endfor %}
  {a = {{ v }}, {{ k }}.c = "", d = [{{ v }}]},
]
[tool.{{ k }}."{{ n }}"]
a = "{{ n }}\\\\{{ n }}"
b = '{{ n }}'
[[{{ k }}s]]
c = \"\"\"
{{ n }} \\\"\"\" {{ n }}\"\"\"
"""


@given(values.filter(without_nothing), st.text(min_size=1, max_size=8), st.sampled_from(NAMES))
def test_toml_reads_back_what_was_put_in(value: Any, key: str, name: str) -> None:
    assume(key not in ("a", "d", "top", "list", "tool") and not key.startswith(("x-", "quoted")))
    template = TOML.replace("[[{{ k }}s]]", "[[more]]")
    assume(key != "more")
    text = rendered(template, {"v": value, "k": key, "n": name, "b": "b"}, "x.toml")
    assert tomllib.loads(text) == {
        "top": value,
        key: value,
        "x-b": {key: 1},
        f"quoted {name}": f"{name}' ''{name}",
        "list": [value, value, value, {"a": value, key: {"c": ""}, "d": [value]}],
        "tool": {key: {name: {"a": f"{name}\\{name}", "b": name}}},
        "more": [{"c": f'{name} """ {name}'}],
    }


@pytest.mark.parametrize(
    ("name", "template", "line", "message"),
    [
        (
            "x.yaml",
            "a: 1\nversion: {{ a }}.{{ b }}\n",
            2,
            "`{{ ... }}.{{ ... }}` can come out as something else than text",
        ),
        ("x.yaml", "host: {{ a }}:{{ b }}\n", 1, "put quotes around it"),
        ("x.yaml", "a: n{{ b }}\n", 1, "put quotes around it"),
        (
            "x.yaml",
            "a: {{ b }}{% if c %}-x{% endif %}\n",
            1,
            "on one way through the template this hole is a plain text",
        ),
        ("x.yaml", 'a: "x"{{ b }}\n', 1, "right after something else"),
        ("x.yaml", "a: [1, {{ b }}\n", 1, "ends inside quotes or brackets"),
        ("x.yaml", "a: {{ b }}\n  more\n", 2, "began with a hole"),
        ("x.yaml", "a:\n{% for i in b %}\n  [\n{% endfor %}\n", 2, "not closed in it"),
        ("x.yaml", "{% macro m() %}x{% endmacro %}\na: 1\n", 1, '"macro" makes text whose place cannot be told'),
        ("x.yaml", "\na: {{ b|to_json }}\n", 2, '"to_json" is not needed'),
        ("x.yaml", "a: |\n  {% include 'b' %}\n", 2, "outside brackets and blocks of text"),
        ("x.yaml", "a: | {{ b }}\n", 1, "right after something else"),
        ("x.json", '{"a": 1{{ b }}}', 1, "right after something else"),
        ("x.json", '{"a": {{ b }}0}', 1, "must be a whole value"),
        ("x.json", '{"a": {{ b }}', 1, "ends inside quotes or brackets"),
        ("x.toml", "a = {{ b }}0\n", 1, "must be a whole value"),
        ("x.toml", "a = 1\nb = [\n", 2, "ends inside quotes or brackets"),
    ],
)
def test_a_hole_whose_place_cannot_be_told_is_refused_when_compiled(
    name: str, template: str, line: int, message: str
) -> None:
    with pytest.raises(jinja2.TemplateSyntaxError) as caught:
        rendered(template, {"a": "a", "b": "b", "c": True}, name)
    assert message in str(caught.value.message)
    assert caught.value.lineno == line


@pytest.mark.parametrize(
    ("name", "template", "value", "message"),
    [
        ("x.yaml", "a: x-{{ v }}\n", "a: b", '"a: b" cannot stand inside unquoted text: only names and numbers can'),
        ("x.yaml", "a: x-{{ v }}\n", {"b": 1}, "it is no text"),
        ("x.yaml", 'a: "{{ v }}"\n', 'say "x"', "cannot stand inside quotes"),
        ("x.yaml", "a: |\n  {{ v }}\n", "", "cannot stand in a block of text"),
        ("x.yaml", "# {{ v }}\n", "a\nb", "cannot stand in a comment"),
        ("x.yaml", "{{ v }}: 1\n", [1], "cannot be a key"),
        ("x.json", "{ {{ v }}: 1}", 1, "cannot be a key: it is no text"),
        ("x.toml", "a = {{ v }}\n", None, "cannot be written as TOML"),
        ("x.yaml", "a: {{ v.b }}\n", {}, "has no attribute 'b'"),
    ],
)
def test_a_value_that_does_not_fit_its_place_raises(name: str, template: str, value: Any, message: str) -> None:
    with pytest.raises(jinja2.TemplateRuntimeError) as caught:
        rendered(template, {"v": value}, name)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("orders", "orders"),
        ("Takes orders, keeps them (safe).", "Takes orders, keeps them (safe)."),
        ("ghcr.io/acme/orders:main", "ghcr.io/acme/orders:main"),
        ("1.10", '"1.10"'),
        ("no", '"no"'),
        (True, "true"),
        (None, "null"),
        ({"app": "orders", "version": "1.10"}, '{app: orders, version: "1.10"}'),
        (["a", "b, c", 1], '[a, "b, c", 1]'),
        ("a\nb", '"a\\nb"'),
    ],
)
def test_quotes_stand_only_where_they_must(value: Any, printed: str) -> None:
    assert rendered("x: {{ v }}\n", {"v": value}) == f"x: {printed}\n"


def test_other_files_and_other_packs_print_as_jinja_does() -> None:
    assert rendered("x: {{ v }}\n", {"v": "no"}, "x.txt") == "x: no\n"
