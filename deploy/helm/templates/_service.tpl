{{- /* Arguments: the root, the values of the Service, its name. */}}
{{- define "sluice.service" -}}
{{- $root := index . 0 }}
{{- $s := index . 1 -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ index . 2 }}
  namespace: {{ include "sluice.namespace" $root }}
  labels:
    {{- include "sluice.controllerLabels" $root | nindent 4 }}
    {{- with $s.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $s.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ $s.type }}
  {{- range $field := list "clusterIP" "externalIPs" "loadBalancerIP" "loadBalancerClass" "loadBalancerSourceRanges" "externalTrafficPolicy" "internalTrafficPolicy" "healthCheckNodePort" "sessionAffinity" "ipFamilyPolicy" "ipFamilies" "trafficDistribution" }}
  {{- with index $s $field }}
  {{ $field }}: {{ toJson . }}
  {{- end }}
  {{- end }}
  {{- if kindIs "bool" $s.allocateLoadBalancerNodePorts }}
  allocateLoadBalancerNodePorts: {{ $s.allocateLoadBalancerNodePorts }}
  {{- end }}
  ports:
    {{- range $name, $enabled := dict "http" $s.enableHttp "https" $s.enableHttps }}
    {{- if $enabled }}
    - name: {{ $name }}
      port: {{ index $s.ports $name }}
      targetPort: {{ index $s.targetPorts $name }}
      protocol: TCP
      {{- if $s.appProtocol }}
      appProtocol: {{ $name }}
      {{- end }}
      {{- with index $s.nodePorts $name }}
      nodePort: {{ . }}
      {{- end }}
    {{- end }}
    {{- end }}
    {{- range $protocol := list "tcp" "udp" }}
    {{- range $port, $to := index $root.Values $protocol }}
    - name: {{ $port }}-{{ $protocol }}
      port: {{ $port }}
      targetPort: {{ $port }}-{{ $protocol }}
      protocol: {{ upper $protocol }}
    {{- end }}
    {{- end }}
  selector:
    {{- include "sluice.controllerSelector" $root | nindent 4 }}
{{- end }}
