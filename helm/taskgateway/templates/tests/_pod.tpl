{{/* One pod of `helm test`: (dict "root" $ "name" "health" "script" "…" "environment" list "certificates" bool). */}}
{{- define "taskgateway.testPod" -}}
{{- $root := .root -}}
{{- $tls := and .certificates (include "taskgateway.tls" $root) -}}
{{- $client := and $tls (include "taskgateway.testClientSecret" $root) (not $root.Values.tls.acceptWithoutCertificate) -}}
apiVersion: v1
kind: Pod
metadata:
  name: {{ include "taskgateway.fullname" $root }}-test-{{ .name }}
  namespace: {{ $root.Release.Namespace }}
  labels: {{- include "taskgateway.labels" (dict "root" $root "component" "test") | nindent 4 }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets: {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  securityContext: {{- include "taskgateway.podSecurity" $root | nindent 4 }}
  containers:
    - name: test
      image: {{ include "taskgateway.image" $root }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      command: [/bin/bash, -euc]
      args:
        - |
          {{- .script | trim | nindent 10 }}
      env:
        - {name: TASKCTL_TIMEOUT, value: 20s}
        {{- range .environment }}
        - {{ toYaml . | nindent 10 | trim }}
        {{- end }}
        {{- if $tls }}
        - {name: TASKCTL_TLS, value: "true"}
        {{- with $root.Values.tests.serverName }}
        - {name: TASKCTL_SERVER_NAME, value: {{ . | quote }}}
        {{- end }}
        - {name: AUTHORITY, value: /etc/taskctl/ca.crt}
        {{- end }}
        {{- if $client }}
        - {name: CERTIFICATE, value: /etc/taskctl/tls.crt}
        - {name: KEY, value: /etc/taskctl/tls.key}
        {{- end }}
      resources:
        requests: {cpu: 10m, memory: 16Mi}
        limits: {memory: 64Mi}
      securityContext: {{- include "taskgateway.containerSecurity" $root | nindent 8 }}
      {{- if $tls }}
      volumeMounts:
        - {name: certificates, mountPath: /etc/taskctl, readOnly: true}
      {{- end }}
  {{- if $tls }}
  volumes:
    - name: certificates
      projected:
        defaultMode: 0440
        sources:
          - secret:
              name: {{ include "taskgateway.tlsSecret" $root }}
              items: [{key: ca.crt, path: ca.crt}]
              # Without it the authorities of the system are trusted.
              optional: true
          {{- if $client }}
          - secret:
              name: {{ include "taskgateway.testClientSecret" $root }}
              items: [{key: tls.crt, path: tls.crt}, {key: tls.key, path: tls.key}]
          {{- end }}
  {{- end }}
  {{- with $root.Values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $root.Values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* Where the tests call: the Service. */}}
{{- define "taskgateway.testServer" -}}
{{ include "taskgateway.fullname" . }}:{{ int .Values.service.port }}
{{- end -}}
