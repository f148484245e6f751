"""Helm charts: filled in with their own values as Helm does it, and told where only Helm knows."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from tests.adopt.importing import Folder, calls

from svcforge.adopt.helm.rendering import Rendered, Templates
from svcforge.adopt.helm.syntax import Malformed, parsed
from svcforge.adopt.helm.values import Unrendered, as_yaml, plain
from svcforge.source.foreign import read_foreign

VALUES = """
yes_: true
no_: false
num: 3
zero: 0
word: shop
empty: ""
none:
list: [b, a, c]
items: [{name: x, port: 80}, {name: z, port: 81}]
deep: {b: 1, a: {c: two}}
"""
ADVICE = 'run "helm template . > rendered.yaml" in the chart\'s folder and import that file instead'


def rendered(text: str) -> Rendered:
    templates = Templates()
    nodes = parsed(text)
    templates.define(nodes)
    values = plain(read_foreign(VALUES, "values.yaml").documents[0])
    return templates.rendered(nodes, {"Values": values, "Chart": {"Name": "ex"}})


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (".Values.word", "shop"),
        (".Values.num | quote", '"3"'),
        (".Values.none | quote", ""),
        ('.Values.gone.deeper | default "d"', "d"),
        (".Values.zero | default 5", "5"),
        ('printf "%s-%d-%v-%q" .Values.word 3 .Values.yes_ "a"', 'shop-3-true-"a"'),
        (".Values.list", "[b a c]"),
        (".Values.deep", "map[a:map[c:two] b:1]"),
        ('.Values.list | sortAlpha | join "-"', "a-b-c"),
        ("(index .Values.items 1).name", "z"),
        ('index .Values.deep "a" "c"', "two"),
        ('dig "a" "zz" "def" .Values.deep', "def"),
        ('ternary "x" "y" .Values.no_', "y"),
        ('coalesce .Values.gone .Values.empty .Values.word', "shop"),
        ('eq .Values.word "a" "shop"', "true"),
        ("and .Values.yes_ .Values.word", "shop"),
        ("or .Values.empty .Values.zero", "0"),
        ("untilStep 0 10 3", "[0 3 6 9]"),
        ('mergeOverwrite (dict "a" 1) (dict "a" 2)', "map[a:2]"),
        ('trunc -3 "abcdef"', "def"),
        ('(split "," "a,b")._1', "b"),
        ('print "a" 1 2', "a1 2"),
        ("toJson .Values.deep", '{"a":{"c":"two"},"b":1}'),
        ("toYaml .Values.items", "- name: x\n  port: 80\n- name: z\n  port: 81"),
        ('semverCompare ">=1.19-0" "v1.31.0"', "true"),
        ('"a" | printf "%s-%s" "b"', "b-a"),
        ("$.Values.word", "shop"),
        ('regexReplaceAll "[^a-z]+" "a1b" "-"', "a-b"),
        ('`raw "text"`', 'raw "text"'),
        ('lookup "v1" "Pod" "" "x"', "map[]"),
        ('required "must be there" .Values.word', "shop"),
    ],
)  # fmt: skip
def test_expressions_give_what_helm_gives(expression: str, text: str) -> None:
    made = rendered(f"{{{{ {expression} }}}}")
    assert (made.text, made.notes) == (text, [])


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("a\n{{- if .Values.no_ }}\nb\n{{- else if .Values.yes_ }}\nc\n{{- else }}\nd\n{{- end }}\ne", "a\nc\ne"),
        ("{{ range $i, $x := .Values.list }}{{ $i }}{{ $x }} {{ end }}", "0b 1a 2c "),
        ("{{ range $k, $v := .Values.deep }}{{ $k }},{{ end }}", "a,b,"),
        ("{{ range .Values.gone }}x{{ else }}none{{ end }}", "none"),
        ("{{ range until 5 }}{{ if eq . 1 }}{{ continue }}{{ end }}{{ if eq . 3 }}{{ break }}{{ end }}{{ . }}{{ end }}", "02"),
        ("{{ with .Values.deep.a }}{{ .c }}{{ else }}x{{ end }}", "two"),
        ("{{ with .Values.gone }}{{ . }}{{ else }}{{ .Chart.Name }}{{ end }}", "ex"),
        ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $y := 3 }}{{ end }}{{ $x }}", "2"),
        ('{{ define "n" }}[{{ . }}]{{ end }}{{ include "n" "a" | upper }}{{ template "n" "b" }}', "[A][b]"),
        ('{{ block "n" .Chart }}{{ .Name }}{{ end }}', "ex"),
        ('{{ tpl "{{ .Values.word }}-x" . }}', "shop-x"),
        ("a {{- /* a\ncomment */ -}} b", "ab"),
        ("x:\n  {{- toYaml .Values.deep | nindent 2 }}\n", "x:\n  a:\n    c: two\n  b: 1\n"),
    ],
)  # fmt: skip
def test_blocks_are_followed_as_helm_does(template: str, text: str) -> None:
    made = rendered(template)
    assert (made.text, made.notes) == (text, [])


def test_every_line_knows_the_line_of_the_template_that_it_is_from() -> None:
    made = rendered("a\n\n{{- range .Values.items }}\n- {{ .name }}:\n    {{- toYaml . | nindent 4 }}\n{{- end }}\nz")
    rows = dict(zip(made.text.split("\n"), made.lines, strict=True))
    assert rows == {"a": 1, "- x:": 4, "    name: x": 5, "    port: 80": 5, "- z:": 4, "    name: z": 5, "    port: 81": 5, "z": 7}  # fmt: skip


def test_what_only_helm_knows_is_told_and_left_out() -> None:
    made = rendered(
        'a: x{{ genCA "x" 3 }}\n{{ randAlphaNum 5 }}\n{{ if now }}\nb: 1\n{{ end }}\n'
        '{{ range uuidv4 }}c{{ end }}{{ required "say it" .Values.gone }}{{ include "gone" . }}{{ fail "no" }}'
    )
    assert made.text.split() == ["a:", "xunknown-to-svcforge", "b:", "1"]
    assert made.notes == [
        (1, 'not known: "genCA "x" 3" ("genCA" is not known here)'),
        (2, 'not known: "randAlphaNum 5" ("randAlphaNum" is not known here)'),
        (3, 'not sure: "if now" cannot be decided here ("now" is not known here), and is taken as true'),
        (6, 'not read: what "range uuidv4" holds ("uuidv4" is not known here)'),
        (6, 'not known: "required "say it" .Values.gone" (the values do not say it: say it)'),
        (6, 'not known: "include "gone" ." (there is no template "gone")'),
        (6, 'not known: "fail "no"" (the chart refuses its own values: no)'),
    ]


@pytest.mark.parametrize(
    ("template", "text", "note"),
    [
        ('{{ default now "a" }}', "a", ""),
        ('{{ default "a" now }}', "", 'not known: "default "a" now" ("now" is not known here)'),
        ('{{ coalesce "a" now }}', "a", ""),
        ('{{ (dict "a" now "b" 1).b }}', "1", ""),
        ('{{ define "x" }}{{ .name }}: {{ .when }}{{ end }}{{ include "x" (dict "name" "a" "when" now) }}', "a: unknown-to-svcforge",
         'not known: ".when" ("now" is not known here)'),
        ('x: {{ list 1 now }}', "x: [1 unknown-to-svcforge]", 'not known: a part of "list 1 now"'),
        ('{{ if eq now "a" }}b{{ end }}', "b", 'not sure: "if eq now "a"" cannot be decided here ("now" is not known here), and is taken as true'),
    ],
)  # fmt: skip
def test_one_thing_unknown_leaves_the_rest_known(template: str, text: str, note: str) -> None:
    made = rendered(template)
    assert made.text == text
    assert note in [told for _, told in made.notes] or (note, made.notes) == ("", [])


@pytest.mark.parametrize(
    ("template", "line", "why"),
    [
        ("{{ if true }}\n", 1, '"if" has no end'),
        ("\n{{ end }}", 2, '"end" ends nothing'),
        ("{{ else }}", 1, '"else" belongs to nothing'),
        ("{{ a", 1, "an action has no end"),
        ("{{ ? }}", 1, "an expression that is none"),
        ("{{ (a }}", 1, "a bracket is not closed"),
        ("{{ a | }}", 1, "a command is missing"),
        ("{{ a ) }}", 1, '")" is too much'),
        ("{{ if true }}{{ break }}{{ end }}", 1, '"break" in no "range"'),
        ('{{ range list }}{{ define "x" }}{{ continue }}{{ end }}{{ end }}', 1, '"continue" in no "range"'),
        ("{{ define x }}", 1, '"define" has no name'),
        ("{{ if a }}" * 101, 1, "blocks nested deeper than 100"),
        ("{{ " + "(" * 101 + " }}", 1, "brackets nested deeper than 100"),
    ],
)
def test_what_is_no_template_is_told_with_its_line(template: str, line: int, why: str) -> None:
    with pytest.raises(Malformed) as error:
        parsed(template)
    assert (error.value.line, error.value.why) == (line, why)


@pytest.mark.parametrize(
    "template",
    [
        '{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}',
        "{{ range until 100000 }}{{ range until 100000 }}x{{ end }}{{ end }}",
        "{{ range until 1000000000 }}{{ end }}",
        '{{ repeat 100000000 "abc" }}',
        '{{ $s := "aaaaaaaa" }}{{ range until 40 }}{{ $s = print $s $s }}{{ end }}',
        '{{ $l := list 1 }}{{ range until 40 }}{{ $l = concat $l $l }}{{ end }}',
        '{{ $d := dict "a" 1 }}{{ $_ := set $d "a" $d }}{{ toYaml $d }}',
        '{{ $d := dict "a" 1 }}{{ range until 60 }}{{ $d = dict "a" $d "b" $d }}{{ end }}{{ toYaml $d }}',
    ],
)  # fmt: skip
def test_what_grows_without_end_is_not_rendered(template: str) -> None:
    with pytest.raises(Unrendered):
        rendered(template)


def test_yaml_is_written_so_that_it_is_read_as_the_same() -> None:
    value = {"a": [], "b": {}, "c": None, "d": [["x", "y"], {"k": "v", "l": ["w"]}], "e": "1", "f": "- x", "g": "é: #", "h": True, "i": "a\nb", "on": 1.5}  # fmt: skip
    assert plain(read_foreign(as_yaml(value), "x").documents[0]) == value


def chart(folder: Path, **files: str) -> Folder:
    """A chart called shop; `charts__redis__values.yaml` is charts/redis/values.yaml."""
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: shop\n")
    for name, text in files.items():
        *folders, file = name.split("__")
        stem, _, ending = file.rpartition("_")
        path = folder.joinpath(*folders, f"{stem}.{ending}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return Folder(folder)


SERVICES = """\
{{- range $name, $service := .Values.services }}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ $name }}}
spec:
  template:
    metadata: {labels: {{ include "shop.labels" $name }}}
    spec:
      containers:
        - name: {{ $name }}
          image: acme/{{ $name }}
          env:
            {{- range $service.calls }}
            - name: {{ upper . }}_URL
              value: http://{{ . }}:80
            {{- end }}
---
apiVersion: v1
kind: Service
metadata: {name: {{ $name }}}
spec: {selector: {app: {{ $name }}}}
{{- end }}
"""


def test_a_chart_is_imported_with_its_values_and_its_templates_lines(tmp_path: Path) -> None:
    folder = chart(
        tmp_path,
        values_yaml="services: {orders: {calls: [stock]}, stock: {}}",
        templates__services_yaml=SERVICES,
        templates___helpers_tpl='{{ define "shop.labels" }}{app: {{ . }}}{{ end }}',
        templates__tests__t_yaml="apiVersion: v1\nkind: Pod\nmetadata: {name: test}\nspec: {}\n",
    )
    found = folder.blueprint()
    assert {name: calls(service) for name, service in found.services.items()} == {"orders": ["stock"], "stock": []}
    assert '- {to: stock, url: "http://stock:80", discovery: dns}  # templates/services.yaml:15 STOCK_URL\n' in folder.imported().text  # fmt: skip
    assert folder.imported().notes == ()


def test_subcharts_get_the_values_that_the_chart_has_for_them(tmp_path: Path) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: '{{ .Release.Name }}-{{ .Chart.Name }}'}\n"
    env = "spec: {containers: [{name: x, env: [{name: A_URL, value: 'http://{{ .Values.host }}.{{ .Values.global.domain }}'}]}]}"
    folder = chart(
        tmp_path,
        Chart_yaml="""\
            name: shop
            dependencies:
              - {name: inner, alias: part, condition: part.enabled}
              - {name: "off", condition: off.enabled}
              - {name: gone}
            """,
        values_yaml='global: {domain: acme.com}\npart: {enabled: true, host: given}\n"off": {enabled: false}',
        charts__inner__Chart_yaml="name: inner",
        charts__inner__values_yaml="host: own\nglobal: {domain: own.com}",
        charts__inner__templates__a_yaml=pod + env,
        charts__off__Chart_yaml='name: "off"',
        charts__off__templates__a_yaml=pod,
    )
    found = folder.blueprint()
    assert list(found.services) == ["shop-part"]
    assert list(found.externals) == ["given-acme-com"]
    assert folder.imported().notes == (
        'Chart.yaml:1: names of the release are those of one that is called "shop", as the chart is',
        f"Chart.yaml:1: not all of it was read: {ADVICE}",
        'Chart.yaml:5 dependencies: not read: the chart "gone" is not in the folder "charts"',
    )


def test_files_of_a_chart_are_read_and_none_beside_it(tmp_path: Path) -> None:
    (tmp_path / "secret.conf").write_text("url: http://outside\n")
    (tmp_path / "chart").mkdir()
    folder = chart(
        tmp_path / "chart",
        files__app_conf="one: 1\nurl: http://{{ .Values.host }}/\n",
        values_yaml="host: stock",
        templates__a_yaml="""\
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: config}
            data:
              app.conf: |
                {{- tpl (.Files.Get "files/app.conf") . | nindent 4 }}
                {{- .Files.Get "../secret.conf" | nindent 4 }}
                {{- .Files.Get "gone" }}
            """,
        templates__b_yaml="""\
            apiVersion: v1
            kind: Pod
            metadata: {name: orders}
            spec: {volumes: [{name: v, configMap: {name: config}}], containers: [{name: orders}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: stock}
            spec: {type: ExternalName, externalName: stock.acme.com}
            """,
    )
    assert calls(folder.blueprint().services["orders"]) == ["stock"]
    assert "outside" not in folder.imported().text


def test_a_chart_that_cannot_be_read_is_told_with_advice_that_works(tmp_path: Path) -> None:
    folder = chart(
        tmp_path,
        templates__a_yaml="apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n{{ if }}\n",
        templates__b_yaml="apiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec: {containers: []}\n",
        templates__c_yaml="a: [{{ .Chart.Name }}\n",
    )
    assert folder.imported().notes == (
        f"Chart.yaml:1: not all of it was read: {ADVICE}",
        "templates/a.yaml:4: not read: a command is missing",
        "templates/c.yaml:1: not read, from the start of its document to the end of the file: did not find expected ',' or ']'",
    )
    # What `helm template` prints: one file with all the objects, each behind a line that says where it is from.
    names = ("orders", "stock")
    pods = (
        f"---\n# Source: shop/templates/{name}.yaml\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\n"
        f"spec: {{containers: [{{name: {name}}}]}}\n"
        for name in names
    )
    (tmp_path / "rendered.yaml").write_text("".join(pods))
    assert list(Folder(tmp_path).blueprint("rendered.yaml").services) == ["orders", "stock"]


def test_what_has_no_known_name_is_no_part(tmp_path: Path) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\nspec: {containers: [{name: x, env: [{name: A_URL, value: 'http://%s:80'}]}]}\n"
    folder = chart(
        tmp_path, templates__a_yaml=pod % ("a", "{{ uuidv4 }}"), templates__b_yaml=pod % ("'{{ uuidv4 }}'", "a")
    )
    assert list(folder.blueprint().services) == ["a"]
    assert folder.imported().notes == (
        f"Chart.yaml:1: not all of it was read: {ADVICE}",
        'templates/a.yaml:4: not known: "uuidv4" ("uuidv4" is not known here)',
        'templates/b.yaml:3: not known: "uuidv4" ("uuidv4" is not known here)',
        "templates/b.yaml:3 Pod: not read: a Pod whose name only Helm knows",
    )


def test_a_template_of_no_chart_takes_the_values_beside_it(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("host: stock\n")
    for name in ("orders", "stock"):
        (tmp_path / f"{name}.yaml").write_text(
            f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n  containers:\n    - name: {name}\n"
            "      env: [{name: X_URL, value: 'http://{{ .Values.host }}'}]\n---\n"
            f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{selector: {{app: {name}}}}}\n"
        )
    folder = Folder(tmp_path)
    assert calls(folder.blueprint().services["orders"]) == ["stock"]
    assert "# orders.yaml:7 X_URL\n" in folder.imported().text
