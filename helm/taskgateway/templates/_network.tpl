{{/* Who reaches the gateway and what it reaches, for the NetworkPolicy. */}}

{{/* The peers that may call, as a list; nothing when everyone may: a Service for the world outside, and nobody said who is in it. */}}
{{- define "taskgateway.callerPeers" -}}
{{- $callers := .Values.networkPolicy.callers -}}
{{- $ranges := .Values.service.loadBalancerSourceRanges -}}
{{- if or $callers $ranges (eq .Values.service.type "ClusterIP") -}}
{{- $peers := default (list (dict "namespaceSelector" dict)) $callers -}}
{{- range $ranges }}{{ $peers = append $peers (dict "ipBlock" (dict "cidr" .)) }}{{ end -}}
{{- toYaml $peers -}}
{{- end -}}
{{- end -}}

{{/* The port of a URL without credentials. */}}
{{- define "taskgateway.urlPort" -}}
{{- $host := . | trimPrefix "https://" | trimPrefix "http://" | splitList "/" | first -}}
{{- default (hasPrefix "https:" . | ternary "443" "80") (regexFind ":[0-9]+$" $host | trimPrefix ":") -}}
{{- end -}}

{{/* The ports of the cloud APIs, as JSON. */}}
{{- define "taskgateway.egressPorts" -}}
{{- $ports := list -}}
{{- range .Values.config.sources }}{{ $ports = append $ports (include "taskgateway.urlPort" .endpoint | int) }}{{ end -}}
{{- range .Values.networkPolicy.egress.ports }}{{ $ports = append $ports (int .) }}{{ end -}}
{{- $ports | uniq | toJson -}}
{{- end -}}

{{/* Where clouds hand out the credentials of the machine. */}}
{{- define "taskgateway.metadataAddresses" -}}
100.100.100.200 169.254.169.254
{{- end -}}

{{/* The CIDRs of the cloud APIs, each without the metadata addresses in it. */}}
{{- define "taskgateway.egressBlocks" -}}
{{- range $cidr := .Values.networkPolicy.egress.cidrs -}}
{{- $except := list -}}
{{- range $address := include "taskgateway.metadataAddresses" $ | splitList " " -}}
{{- if include "taskgateway.holds" (list $cidr $address) }}{{ $except = append $except (printf "%s/32" $address) }}{{ end -}}
{{- end }}
- ipBlock:
    cidr: {{ $cidr | quote }}
    {{- with $except }}
    except: {{ toJson . }}
    {{- end }}
{{- end -}}
{{- end -}}

{{/* Whether an IPv4 CIDR has an address in it, as (list "10.0.0.0/8" "10.1.2.3"): "true" or nothing. */}}
{{- define "taskgateway.holds" -}}
{{- $cidr := index . 0 -}}
{{- if regexMatch "^[0-9]+(\\.[0-9]+){3}/([0-9]|[12][0-9]|3[0-2])$" $cidr -}}
{{- $parts := splitList "/" $cidr -}}
{{- $size := 1 -}}
{{- range until (sub 32 (last $parts | int) | int) }}{{ $size = mul $size 2 }}{{ end -}}
{{- if eq (div (include "taskgateway.ipv4" (first $parts)) $size) (div (include "taskgateway.ipv4" (index . 1)) $size) }}true{{ end -}}
{{- end -}}
{{- end -}}

{{/* An IPv4 address as a number. */}}
{{- define "taskgateway.ipv4" -}}
{{- $number := 0 -}}
{{- range splitList "." . }}{{ $number = add (mul $number 256) (atoi .) }}{{ end -}}
{{- $number -}}
{{- end -}}
