{{- /* Objects that routes are made of, in namespaces, and what their owners are told. */}}
{{- define "sluice.rbac.watch" -}}
{{- $cluster := include "sluice.cluster" . | fromYaml -}}
- apiGroups: [networking.k8s.io]
  resources: [ingresses]
  verbs: [get, list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [get, list, watch]
# Of Secrets only the names are listed and watched (PartialObjectMetadata); those that an Ingress refers to are got.
- apiGroups: ['']
  resources: [services, configmaps, secrets]
  verbs: [get, list, watch]
{{- if $cluster.status.enabled }}
- apiGroups: [networking.k8s.io]
  resources: [ingresses/status]
  verbs: [patch]
{{- end }}
{{- if $cluster.events.enabled }}
# One that is there already, from before a restart, is read and counted up.
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [get, create, patch]
{{- end }}
{{- end }}

{{- /* Arguments: the root, the kind (Role or ClusterRole), the name, the namespace. */}}
{{- define "sluice.rbac.binding" -}}
{{- $root := index . 0 -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ index . 1 }}Binding
metadata:
  name: {{ index . 2 }}
  {{- if eq (index . 1) "Role" }}
  namespace: {{ index . 3 }}
  {{- end }}
  labels:
    {{- include "sluice.controllerLabels" $root | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ index . 1 }}
  name: {{ index . 2 }}
subjects:
  - kind: ServiceAccount
    name: {{ include "sluice.serviceAccount" $root }}
    namespace: {{ include "sluice.namespace" $root }}
{{- end }}

{{- /* Whether Ingresses get the addresses of nodes. */}}
{{- define "sluice.rbac.nodes" -}}
{{- $status := (include "sluice.cluster" . | fromYaml).status }}
{{- if and $status.enabled (not $status.publishService) (not $status.addresses) }}true{{ end }}
{{- end }}
