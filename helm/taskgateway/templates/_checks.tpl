{{/* What a schema cannot say: values that do not go together. Each message begins with the path of the value to change. */}}
{{- define "taskgateway.checks" -}}
{{- include "taskgateway.checkSources" . -}}
{{- include "taskgateway.checkKeys" . -}}
{{- include "taskgateway.checkTls" . -}}
{{- include "taskgateway.checkDurations" . -}}
{{- include "taskgateway.checkGrace" . -}}
{{- include "taskgateway.checkSizes" . -}}
{{- include "taskgateway.checkMonitoring" . -}}
{{- include "taskgateway.checkNetwork" . -}}
{{- include "taskgateway.checkPod" . -}}
{{- end -}}

{{- define "taskgateway.checkSources" -}}
{{- $config := .Values.config -}}
{{- if .Values.simulator.enabled -}}
{{- if $config.sources }}{{ fail "config.sources: must be empty with simulator.enabled, which brings its own sources" }}{{ end -}}
{{- if $config.accounts }}{{ fail "config.accounts: must be empty with simulator.enabled, which brings its own account" }}{{ end -}}
{{- else if not $config.sources -}}
{{- fail "config.sources: needs at least one upstream; or set simulator.enabled=true for a first look without cloud keys" -}}
{{- end -}}
{{- $accounts := list -}}
{{- range $i, $account := $config.accounts -}}
{{- if has $account.name $accounts }}{{ fail (printf "config.accounts[%d].name: there is another account %q" $i $account.name) }}{{ end -}}
{{- $accounts = append $accounts $account.name -}}
{{- end -}}
{{- $sources := list -}}
{{- range $i, $source := $config.sources -}}
{{- if has $source.name $sources }}{{ fail (printf "config.sources[%d].name: there is another source %q" $i $source.name) }}{{ end -}}
{{- if not (has $source.account $accounts) }}{{ fail (printf "config.sources[%d].account: there is no %q in config.accounts" $i $source.account) }}{{ end -}}
{{- if and (hasPrefix "http://" $source.endpoint) (not $source.insecure) -}}
{{- fail (printf "config.sources[%d].endpoint: plain http, which lets the network read signed requests; write https, or set insecure: true" $i) -}}
{{- end -}}
{{- $sources = append $sources $source.name -}}
{{- end -}}
{{- end -}}

{{/* Every account finds its keys; no Secret is there in vain. */}}
{{- define "taskgateway.checkKeys" -}}
{{- $prefixes := list -}}
{{- range $i, $secret := .Values.cloudKeys.secrets -}}
{{- $prefix := default "" $secret.prefix -}}
{{- if has $prefix $prefixes }}{{ fail (printf "cloudKeys.secrets[%d].prefix: there is another Secret with the prefix %q" $i $prefix) }}{{ end -}}
{{- $prefixes = append $prefixes $prefix -}}
{{- end -}}
{{- $wanted := list -}}
{{- $variables := list -}}
{{- range .Values.extraEnv }}{{ $variables = append $variables .name }}{{ end -}}
{{- range $i, $account := .Values.config.accounts -}}
{{- $prefix := default "" $account.credentials.environment.prefix -}}
{{- $wanted = append $wanted $prefix -}}
{{- $variable := printf "%sALIBABA_CLOUD_ACCESS_KEY_ID" (empty $prefix | ternary "" (printf "%s_" $prefix)) -}}
{{- if not (or (has $prefix $prefixes) (has $variable $variables) $.Values.extraEnvFrom) -}}
{{- fail (printf "cloudKeys.secrets: the account %q has no keys; add an entry with prefix %q, or bring %s by extraEnv or extraEnvFrom" $account.name $prefix $variable) -}}
{{- end -}}
{{- end -}}
{{- range $i, $prefix := $prefixes -}}
{{- if not (has $prefix $wanted) }}{{ fail (printf "cloudKeys.secrets[%d].prefix: no account of config.accounts has the prefix %q" $i $prefix) }}{{ end -}}
{{- end -}}
{{- end -}}

{{- define "taskgateway.checkTls" -}}
{{- $tls := .Values.tls -}}
{{- if and $tls.existingSecret $tls.certManager.enabled }}{{ fail "tls.existingSecret: must be empty with tls.certManager.enabled, which makes the Secret" }}{{ end -}}
{{- if include "taskgateway.tls" . -}}
{{- if $tls.insecurePlaintext }}{{ fail "tls.insecurePlaintext: must be false where there is a certificate" }}{{ end -}}
{{- else if not (or $tls.insecurePlaintext .Values.simulator.enabled) -}}
{{- fail "tls: callers need a way in; set tls.existingSecret or tls.certManager.enabled=true, or tls.insecurePlaintext=true where the network is safe" -}}
{{- end -}}
{{- if $tls.certManager.enabled -}}
{{- if not $tls.certManager.issuerRef.name }}{{ fail "tls.certManager.issuerRef.name: needs the name of the issuer" }}{{ end -}}
{{- if ge (include "taskgateway.seconds" $tls.certManager.renewBefore | float64) (include "taskgateway.seconds" $tls.certManager.duration | float64) -}}
{{- fail (printf "tls.certManager.renewBefore: %s must be less than tls.certManager.duration %s" $tls.certManager.renewBefore $tls.certManager.duration) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.tests.clientSecret (not (include "taskgateway.tls" .)) }}{{ fail "tests.clientSecret: of no use without tls" }}{{ end -}}
{{- end -}}

{{/* What the gateway would refuse when it starts: [path, value, least seconds, most seconds]. */}}
{{- define "taskgateway.checkDurations" -}}
{{- $config := .Values.config -}}
{{- range list
  (list "config.limits.connect_timeout" $config.limits.connect_timeout 0.1 60.0)
  (list "config.limits.attempt_timeout" $config.limits.attempt_timeout 0.1 60.0)
  (list "config.limits.large_reply_timeout" $config.limits.large_reply_timeout 0.1 600.0)
  (list "config.listen.max_connection_age" $config.listen.max_connection_age 1.0 86400.0)
  (list "config.listen.max_connection_age_grace" $config.listen.max_connection_age_grace 1.0 3600.0)
  (list "config.listen.handshake_timeout" $config.listen.handshake_timeout 0.1 120.0)
  (list "config.drain.limit" $config.drain.limit 0.0 86400.0)
  (list "config.drain.settle" $config.drain.settle 0.0 300.0)
  (list "tls.reloadInterval" .Values.tls.reloadInterval 0.1 3600.0) -}}
{{- if index . 1 -}}
{{- $seconds := include "taskgateway.seconds" (index . 1) | float64 -}}
{{- if or (lt $seconds (index . 2)) (gt $seconds (index . 3)) -}}
{{- fail (printf "%s: %s is not from %vs to %vs" (index . 0) (index . 1) (index . 2) (index . 3)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "taskgateway.checkGrace" -}}
{{- $grace := include "taskgateway.graceSeconds" . | int64 -}}
{{- $needed := add (include "taskgateway.drainSeconds" . | int64) 10 -}}
{{- if lt $grace $needed -}}
{{- if .Values.config.drain.limit -}}
{{- fail (printf "terminationGracePeriodSeconds: %d is less than config.drain.limit (%s) + 10 s = %d, so the drain would be killed; raise it to %d or lower config.drain.limit" $grace .Values.config.drain.limit $needed $needed) -}}
{{- else -}}
{{- fail (printf "terminationGracePeriodSeconds: %d is less than 1.1 x config.listen.max_connection_age (%s) + config.listen.max_connection_age_grace (%s) + 10 s = %d, so calls would be cut; raise it to %d or set a shorter config.drain.limit" $grace .Values.config.listen.max_connection_age .Values.config.listen.max_connection_age_grace $needed $needed) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "taskgateway.checkSizes" -}}
{{- $v := .Values -}}
{{- with dig "limits" "memory" "" $v.resources -}}
{{- $needed := add (int64 $v.config.limits.cache_bytes) (int64 $v.config.limits.log_buffer_bytes) 134217728 -}}
{{- if lt (include "taskgateway.bytes" . | int64) $needed -}}
{{- fail (printf "resources.limits.memory: %s is less than config.limits.cache_bytes + config.limits.log_buffer_bytes + 128 MiB = %dMi" . (div $needed 1048576)) -}}
{{- end -}}
{{- end -}}
{{- if ne (len (uniq (list (int $v.ports.grpc) (int $v.ports.health) (int $v.ports.admin)))) 3 -}}
{{- fail "ports: grpc, health and admin must differ" -}}
{{- end -}}
{{- if and (eq (toString $v.updateStrategy.maxUnavailable) "0") (eq (toString $v.updateStrategy.maxSurge) "0") -}}
{{- fail "updateStrategy.maxSurge: must not be 0 where updateStrategy.maxUnavailable is" -}}
{{- end -}}
{{- range $i, $constraint := $v.topologySpreadConstraints -}}
{{- if and $constraint.minDomains (ne $constraint.whenUnsatisfiable "DoNotSchedule") -}}
{{- fail (printf "topologySpreadConstraints[%d].minDomains: goes with whenUnsatisfiable DoNotSchedule alone" $i) -}}
{{- end -}}
{{- end -}}
{{- if $v.autoscaling.enabled -}}
{{- if gt (int $v.autoscaling.minReplicas) (int $v.autoscaling.maxReplicas) }}{{ fail "autoscaling.minReplicas: must not be more than autoscaling.maxReplicas" }}{{ end -}}
{{- if not (or $v.autoscaling.targetCPUUtilizationPercentage $v.autoscaling.targetMemoryUtilizationPercentage) -}}
{{- fail "autoscaling.targetCPUUtilizationPercentage: must not be 0 where autoscaling.targetMemoryUtilizationPercentage is" -}}
{{- end -}}
{{- if and $v.autoscaling.targetCPUUtilizationPercentage (not (dig "requests" "cpu" "" $v.resources)) -}}
{{- fail "resources.requests.cpu: is needed to scale by autoscaling.targetCPUUtilizationPercentage" -}}
{{- end -}}
{{- if and $v.autoscaling.targetMemoryUtilizationPercentage (not (dig "requests" "memory" "" $v.resources)) -}}
{{- fail "resources.requests.memory: is needed to scale by autoscaling.targetMemoryUtilizationPercentage" -}}
{{- end -}}
{{- end -}}
{{- if and $v.service.loadBalancerSourceRanges (ne $v.service.type "LoadBalancer") -}}
{{- fail "service.loadBalancerSourceRanges: is for service.type LoadBalancer" -}}
{{- end -}}
{{- end -}}

{{- define "taskgateway.checkMonitoring" -}}
{{- if and .Values.serviceMonitor.enabled (not .Values.admin.enabled) }}{{ fail "serviceMonitor.enabled: needs admin.enabled, which serves the metrics" }}{{ end -}}
{{- if and .Values.prometheusRule.enabled (not .Values.serviceMonitor.enabled) }}{{ fail "prometheusRule.enabled: needs serviceMonitor.enabled, whose labels the alerts count on" }}{{ end -}}
{{- if .Values.serviceMonitor.enabled -}}
{{- if gt (include "taskgateway.seconds" .Values.serviceMonitor.scrapeTimeout | float64) (include "taskgateway.seconds" .Values.serviceMonitor.interval | float64) -}}
{{- fail "serviceMonitor.scrapeTimeout: must not be longer than serviceMonitor.interval" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "taskgateway.checkNetwork" -}}
{{- range $i, $cidr := .Values.networkPolicy.egress.cidrs -}}
{{- $address := trimSuffix "/32" $cidr -}}
{{- if has $address (include "taskgateway.metadataAddresses" $ | splitList " ") -}}
{{- fail (printf "networkPolicy.egress.cidrs[%d]: %s hands out credentials of the machine, and is no cloud API" $i $address) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What the chart mounts and writes itself. */}}
{{- define "taskgateway.checkPod" -}}
{{- $own := list "/tmp" "/etc/taskgateway/config" "/etc/taskgateway/tls" "/etc/taskgateway/client-ca" "/var/run/secrets/taskgateway" -}}
{{- $others := list -}}
{{- range $i, $mount := .Values.extraVolumeMounts -}}
{{- $path := clean $mount.mountPath -}}
{{- if has $path $others }}{{ fail (printf "extraVolumeMounts[%d].mountPath: there is another mount at %s" $i $path) }}{{ end -}}
{{- $others = append $others $path -}}
{{- range $own -}}
{{- if hasPrefix (printf "%s/" (trimSuffix "/" $path)) (printf "%s/" .) -}}
{{- fail (printf "extraVolumeMounts[%d].mountPath: %s would hide the chart's own %s" $i $mount.mountPath .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $path, $labels := dict "podLabels" .Values.podLabels "serviceMonitor.labels" .Values.serviceMonitor.labels "prometheusRule.labels" .Values.prometheusRule.labels "dashboard.labels" .Values.dashboard.labels -}}
{{- range $name, $_ := $labels -}}
{{- if hasKey $.Values.commonLabels $name }}{{ fail (printf "%s.%s: is in commonLabels already" $path $name) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}
