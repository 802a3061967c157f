{{- /* The pod template of the Deployment and of the DaemonSet. */}}
{{- define "sluice.pod" -}}
{{- $c := .Values.controller -}}
metadata:
  # The same in every version: by these the program finds its replicas, also while they are replaced.
  labels:
    {{- include "sluice.controllerSelector" . | nindent 4 }}
    {{- with .Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with $c.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    # The program reads its file once: another file makes other pods.
    checksum/config: {{ include "sluice.config" . | sha256sum }}
    {{- with $c.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "sluice.serviceAccount" . }}
  automountServiceAccountToken: {{ .Values.serviceAccount.automountServiceAccountToken }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $c.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- if $c.hostNetwork }}
  hostNetwork: true
  {{- end }}
  dnsPolicy: {{ $c.dnsPolicy }}
  {{- with $c.dnsConfig }}
  dnsConfig:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $c.hostAliases }}
  hostAliases:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- $pod := dict "runAsNonRoot" true "runAsUser" 65532 "runAsGroup" 65532 "fsGroup" 65532 "seccompProfile" (dict "type" "RuntimeDefault") }}
    {{- with $c.sysctls }}
    {{- $sysctls := list }}
    {{- range $name, $value := . }}
    {{- $sysctls = append $sysctls (dict "name" $name "value" (toString $value)) }}
    {{- end }}
    {{- $_ := set $pod "sysctls" $sysctls }}
    {{- end }}
    {{- mergeOverwrite $pod (deepCopy $c.podSecurityContext) | toYaml | nindent 4 }}
  terminationGracePeriodSeconds: {{ $c.terminationGracePeriodSeconds }}
  {{- with $c.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $c.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $c.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if $c.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- tpl (toYaml $c.topologySpreadConstraints) . | nindent 4 }}
  {{- else if eq $c.kind "Deployment" }}
  topologySpreadConstraints:
    {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "sluice.controllerSelector" $ | nindent 10 }}
    {{- end }}
  {{- end }}
  {{- with $c.extraInitContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ $c.name }}
      image: {{ include "sluice.image" (list $c.image (printf "%s-%s" .Chart.AppVersion .Values.backend)) }}
      imagePullPolicy: {{ $c.image.pullPolicy }}
      args:
        - run
        - --config=/etc/sluice/sluice.yaml
        {{- range $name, $value := $c.extraArgs }}
        - {{ if eq (toString $value) "" }}{{ printf "--%s" $name | quote }}{{ else }}{{ printf "--%s=%s" $name (toString $value) | quote }}{{ end }}
        {{- end }}
      env:
        - name: POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        - name: POD_NAMESPACE
          valueFrom:
            fieldRef:
              fieldPath: metadata.namespace
        {{- with $c.extraEnvs }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - name: http
          containerPort: {{ $c.containerPort.http }}
          protocol: TCP
          {{- if $c.hostPort.enabled }}
          hostPort: {{ $c.hostPort.ports.http }}
          {{- end }}
        - name: https
          containerPort: {{ $c.containerPort.https }}
          protocol: TCP
          {{- if $c.hostPort.enabled }}
          hostPort: {{ $c.hostPort.ports.https }}
          {{- end }}
        - name: admin
          containerPort: {{ $c.metrics.port }}
          protocol: TCP
        {{- range $protocol := list "tcp" "udp" }}
        {{- range $port, $to := index $.Values $protocol }}
        - name: {{ $port }}-{{ $protocol }}
          containerPort: {{ $port }}
          protocol: {{ upper $protocol }}
          {{- if $c.hostPort.enabled }}
          hostPort: {{ $port }}
          {{- end }}
        {{- end }}
        {{- end }}
      {{- range $probe := list "startupProbe" "livenessProbe" "readinessProbe" }}
      {{- with index $c $probe }}
      {{ $probe }}:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- end }}
      {{- if $c.lifecycle }}
      lifecycle:
        {{- toYaml $c.lifecycle | nindent 8 }}
      {{- else if $c.preStopSleepSeconds }}
      lifecycle:
        preStop:
          sleep:
            seconds: {{ $c.preStopSleepSeconds }}
      {{- end }}
      {{- with $c.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        {{- mergeOverwrite (include "sluice.containerSecurityContext" . | fromYaml) (deepCopy $c.containerSecurityContext) | toYaml | nindent 8 }}
      volumeMounts:
        - name: config
          mountPath: /etc/sluice
          readOnly: true
        - name: data
          mountPath: /var/lib/sluice
        - name: tmp
          mountPath: /tmp
        {{- with $c.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with $c.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "sluice.controller" . }}-settings
    - name: data
      emptyDir:
        sizeLimit: {{ $c.dataVolume.sizeLimit }}
    - name: tmp
      emptyDir:
        sizeLimit: 64Mi
    {{- with $c.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
