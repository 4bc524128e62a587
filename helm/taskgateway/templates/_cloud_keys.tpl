{{/* How the keys of `cloudKeys.secrets` reach the process. */}}

{{/* The entries as [{variable, secret, key, optional}], one for each variable. */}}
{{- define "taskgateway.keyVariables" -}}
{{- $entries := list -}}
{{- range .Values.cloudKeys.secrets -}}
{{- $secret := . -}}
{{- $keys := default dict .keys -}}
{{- $prefix := empty .prefix | ternary "" (printf "%s_" .prefix) -}}
{{- range $field, $name := dict "accessKeyId" "ALIBABA_CLOUD_ACCESS_KEY_ID" "accessKeySecret" "ALIBABA_CLOUD_ACCESS_KEY_SECRET" "securityToken" "ALIBABA_CLOUD_SECURITY_TOKEN" -}}
{{- $entries = append $entries (dict "variable" (print $prefix $name) "secret" $secret.existingSecret "key" (default $name (get $keys $field)) "optional" (eq $field "securityToken")) -}}
{{- end -}}
{{- end -}}
{{- dict "entries" $entries | toJson -}}
{{- end -}}

{{/* The gateway's environment variables, as a list; nothing when there are none. */}}
{{- define "taskgateway.environment" -}}
{{- if .Values.simulator.enabled }}
# The simulator's well-known key, which opens nothing else.
- {name: SIMULATOR_ALIBABA_CLOUD_ACCESS_KEY_ID, value: simulator}
- {name: SIMULATOR_ALIBABA_CLOUD_ACCESS_KEY_SECRET, value: simulator-secret}
{{- end }}
{{- if eq .Values.cloudKeys.as "environment" }}
{{- include "taskgateway.keyEnvironment" . }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "taskgateway.keyEnvironment" -}}
{{- range (include "taskgateway.keyVariables" . | fromJson).entries }}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .key }}
      optional: {{ .optional }}
{{- end }}
{{- end -}}

{{/* Each file is named as the variable that it becomes. */}}
{{- define "taskgateway.keyVolume" -}}
- name: cloud-keys
  projected:
    defaultMode: 0440
    sources:
      {{- range (include "taskgateway.keyVariables" . | fromJson).entries }}
      - secret:
          name: {{ .secret }}
          optional: {{ .optional }}
          items: [{key: {{ .key | quote }}, path: {{ .variable }}}]
      {{- end }}
{{- end -}}

{{/* Changes with the keys, which the gateway reads at start. Only where the cluster can be asked: `helm template` sees no Secrets. */}}
{{- define "taskgateway.keyChecksum" -}}
{{- $data := dict -}}
{{- range .Values.cloudKeys.secrets -}}
{{- $secret := lookup "v1" "Secret" $.Release.Namespace .existingSecret -}}
{{- $_ := set $data .existingSecret (default dict $secret.data) -}}
{{- end -}}
{{- $data | toJson | sha256sum -}}
{{- end -}}
