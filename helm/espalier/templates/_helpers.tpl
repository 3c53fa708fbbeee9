{{- define "espalier.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 36 characters, so that what is appended fits into 52, the longest name of a CronJob. Every object asks for it
     first, so that wrong values are refused before anything is rendered. */}}
{{- define "espalier.fullname" -}}
{{- include "espalier.validate" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 36 | trimSuffix "-" -}}
{{- else if contains (include "espalier.name" .) .Release.Name -}}
{{- .Release.Name | trunc 36 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "espalier.name" .) | trunc 36 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "espalier.selector" -}}
app.kubernetes.io/name: {{ include "espalier.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "espalier.labels" -}}
{{ include "espalier.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "espalier.image" -}}
{{ printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end -}}

{{- define "espalier.secretName" -}}
{{ default (printf "%s-keys" (include "espalier.fullname" .)) .Values.keys.existingSecret }}
{{- end -}}

{{- define "espalier.secretKey" -}}
{{ if .Values.keys.existingSecret }}{{ .Values.keys.existingSecretKey }}{{ else }}admin-key{{ end }}
{{- end -}}

{{/* The name of the port where administrators, probes and Prometheus are answered, and its number at a pod. */}}
{{- define "espalier.managementName" -}}
{{ if .Values.management.port }}management{{ else }}http{{ end }}
{{- end -}}

{{- define "espalier.managementPort" -}}
{{ if .Values.management.port }}{{ .Values.management.port }}{{ else }}8080{{ end }}
{{- end -}}

{{- define "espalier.headless" -}}
{{ include "espalier.fullname" . }}-pods
{{- end -}}

{{/* A quantity in MiB; what has no unit is bytes. */}}
{{- define "espalier.mebibytes" -}}
{{- $q := . | toString -}}
{{- $n := regexFind "^[0-9]+" $q | int64 -}}
{{- if hasSuffix "Ti" $q -}}{{ mul $n 1048576 }}
{{- else if hasSuffix "Gi" $q -}}{{ mul $n 1024 }}
{{- else if hasSuffix "Mi" $q -}}{{ $n }}
{{- else if hasSuffix "Ki" $q -}}{{ div $n 1024 }}
{{- else if hasSuffix "T" $q -}}{{ div (mul $n 1000000000) 1049 }}
{{- else if hasSuffix "G" $q -}}{{ div (mul $n 1000000) 1049 }}
{{- else if hasSuffix "M" $q -}}{{ div (mul $n 1000) 1049 }}
{{- else -}}{{ div $n 1048576 }}
{{- end -}}
{{- end -}}

{{- define "espalier.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "espalier.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* The key under the name that the service, then the one that the command line looks for. */}}
{{- define "espalier.key" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ include "espalier.secretName" .root }}
      key: {{ include "espalier.secretKey" .root }}
{{- end -}}

{{/* application.yml: the caller's settings under those that the chart owns. */}}
{{- define "espalier.config" -}}
{{- $kafka := dict "enabled" .Values.kafka.enabled -}}
{{- $spring := dict -}}
{{- if .Values.kafka.enabled -}}
{{- $kafka = dict "enabled" true "topic-prefix" .Values.kafka.topicPrefix "create-topics" .Values.kafka.createTopics -}}
{{- $_ := set $spring "kafka" (dict "bootstrap-servers" .Values.kafka.bootstrapServers) -}}
{{- end -}}
{{- if .Values.database.url -}}
{{- $_ := set $spring "datasource" (dict "url" .Values.database.url) -}}
{{- end -}}
{{- $espalier := dict "kafka" $kafka -}}
{{- if .Values.backups.enabled -}}
{{- $_ := set $espalier "backups" (dict "folder" "/var/backups/espalier" "keep" (.Values.backups.keep | int) "verify" .Values.backups.verify) -}}
{{- end -}}
{{- $own := dict "espalier" $espalier "server" (dict "address" "0.0.0.0" "port" 8080) -}}
{{- if .Values.management.port -}}
{{- $_ := set $own "management" (dict "server" (dict "port" (.Values.management.port | int))) -}}
{{- end -}}
{{- if $spring -}}
{{- $_ := set $own "spring" $spring -}}
{{- end -}}
{{- toYaml (mergeOverwrite (deepCopy .Values.config) $own) -}}
{{- end -}}

{{- define "espalier.env" -}}
- name: JDK_JAVA_OPTIONS
  value: {{ printf "-XX:MaxRAMPercentage=%d %s" (.Values.java.heapPercent | int) .Values.java.options | trim | quote }}
- name: SPRING_CONFIG_ADDITIONAL_LOCATION
  value: optional:file:/etc/espalier/
{{ include "espalier.key" (dict "root" . "name" "ESPALIER_ACCESS_ADMIN_KEY") }}
{{- if .Values.database.existingSecret }}
- name: SPRING_DATASOURCE_USERNAME
  valueFrom:
    secretKeyRef:
      name: {{ .Values.database.existingSecret }}
      key: {{ .Values.database.usernameKey }}
- name: SPRING_DATASOURCE_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .Values.database.existingSecret }}
      key: {{ .Values.database.passwordKey }}
{{- end }}
{{- end -}}
