{{/* Values that are fine each, and wrong together. Each refusal says what to change. */}}
{{- define "espalier.validate" -}}
{{- $v := .Values -}}
{{- if and (gt (int $v.replicas) 1) (not $v.kafka.enabled) -}}
{{- fail "replicas: more than one needs kafka.enabled: true and kafka.bootstrapServers, so that every pod sees every event; or set replicas: 1" -}}
{{- end -}}
{{- if and (gt (int $v.replicas) 1) (not $v.database.url) -}}
{{- fail "replicas: more than one needs database.url, so that keys and the audit log are the same for every pod; or set replicas: 1" -}}
{{- end -}}
{{- if and $v.kafka.enabled (not $v.kafka.bootstrapServers) -}}
{{- fail "kafka.enabled needs kafka.bootstrapServers, as kafka-bootstrap:9092" -}}
{{- end -}}
{{- if and $v.kafka.bootstrapServers (not $v.kafka.enabled) -}}
{{- fail "kafka.bootstrapServers is set and kafka.enabled is not: set kafka.enabled: true, or leave kafka.bootstrapServers out" -}}
{{- end -}}
{{- if and $v.database.url (not $v.database.existingSecret) -}}
{{- fail "database.url needs database.existingSecret, a Secret with the keys username and password" -}}
{{- end -}}
{{- if and $v.database.existingSecret (not $v.database.url) -}}
{{- fail "database.existingSecret is set and database.url is not: set database.url, or leave the Secret out" -}}
{{- end -}}
{{- if regexMatch "(?i)(password|user)=" $v.database.url -}}
{{- fail "database.url must not hold a user or a password: put them into the Secret that database.existingSecret names" -}}
{{- end -}}
{{- if and $v.backups.enabled (not $v.persistence.enabled) -}}
{{- fail "backups.enabled needs persistence.enabled: without it there is nothing that outlives a pod; set backups.enabled: false, or persistence.enabled: true" -}}
{{- end -}}
{{- if and $v.restore.onFirstStart (not $v.backups.enabled) -}}
{{- fail "restore.onFirstStart needs backups.enabled: that is the volume it restores from" -}}
{{- end -}}
{{- if and (gt (int $v.restore.number) 0) (not $v.restore.onFirstStart) -}}
{{- fail "restore.number is set and restore.onFirstStart is not: set restore.onFirstStart: true, or restore.number: 0" -}}
{{- end -}}
{{- if and $v.backups.existingClaim (gt (int $v.replicas) 1) -}}
{{- fail "backups.existingClaim is of one pod: with more replicas each needs a volume of its own, so leave it out" -}}
{{- end -}}
{{- if and $v.backups.existingClaim (not $v.backups.enabled) -}}
{{- fail "backups.existingClaim is set and backups.enabled is not: set backups.enabled: true, or leave the claim out" -}}
{{- end -}}
{{- if $v.persistence.enabled -}}
{{- $data := include "espalier.mebibytes" $v.persistence.size | int64 -}}
{{- if lt $data 2048 -}}
{{- fail (printf "persistence.size: %s is too small: the store keeps 256 MiB free and needs room to compact; give at least 2Gi" $v.persistence.size) -}}
{{- end -}}
{{- if and $v.backups.enabled (not $v.backups.existingClaim) (lt (include "espalier.mebibytes" $v.backups.size | int64) $data) -}}
{{- fail (printf "backups.size: %s is smaller than persistence.size: %s, so a full store would not fit; give at least as much" $v.backups.size $v.persistence.size) -}}
{{- end -}}
{{- end -}}
{{- if lt (include "espalier.mebibytes" $v.resources.limits.memory | int64) 768 -}}
{{- fail (printf "resources.limits.memory: %s is too small: heap, the store's cache and the JVM need at least 768Mi" $v.resources.limits.memory) -}}
{{- end -}}
{{- if and $v.ingress.enabled (not $v.ingress.host) -}}
{{- fail "ingress.enabled needs ingress.host, the name under which the service is reached" -}}
{{- end -}}
{{- if eq (int $v.management.port) 8080 -}}
{{- fail "management.port: 8080 is the public port of the pods; take another one, as 9090, or 0 for none of its own" -}}
{{- end -}}
{{- if and $v.management.from (not $v.management.port) -}}
{{- fail "management.from is set and management.port is not: set management.port, or name the peers in networkPolicy.from" -}}
{{- end -}}
{{- range $path := list "management.server.port" "management.server.address" "espalier.data-dir" "espalier.dataDir" "espalier.backups" "espalier.kafka.enabled" "espalier.kafka.topic-prefix" "espalier.schedules.backup" "server.port" "server.address" "spring.datasource.url" "spring.kafka.bootstrap-servers" -}}
{{- $at := $v.config -}}
{{- $found := true -}}
{{- range $part := splitList "." $path -}}
{{- if and $found (kindIs "map" $at) (hasKey $at $part) -}}
{{- $at = index $at $part -}}
{{- else -}}
{{- $found = false -}}
{{- end -}}
{{- end -}}
{{- if $found -}}
{{- fail (printf "config.%s is set by the chart: leave it out and use the chart's own value for it" $path) -}}
{{- end -}}
{{- end -}}
{{- include "espalier.refuseSecrets" (dict "at" $v.config "path" "config") -}}
{{- include "espalier.refuseSecrets" (dict "at" $v.podAnnotations "path" "podAnnotations") -}}
{{- if regexMatch "(?i)(password|secret|admin-key|jaas)" $v.java.options -}}
{{- fail "java.options must not hold a secret: anybody who may read the pod sees it; use keys.existingSecret, database.existingSecret or kafka.existingSecret" -}}
{{- end -}}
{{- end -}}

{{- define "espalier.refuseSecrets" -}}
{{- $path := .path -}}
{{- range $key, $value := .at -}}
{{- if regexMatch "(?i)(password|secret|admin-?key|api-?key|token|jaas)" $key -}}
{{- fail (printf "%s.%s looks like a secret, and values end up in a ConfigMap: put it into a Secret, and name that in keys.existingSecret, database.existingSecret or kafka.existingSecret" $path $key) -}}
{{- end -}}
{{- if kindIs "map" $value -}}
{{- include "espalier.refuseSecrets" (dict "at" $value "path" (printf "%s.%s" $path $key)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
