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

{{/*
The Deployments of a workload, its own and those of its releases, in a list: what each is called, with its release, image
and scale. Of (dict "root" $ "name" NAME "of" WORKLOAD).
*/}}
{{- define "runs" -}}
{{- $runs := list (dict "name" .name "release" .of.release "image" .of.image "scale" .of.scale) -}}
{{- if .root.Values.releases -}}
{{- range $release, $it := .of.releases -}}
{{- if $it.image -}}
{{- $runs = append $runs (dict "name" $it.host "release" $release "image" $it.image "scale" $it.scale) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $runs -}}
{{- end -}}

{{/* The two labels by which a pod is known: of (dict "name" NAME), with "instance" where that has another name. */}}
{{- define "labels.own" -}}
app.kubernetes.io/name: {{ .name | quote }}
app.kubernetes.io/instance: {{ .instance | default .name | quote }}
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
