{{- define "sluice.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "sluice.fullname" -}}
{{- $name := include "sluice.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "sluice.controller" -}}
{{- printf "%s-%s" (include "sluice.fullname" .) .Values.controller.name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "sluice.defaultBackend" -}}
{{- printf "%s-%s" (include "sluice.fullname" .) .Values.defaultBackend.name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "sluice.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride }}
{{- end }}

{{- define "sluice.serviceAccount" -}}
{{- default (ternary (include "sluice.fullname" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name }}
{{- end }}

{{- /* Labels of every object. */}}
{{- define "sluice.labels" -}}
{{ include "sluice.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | squote }}
app.kubernetes.io/part-of: {{ include "sluice.name" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "sluice.selectorLabels" -}}
app.kubernetes.io/name: {{ include "sluice.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "sluice.controllerLabels" -}}
{{ include "sluice.labels" . }}
app.kubernetes.io/component: {{ .Values.controller.name }}
{{- end }}

{{- define "sluice.controllerSelector" -}}
{{ include "sluice.selectorLabels" . }}
app.kubernetes.io/component: {{ .Values.controller.name }}
{{- end }}

{{- define "sluice.defaultBackendSelector" -}}
{{ include "sluice.selectorLabels" . }}
app.kubernetes.io/component: {{ .Values.defaultBackend.name }}
{{- end }}

{{- /* Arguments: the image, and the tag where it has none. */}}
{{- define "sluice.image" -}}
{{- $image := index . 0 }}
{{- with $image.registry }}{{ . }}/{{ end }}{{ $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ default (index . 1) $image.tag }}{{ end }}
{{- end }}

{{- /* What containers may do: nothing. */}}
{{- define "sluice.containerSecurityContext" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
readOnlyRootFilesystem: true
runAsNonRoot: true
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "sluice.replicated" -}}
{{- $c := .Values.controller }}
{{- if or (eq $c.kind "DaemonSet") (gt (int $c.replicaCount) 1) (and $c.autoscaling.enabled (gt (int $c.autoscaling.minReplicas) 1)) }}true{{ end }}
{{- end }}

{{- /* What no schema can say. Rendered with every installation. */}}
{{- define "sluice.check" -}}
{{- $c := .Values.controller }}
{{- if and $c.scope.enabled $c.scope.namespaceSelector }}
{{- fail "controller.scope.namespaceSelector chooses among all namespaces: it does not go with controller.scope.enabled" }}
{{- end }}
{{- if and .Values.rbac.scope (not $c.scope.enabled) }}
{{- fail "rbac.scope leaves out rights for the whole cluster: it needs controller.scope.enabled" }}
{{- end }}
{{- if and .Values.rbac.scope (include "sluice.rbac.nodes" .) }}
{{- fail "rbac.scope gives no rights for nodes: turn controller.publishService on, or settings.watch.kubernetes.status.enabled off" }}
{{- end }}
{{- if and $c.autoscaling.enabled (eq $c.kind "DaemonSet") }}
{{- fail "controller.autoscaling is for controller.kind Deployment" }}
{{- end }}
{{- if and $c.autoscaling.enabled (not (or $c.autoscaling.targetCPUUtilizationPercentage $c.autoscaling.targetMemoryUtilizationPercentage)) }}
{{- fail "controller.autoscaling needs targetCPUUtilizationPercentage or targetMemoryUtilizationPercentage" }}
{{- end }}
{{- if and $c.metrics.serviceMonitor.enabled (not $c.metrics.enabled) }}
{{- fail "controller.metrics.serviceMonitor needs controller.metrics.enabled" }}
{{- end }}
{{- $namespaces := (include "sluice.cluster" . | fromYaml).namespaces }}
{{- if and .Values.defaultBackend.enabled $namespaces (not (has (include "sluice.namespace" .) $namespaces)) }}
{{- fail "defaultBackend.enabled makes a Service in the namespace of the release: controller.scope.namespace must have it" }}
{{- end }}
{{- if and .Values.defaultBackend.enabled (not .Values.defaultBackend.image.repository) }}
{{- fail "defaultBackend.enabled needs an image of yours: defaultBackend.image.repository and tag" }}
{{- end }}
{{- end }}
