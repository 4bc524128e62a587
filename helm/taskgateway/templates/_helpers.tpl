{{/* Names, labels and the values that several templates need. */}}

{{- define "taskgateway.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 42 bytes, which leaves 21 for suffixes: names of Services end at 63. */}}
{{- define "taskgateway.fullname" -}}
{{- $name := include "taskgateway.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 42 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 42 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 42 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "taskgateway.selector" -}}
app.kubernetes.io/name: {{ include "taskgateway.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: gateway
{{- end -}}

{{/* Labels of an object; call with (dict "root" $ "component" "gateway"). */}}
{{- define "taskgateway.labels" -}}
{{- with .root.Values.commonLabels }}{{ toYaml . }}
{{ end -}}
app.kubernetes.io/name: {{ include "taskgateway.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: taskgateway
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Labels of a pod: none that a new chart version changes, which would restart it. */}}
{{- define "taskgateway.podLabels" -}}
{{- with .root.Values.commonLabels }}{{ toYaml . }}
{{ end -}}
app.kubernetes.io/name: {{ include "taskgateway.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: taskgateway
{{- end -}}

{{- define "taskgateway.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "taskgateway.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "taskgateway.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ printf "%s@%s" .repository .digest }}
{{- else -}}{{ printf "%s:%s" .repository (default $.Chart.AppVersion .tag) }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A duration such as `1m30s` or `1.5s` in seconds. */}}
{{- define "taskgateway.seconds" -}}
{{- $sum := 0.0 -}}
{{- range regexFindAll "[0-9.]+(ms|s|m|h)" . -1 -}}
{{- $sum = addf $sum (mulf (regexFind "[0-9.]+" . | float64) (get (dict "ms" 0.001 "s" 1.0 "m" 60.0 "h" 3600.0) (regexFind "[a-z]+" .))) -}}
{{- end -}}
{{- $sum -}}
{{- end -}}

{{/* Seconds, rounded up, that a drain may take. */}}
{{- define "taskgateway.drainSeconds" -}}
{{- if .Values.config.drain.limit -}}
{{- include "taskgateway.seconds" .Values.config.drain.limit | float64 | ceil | int64 -}}
{{- else -}}
{{- $age := include "taskgateway.seconds" .Values.config.listen.max_connection_age | float64 -}}
{{- $grace := include "taskgateway.seconds" .Values.config.listen.max_connection_age_grace | float64 -}}
{{- ceil (addf (divf (mulf $age 11.0) 10.0) $grace) | int64 -}}
{{- end -}}
{{- end -}}

{{/* Seconds from SIGTERM to SIGKILL: the drain, and 10 s for the gateway's own shutdown after it, which takes 8 s at most. */}}
{{- define "taskgateway.graceSeconds" -}}
{{- if ne (toString .Values.terminationGracePeriodSeconds) "" -}}
{{- int64 .Values.terminationGracePeriodSeconds -}}
{{- else -}}
{{- add (include "taskgateway.drainSeconds" . | int64) 10 -}}
{{- end -}}
{{- end -}}

{{/* A memory quantity such as `512Mi` in bytes. */}}
{{- define "taskgateway.bytes" -}}
{{- $text := toString . -}}
{{- $unit := regexFind "[A-Za-z]+$" $text -}}
{{- $factor := get (dict "" 1.0 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0) $unit -}}
{{- mulf (regexFind "^[0-9.]+" $text | float64) $factor | floor | int64 -}}
{{- end -}}

{{/* Whether callers reach the gateway over TLS: "true" or nothing. */}}
{{- define "taskgateway.tls" -}}
{{- if or .Values.tls.existingSecret .Values.tls.certManager.enabled -}}true{{- end -}}
{{- end -}}

{{- define "taskgateway.tlsSecret" -}}
{{- default (printf "%s-tls" (include "taskgateway.fullname" .)) .Values.tls.existingSecret -}}
{{- end -}}

{{- define "taskgateway.clientCaSecret" -}}
{{- default (include "taskgateway.tlsSecret" .) .Values.tls.clientCa.existingSecret -}}
{{- end -}}

{{/* The Secret with a caller's certificate for the tests, or nothing. */}}
{{- define "taskgateway.testClientSecret" -}}
{{- if .Values.tests.clientSecret -}}{{ .Values.tests.clientSecret }}
{{- else if .Values.tls.certManager.enabled -}}{{ include "taskgateway.fullname" . }}-test-client
{{- end -}}
{{- end -}}

{{/* The pod's security context: Pod Security "restricted". */}}
{{- define "taskgateway.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ int64 .Values.runAsUser }}
runAsGroup: {{ int64 .Values.runAsUser }}
fsGroup: {{ int64 .Values.runAsUser }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "taskgateway.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "taskgateway.replicasAtLeastTwo" -}}
{{- if or (and .Values.autoscaling.enabled (gt (int .Values.autoscaling.maxReplicas) 1)) (and (not .Values.autoscaling.enabled) (gt (int .Values.replicaCount) 1)) -}}true{{- end -}}
{{- end -}}
