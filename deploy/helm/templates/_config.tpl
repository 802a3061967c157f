{{- /* The configuration file of the program. `settings` wins over all of it; what the controller may do follows from the result. */}}
{{- define "sluice.config" -}}
{{- $c := .Values.controller }}
{{- $status := dict "nodeAddresses" (ternary "internal" "external" $c.reportNodeInternalIp) }}
{{- if $c.publishService.enabled }}
{{- if $c.publishService.pathOverride }}
{{- $_ := set $status "publishService" $c.publishService.pathOverride }}
{{- else if $c.service.enabled }}
{{- $_ := set $status "publishService" (printf "%s/%s" (include "sluice.namespace" .) (include "sluice.controller" .)) }}
{{- end }}
{{- end }}
{{- $election := dict "enabled" (not $c.disableLeaderElection) "id" (default (printf "%s-leader" (include "sluice.fullname" .)) $c.electionID) }}
{{- $kubernetes := dict "status" $status "election" $election }}
{{- if $c.scope.enabled }}
{{- $namespaces := list }}
{{- range splitList "," (default (include "sluice.namespace" .) $c.scope.namespace) }}
{{- $namespaces = append $namespaces (trim .) }}
{{- end }}
{{- $_ := set $kubernetes "namespaces" ($namespaces | uniq) }}
{{- end }}
{{- with $c.scope.namespaceSelector }}
{{- $_ := set $kubernetes "namespaceSelector" . }}
{{- end }}
{{- $watch := dict
  "kubernetes" $kubernetes
  "ingressClass" $c.ingressClass
  "controllerClass" $c.ingressClassResource.controllerValue
  "ingressClassByName" $c.ingressClassByName
  "watchIngressWithoutClass" $c.watchIngressWithoutClass }}
{{- $listen := dict
  "http" (list (printf ":%d" (int $c.containerPort.http)))
  "https" (list (printf ":%d" (int $c.containerPort.https)))
  "admin" (printf ":%d" (int $c.metrics.port)) }}
{{- $config := dict "backend" .Values.backend "watch" $watch "listen" $listen "data" "/var/lib/sluice" }}
{{- $_ := set $config "configMap" (printf "%s/%s" (include "sluice.namespace" .) (include "sluice.controller" .)) }}
{{- range $protocol := list "tcp" "udp" }}
{{- if index $.Values $protocol }}
{{- $_ := set $config (printf "%sServices" $protocol) (printf "%s/%s-%s" (include "sluice.namespace" $) (include "sluice.controller" $) $protocol) }}
{{- end }}
{{- end }}
{{- if .Values.defaultBackend.enabled }}
{{- $_ := set $config "defaultBackendService" (printf "%s/%s" (include "sluice.namespace" .) (include "sluice.defaultBackend" .)) }}
{{- end }}
{{- mergeOverwrite $config (deepCopy .Values.settings) | toYaml }}
{{- end }}

{{- /* watch.kubernetes of the result, as YAML, with what the templates ask filled in. */}}
{{- define "sluice.cluster" -}}
{{- $defaults := dict
  "namespaces" list
  "namespaceSelector" ""
  "status" (dict "enabled" true "publishService" "" "addresses" list "clearOnShutdown" true)
  "events" (dict "enabled" true) }}
{{- mergeOverwrite $defaults (include "sluice.config" . | fromYaml).watch.kubernetes | toYaml }}
{{- end }}
