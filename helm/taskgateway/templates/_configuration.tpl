{{/* The gateway's configuration file: `config`, and what the chart knows better. */}}
{{- define "taskgateway.configuration" -}}
{{- $v := .Values -}}
{{- $mount := "/etc/taskgateway" -}}
{{- $listen := deepCopy $v.config.listen -}}
{{- $_ := set $listen "address" (printf "%s:%d" $v.ports.host (int $v.ports.grpc)) -}}
{{- $_ := set $listen "health_address" (printf "%s:%d" $v.ports.host (int $v.ports.health)) -}}
{{- if include "taskgateway.tls" . -}}
{{- $tls := dict "certificate_file" (printf "%s/tls/tls.crt" $mount) "key_file" (printf "%s/tls/tls.key" $mount) "reload_interval" $v.tls.reloadInterval -}}
{{- if $v.tls.acceptWithoutCertificate -}}
{{- $_ := set $tls "accept_without_certificate" true -}}
{{- else -}}
{{- $_ := set $tls "client_ca_file" (printf "%s/client-ca/%s" $mount $v.tls.clientCa.key) -}}
{{- end -}}
{{- $_ := set $listen "tls" $tls -}}
{{- else -}}
{{- $_ := set $listen "insecure_plaintext" true -}}
{{- end -}}
{{- $drain := deepCopy $v.config.drain -}}
{{- if not $drain.limit -}}{{- $_ := unset $drain "limit" -}}{{- end -}}
{{- $limits := dict -}}
{{- range $name, $value := $v.config.limits -}}
{{- $_ := set $limits $name (kindIs "string" $value | ternary $value (int64 $value)) -}}
{{- end -}}
{{- range $name := list "max_concurrent_streams" "max_header_bytes" -}}
{{- if hasKey $listen $name -}}{{- $_ := set $listen $name (int64 (get $listen $name)) -}}{{- end -}}
{{- end -}}
{{- $accounts := $v.config.accounts -}}
{{- $sources := $v.config.sources -}}
{{- if $v.simulator.enabled -}}
{{- $endpoint := printf "http://%s-simulator:8080" (include "taskgateway.fullname" .) -}}
{{- $accounts = list (dict "name" "simulator" "credentials" (dict "environment" (dict "prefix" "SIMULATOR"))) -}}
{{- $sources = list
  (dict "name" "cloud-control" "kind" "cloud_control" "account" "simulator" "endpoint" $endpoint "insecure" true)
  (dict "name" "service-catalog" "kind" "service_catalog" "account" "simulator" "endpoint" $endpoint "insecure" true) -}}
{{- end -}}
{{- $admin := dict "address" ($v.admin.enabled | ternary (printf "%s:%d" $v.ports.host (int $v.ports.admin)) "") -}}
{{- $file := dict "listen" $listen "drain" $drain "admin" $admin "accounts" $accounts "sources" $sources "limits" $limits "log" $v.config.log -}}
{{- if $v.config.tracing.otlp_endpoint -}}{{- $_ := set $file "tracing" $v.config.tracing -}}{{- end -}}
{{- toYaml $file -}}
{{- end -}}
