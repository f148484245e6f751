{{/* What every pod is held by: of (dict "root" $ "account" ACCOUNT). */}}
{{- define "pod" -}}
serviceAccountName: {{ .account | quote }}
automountServiceAccountToken: false
enableServiceLinks: false
priorityClassName: {{ (.root.Files.Get "workloads.yaml" | fromYaml).priority }}
dnsConfig:
  options:
    - {name: ndots, value: "2"}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{/* What every container of a workload is given, and held by: of (dict "name" NAME "of" WORKLOAD). */}}
{{- define "container" -}}
{{- if .of.config }}
envFrom:
  - configMapRef:
      name: {{ .name }}-config
{{- end }}
{{- with .of.env }}
env:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  {{- if .of.volume }}
  - name: data
    mountPath: /data
  {{- end }}
  {{- if .of.secrets }}
  - name: secrets
    mountPath: /run/secrets
    readOnly: true
  {{- end }}
resources:
  {{- toYaml .of.resources | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  privileged: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  capabilities:
    drop: [ALL]
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{/* The volumes of a pod: of WORKLOAD. */}}
{{- define "volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- with .volume }}
- name: data
  persistentVolumeClaim:
    claimName: {{ . }}
{{- end }}
{{- with .secrets }}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- toYaml . | nindent 6 }}
{{- end }}
{{- end -}}

{{/* How a container is asked whether it lives: of WORKLOAD. */}}
{{- define "live" -}}
{{- if .live -}}
httpGet:
  path: {{ .live }}
  port: http
{{- else -}}
tcpSocket:
  port: http
{{- end }}
{{- end -}}
