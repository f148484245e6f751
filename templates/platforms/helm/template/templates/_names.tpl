{{/* Every workload, by its name: what the blueprint says of it with what the values choose for it. */}}
{{- define "workloads" -}}
{{- $said := (.Files.Get "workloads.yaml" | fromYaml).workloads -}}
{{- mergeOverwrite $said .Values.workloads | toYaml -}}
{{- end -}}

{{/* What all objects of the system have in common. */}}
{{- define "labels.system" -}}
app.kubernetes.io/part-of: {{ .Chart.Name | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The two labels by which a pod is known: of (dict "name" NAME). */}}
{{- define "labels.own" -}}
app.kubernetes.io/name: {{ .name | quote }}
app.kubernetes.io/instance: {{ .name | quote }}
{{- end -}}

{{/* The labels of an object and its pods: of (dict "root" $ "name" NAME "component" COMPONENT "of" WORKLOAD). */}}
{{- define "labels" -}}
app: {{ .name | quote }}
{{ include "labels.own" . }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/version: {{ .of.image.tag | trunc 63 | trimAll "._-" | quote }}
{{- with .of.owner }}
owner: {{ . | quote }}
{{- end }}
{{ include "labels.system" .root }}
{{- end -}}

{{/* What an object is called, and where; `object` only where its name is not the workload's: of the same dict. */}}
{{- define "metadata" -}}
name: {{ .object | default .name | quote }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "labels" . | nindent 2 }}
{{- end -}}

{{/* An image, by its digest where a release has written it: of (dict "root" $ "of" WORKLOAD). */}}
{{- define "image" -}}
{{ .root.Values.registry }}/{{ .of.image.name }}{{ with .of.image.digest }}@{{ . }}{{ else }}:{{ .of.image.tag }}{{ end }}
{{- end -}}
