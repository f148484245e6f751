"""Helm templates: read as plain YAML so far as their values go, and told where not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.adopt.importing import Folder

from svcforge.adopt.helm import plain
from svcforge.source.foreign import read_foreign
from svcforge.source.tree import Mapping

VALUES = read_foreign(
    "{on: true, off: false, name: shop, none: null, list: [1], deep: {port: 80}}", "values.yaml"
).documents[0]


def filled(text: str) -> str:
    assert isinstance(VALUES, Mapping)
    return plain(text, VALUES).text


def told(text: str) -> list[tuple[int, str]]:
    assert isinstance(VALUES, Mapping)
    return plain(text, VALUES).notes


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("a: {{ .Values.name }}", "a: shop"),
        ("a: {{ .Values.deep.port | quote }}", "a: 80"),
        ('a: {{ .Values.gone | default "x" }}', "a: x"),
        ('a: {{ default "x" .Values.name }}', "a: shop"),
        ("a: {{ .Release.Name }}-db", "a: release-db"),
        ("a: {{ include \"x\" . }}", "a: unknown-to-svcforge"),
        ("{{ if .Values.on }}\na: 1\n{{ else }}\na: 2\n{{ end }}", "\na: 1\n\n\n"),
        ("{{- if not .Values.on }}\na: 1\n{{- else }}\na: 2\n{{- end }}", "\n\n\na: 2\n"),
        ('{{ if eq .Values.name "shop" }}\na: 1\n{{ end }}', "\na: 1\n"),
        ("{{ if .Values.off }}\na: 1\n{{ else if .Values.on }}\na: 2\n{{ end }}", "\n\n\na: 2\n"),
        ("{{ with .Values.none }}\na: 1\n{{ end }}", "\n\n"),
        ("a: 1\n{{end}}---\nb: 2", "a: 1\n---\nb: 2"),
        ("{{/* a comment\nover lines */}}\na: 1", "\n\na: 1"),
    ],
)  # fmt: skip
def test_values_and_simple_conditions_are_filled_in_line_for_line(template: str, text: str) -> None:
    assert filled(template) == text


def test_what_only_helm_knows_is_told() -> None:
    assert told("{{ if .Capabilities.x }}\na: 1\n{{ end }}") == [
        (1, 'not sure: "if .Capabilities.x" cannot be decided here, and is taken as true')
    ]
    assert told("{{ range .Values.list }}\na: 1\n{{ end }}") == []
    assert told("{{- with .Values.list }}\n{{- toYaml . | nindent 8 }}\n{{ end }}") == [
        (1, 'not read: what "with .Values.list" holds')
    ]
    assert told('{{ include "labels.of" . }}\n{{ template "pods" . }}') == [
        (2, 'not read: "template "pods" ." stands for lines that only Helm knows')
    ]


def test_a_chart_is_imported_with_its_values(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    (tmp_path / "Chart.yaml").write_text("name: shop\n")
    (tmp_path / "values.yaml").write_text("stock: {host: stock}\nexposed: false\n")
    (templates / "a.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: orders}\nspec:\n  containers:\n    - name: orders\n"
        "      env: [{name: STOCK_URL, value: http://{{ .Values.stock.host }}:80}]\n"
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: stock}\nspec: {containers: []}\n"
        "{{- if .Values.exposed }}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: gone}\nspec: {}\n{{- end }}\n"
    )
    found = Folder(tmp_path).blueprint()
    assert {n: [c.to for c in s.calls] for n, s in found.services.items()} == {"orders": ["stock"], "stock": []}
