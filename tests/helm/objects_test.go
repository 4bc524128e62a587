package helm

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// absent says that there is no such object, or no such field.
const absent = "(absent)"

// One fact of a rendered object: the values file of ci/, the kind, the end of the name, a path as Object.at() reads it, and what stands there: a
// text as it is, everything else as JSON.
type fact struct{ values, kind, suffix, path, want string }

func TestWhatIsRendered(t *testing.T) {
	facts := append(append(append(workloadFacts, networkFacts...), certificateFacts...), monitoringFacts...)
	if len(facts) < 60 {
		t.Errorf("only %d facts", len(facts))
	}
	for _, fact := range facts {
		t.Run(fmt.Sprintf("%s/%s/%s", fact.values, fact.kind, fact.path), func(t *testing.T) {
			if got := valueOf(find(render(t, fact.values), fact.kind, fact.suffix), fact.path); got != fact.want {
				t.Errorf("%s: %s %s %s is %s, not %s", fact.values, fact.kind, fact.suffix, fact.path, got, fact.want)
			}
		})
	}
}

func valueOf(object Object, path string) string {
	if object == nil {
		return absent
	}
	switch value := object.at(path).(type) {
	case nil:
		return absent
	case string:
		return value
	default:
		text, _ := json.Marshal(value)
		return string(text)
	}
}

const container = "spec.template.spec.containers.0."

var workloadFacts = []fact{
	{"minimal", "Deployment", "taskgateway", "spec.replicas", "2"},
	{"single", "Deployment", "taskgateway", "spec.replicas", "1"},
	{"autoscaling", "Deployment", "taskgateway", "spec.replicas", absent},
	{"minimal", "Deployment", "taskgateway", "spec.strategy.rollingUpdate", `{"maxSurge":1,"maxUnavailable":0}`},
	{"extras", "Deployment", "tasks", "spec.strategy.rollingUpdate", `{"maxSurge":"50%","maxUnavailable":1}`},
	// 1.1 x 300 s + 60 s + 10 s; 1.1 x 3600 s + 90 s + 10 s; a limit of one's own.
	{"minimal", "Deployment", "taskgateway", "spec.template.spec.terminationGracePeriodSeconds", "400"},
	{"long-connections", "Deployment", "taskgateway", "spec.template.spec.terminationGracePeriodSeconds", "4060"},
	{"short-drain", "Deployment", "taskgateway", "spec.template.spec.terminationGracePeriodSeconds", "55"},
	{"minimal", "Deployment", "taskgateway", container + "livenessProbe.grpc", `{"port":8981,"service":"live"}`},
	{"minimal", "Deployment", "taskgateway", container + "readinessProbe.grpc", `{"port":8981,"service":""}`},
	{"minimal", "Deployment", "taskgateway", container + "startupProbe.grpc", `{"port":8981,"service":"live"}`},
	{"ipv6", "Deployment", "taskgateway", container + "readinessProbe.grpc.port", "9081"},
	{"ipv6", "Deployment", "taskgateway", container + "readinessProbe.periodSeconds", "10"},
	{"minimal", "Deployment", "taskgateway", container + "image", "taskgateway:0.1.0"},
	{"extras", "Deployment", "tasks", container + "image", "registry.example.com/platform/taskgateway@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
	{"extras", "Deployment", "tasks", container + "imagePullPolicy", "Always"},
	{"extras", "Deployment", "tasks", "spec.template.spec.imagePullSecrets", `[{"name":"registry"}]`},
	{"minimal", "Deployment", "taskgateway", container + "args", `["--config","/etc/taskgateway/config/taskgateway.yaml"]`},
	{"minimal", "Deployment", "taskgateway", container + "command", `["taskgateway"]`},
	{"minimal", "Deployment", "taskgateway", container + "securityContext.readOnlyRootFilesystem", "true"},
	{"minimal", "Deployment", "taskgateway", container + "securityContext.capabilities", `{"drop":["ALL"]}`},
	{"minimal", "Deployment", "taskgateway", "spec.template.spec.securityContext.runAsUser", "65532"},
	{"extras", "Deployment", "tasks", "spec.template.spec.securityContext.runAsUser", "10001"},
	{"minimal", "Deployment", "taskgateway", "spec.template.spec.automountServiceAccountToken", "false"},
	{"minimal", "Deployment", "taskgateway", "spec.template.spec.topologySpreadConstraints.0.topologyKey", "kubernetes.io/hostname"},
	{"minimal", "Deployment", "taskgateway", "spec.template.spec.topologySpreadConstraints.1.labelSelector.matchLabels.app\\.kubernetes\\.io/component", "gateway"},
	{"placement", "Deployment", "taskgateway", "spec.template.spec.topologySpreadConstraints.0.minDomains", "3"},
	{"open-network", "Deployment", "taskgateway", "spec.template.spec.topologySpreadConstraints", absent},
	{"placement", "Deployment", "taskgateway", "spec.template.spec.priorityClassName", "high"},
	{"placement", "Deployment", "taskgateway", "spec.template.spec.runtimeClassName", "gvisor"},
	{"placement", "Deployment", "taskgateway", "spec.template.spec.tolerations.0.key", "dedicated"},
	{"extras", "Deployment", "tasks", "spec.template.metadata.labels.team", "platform"},
	{"extras", "Deployment", "tasks", "spec.template.metadata.annotations.example\\.com/note", "hello"},
	{"extras", "ServiceAccount", "reader", "metadata.labels.cost-center", "4711"},
	{"extras", "ServiceAccount", "reader", "metadata.annotations.pod-identity\\.alibabacloud\\.com/role-name", "reader"},
	{"extras", "Deployment", "tasks", "spec.template.spec.serviceAccountName", "reader"},
	{"open-network", "Deployment", "taskgateway", "spec.template.spec.serviceAccountName", "shared"},
	{"open-network", "ServiceAccount", "", "metadata.name", absent},
	{"minimal", "Deployment", "taskgateway", container + "env.0", `{"name":"ALIBABA_CLOUD_ACCESS_KEY_ID","valueFrom":{"secretKeyRef":{"key":"ALIBABA_CLOUD_ACCESS_KEY_ID","name":"taskgateway-keys","optional":false}}}`},
	{"two-accounts", "Deployment", "taskgateway", container + "env.5", `{"name":"STAGING_ALIBABA_CLOUD_SECURITY_TOKEN","valueFrom":{"secretKeyRef":{"key":"token","name":"staging-keys","optional":true}}}`},
	{"keys-as-files", "Deployment", "taskgateway", container + "env", absent},
	{"keys-as-files", "Deployment", "taskgateway", container + "command.0", "/bin/sh"},
	{"keys-as-files", "Deployment", "taskgateway", "spec.template.spec.volumes.4.projected.sources.0.secret.items.0", `{"key":"id","path":"ALIBABA_CLOUD_ACCESS_KEY_ID"}`},
	{"keys-from-elsewhere", "Deployment", "taskgateway", container + "envFrom", `[{"secretRef":{"name":"vault-keys"}}]`},
	{"extras", "Deployment", "tasks", container + "env.2.valueFrom.fieldRef.fieldPath", "spec.nodeName"},
	{"extras", "Deployment", "tasks", container + "volumeMounts.5.mountPath", "/mnt/store"},
	{"autoscaling", "HorizontalPodAutoscaler", "taskgateway", "spec.maxReplicas", "12"},
	{"autoscaling", "HorizontalPodAutoscaler", "taskgateway", "spec.metrics.1.resource.target.averageUtilization", "80"},
	{"autoscaling", "HorizontalPodAutoscaler", "taskgateway", "spec.scaleTargetRef.name", "tg-taskgateway"},
	{"minimal", "HorizontalPodAutoscaler", "", "metadata.name", absent},
	{"minimal", "PodDisruptionBudget", "taskgateway", "spec.maxUnavailable", "1"},
	{"autoscaling", "PodDisruptionBudget", "taskgateway", "spec.maxUnavailable", "25%"},
	{"single", "PodDisruptionBudget", "", "metadata.name", absent},
	{"open-network", "PodDisruptionBudget", "", "metadata.name", absent},
}

var networkFacts = []fact{
	{"minimal", "Service", "taskgateway", "spec.type", "ClusterIP"},
	{"minimal", "Service", "taskgateway", "spec.ports.0.port", "8980"},
	{"minimal", "Service", "taskgateway", "spec.ports.1", absent},
	{"minimal", "Service", "taskgateway", "spec.ports.0.appProtocol", absent},
	{"simulator", "Service", "taskgateway", "spec.ports.0.appProtocol", "kubernetes.io/h2c"},
	{"plaintext", "Service", "taskgateway", "spec.ports.0.appProtocol", "grpc"},
	{"minimal", "Service", "-headless", "spec.clusterIP", "None"},
	{"minimal", "Service", "-headless", "spec.ports.2.port", "8982"},
	{"open-network", "Service", "-headless", "spec.ports.2", absent},
	{"load-balancer", "Service", "taskgateway", "spec.externalTrafficPolicy", "Local"},
	{"load-balancer", "Service", "taskgateway", "spec.loadBalancerSourceRanges", `["10.0.0.0/8"]`},
	{"minimal", "NetworkPolicy", "taskgateway", "spec.policyTypes", `["Ingress","Egress"]`},
	{"minimal", "NetworkPolicy", "taskgateway", "spec.ingress.0.from.0", `{"namespaceSelector":{}}`},
	{"minimal", "NetworkPolicy", "taskgateway", "spec.ingress.1", `{"ports":[{"port":8981,"protocol":"TCP"}]}`},
	{"minimal", "NetworkPolicy", "taskgateway", "spec.ingress.2.from.0", `{"podSelector":{}}`},
	{"minimal", "NetworkPolicy", "taskgateway", "spec.egress.0.ports.0", `{"port":53,"protocol":"UDP"}`},
	{"minimal", "NetworkPolicy", "taskgateway", "spec.egress.1.to.0.ipBlock.except", `["100.100.100.200/32","169.254.169.254/32"]`},
	{"networks", "NetworkPolicy", "taskgateway", "spec.ingress.0.from.0.namespaceSelector.matchLabels.kubernetes\\.io/metadata\\.name", "orders"},
	{"networks", "NetworkPolicy", "taskgateway", "spec.ingress.0.from.2.podSelector.matchLabels.app\\.kubernetes\\.io/component", "test"},
	{"minimal", "NetworkPolicy", "taskgateway", "spec.egress.1.ports", `[{"port":443,"protocol":"TCP"}]`},
	{"minimal", "NetworkPolicy", "taskgateway", "spec.egress.2", absent},
	{"networks", "NetworkPolicy", "taskgateway", "spec.egress.1.ports", `[{"port":9443,"protocol":"TCP"},{"port":443,"protocol":"TCP"},{"port":8443,"protocol":"TCP"}]`},
	{"networks", "NetworkPolicy", "taskgateway", "spec.egress.1.to.0.ipBlock", `{"cidr":"100.64.0.0/10","except":["100.100.100.200/32"]}`},
	{"networks", "NetworkPolicy", "taskgateway", "spec.egress.1.to.1.ipBlock.except", `["100.100.100.200/32"]`},
	{"networks", "NetworkPolicy", "taskgateway", "spec.egress.1.to.2.ipBlock.except", absent},
	{"networks", "NetworkPolicy", "taskgateway", "spec.egress.1.to.3.ipBlock.except", `["169.254.169.254/32"]`},
	{"networks", "NetworkPolicy", "taskgateway", "spec.egress.1.to.4.ipBlock.except", `["169.254.169.254/32"]`},
	{"networks", "NetworkPolicy", "taskgateway", "spec.egress.1.to.5.ipBlock", `{"cidr":"::/0"}`},
	{"networks", "NetworkPolicy", "taskgateway", "spec.egress.2.to.0", `{"namespaceSelector":{}}`},
	{"networks", "NetworkPolicy", "taskgateway", "spec.egress.2.to.1.ipBlock.cidr", "100.64.0.0/10"},
	{"networks", "NetworkPolicy", "taskgateway", "spec.egress.2.ports", `[{"port":4318,"protocol":"TCP"}]`},
	{"networks", "NetworkPolicy", "taskgateway", "spec.egress.3.ports.0.port", "4317"},
	{"load-balancer", "NetworkPolicy", "taskgateway", "spec.ingress.0.from.0", `{"namespaceSelector":{}}`},
	{"load-balancer", "NetworkPolicy", "taskgateway", "spec.ingress.0.from.1", `{"ipBlock":{"cidr":"10.0.0.0/8"}}`},
	{"monitoring", "NetworkPolicy", "taskgateway", "spec.ingress.2.from.0.namespaceSelector.matchLabels.kubernetes\\.io/metadata\\.name", "monitoring"},
	{"simulator", "NetworkPolicy", "taskgateway", "spec.egress.1.to.0.podSelector.matchLabels.app\\.kubernetes\\.io/component", "simulator"},
	{"simulator", "NetworkPolicy", "-simulator", "spec.ingress.0.from.0.podSelector.matchLabels.app\\.kubernetes\\.io/component", "gateway"},
	{"simulator", "NetworkPolicy", "-simulator", "spec.egress", "[]"},
	{"open-network", "NetworkPolicy", "", "metadata.name", absent},
	{"simulator", "Deployment", "-simulator", container + "command", `["tasksim"]`},
	{"simulator", "Deployment", "-simulator", "spec.replicas", "1"},
	{"simulator-scenario", "ConfigMap", "-simulator", "data.scenario\\.yaml", "tasks:\n  - {api: cloud_control, id: task-1, steps: [{status: Succeeded}]}\n"},
	{"minimal", "Deployment", "-simulator", "metadata.name", absent},
}

var certificateFacts = []fact{
	{"minimal", "Deployment", "taskgateway", "spec.template.spec.volumes.2.secret.secretName", "taskgateway-tls"},
	{"minimal", "Deployment", "taskgateway", "spec.template.spec.volumes.3.secret.items", `[{"key":"ca.crt","path":"ca.crt"}]`},
	{"foreign-client-ca", "Deployment", "taskgateway", "spec.template.spec.volumes.3.secret.secretName", "callers"},
	{"tls-without-client-certificate", "Deployment", "taskgateway", "spec.template.spec.volumes.3", absent},
	{"cert-manager", "Deployment", "taskgateway", "spec.template.spec.volumes.2.secret.secretName", "tg-taskgateway-tls"},
	{"cert-manager", "Certificate", "taskgateway", "spec.secretName", "tg-taskgateway-tls"},
	{"cert-manager", "Certificate", "taskgateway", "spec.issuerRef", `{"group":"cert-manager.io","kind":"ClusterIssuer","name":"internal-ca"}`},
	{"cert-manager", "Certificate", "taskgateway", "spec.dnsNames.2", "tg-taskgateway.platform.svc"},
	{"cert-manager", "Certificate", "taskgateway", "spec.dnsNames.8", "taskgateway.example.com"},
	{"cert-manager", "Certificate", "taskgateway", "spec.privateKey.rotationPolicy", "Always"},
	{"cert-manager", "Certificate", "-test-client", "spec.usages", `["digital signature","client auth"]`},
	{"minimal", "Certificate", "", "metadata.name", absent},
	{"minimal", "Pod", "-test-denied", "metadata.annotations.helm\\.sh/hook", "test"},
	{"simulator", "Pod", "-test-denied", "metadata.name", absent},
	{"tls-without-client-certificate", "Pod", "-test-denied", "metadata.name", absent},
	{"minimal", "Pod", "-test-get-task", "metadata.name", absent},
	{"simulator-mtls", "Pod", "-test-get-task", "spec.volumes.0.projected.sources.1.secret.name", "taskgateway-caller"},
	{"cert-manager", "Pod", "-test-get-task", "spec.volumes.0.projected.sources.1.secret.name", "tg-taskgateway-test-client"},
	{"simulator", "Pod", "-test-get-task", "spec.containers.0.env.2.value", "cloud-control/task-cc-succeeded"},
	{"cert-manager", "Pod", "-test-get-task", "spec.containers.0.env.3.value", "missing"},
	{"simulator", "Pod", "-test-health", "spec.containers.0.env.1.value", "tg-taskgateway-headless:8981"},
	{"open-network", "Pod", "-test-metrics", "metadata.name", absent},
	{"simulator", "Pod", "-test-metrics", "spec.restartPolicy", "Never"},
}

var monitoringFacts = []fact{
	{"monitoring", "ServiceMonitor", "taskgateway", "metadata.labels.release", "monitoring"},
	{"monitoring", "ServiceMonitor", "taskgateway", "spec.endpoints.0.port", "admin"},
	{"monitoring", "ServiceMonitor", "taskgateway", "spec.endpoints.0.interval", "30s"},
	{"monitoring", "ServiceMonitor", "taskgateway", "spec.endpoints.0.relabelings.0.replacement", "tg-taskgateway"},
	{"monitoring", "ServiceMonitor", "taskgateway", "spec.selector.matchLabels.taskgateway/scrape", "true"},
	{"monitoring", "Service", "-headless", "metadata.labels.taskgateway/scrape", "true"},
	{"monitoring", "Service", "taskgateway", "metadata.labels.taskgateway/scrape", absent},
	{"monitoring", "PrometheusRule", "taskgateway", "spec.groups.0.rules.0.labels", `{"namespace":"platform","severity":"critical","team":"platform"}`},
	{"monitoring", "PrometheusRule", "taskgateway", "spec.groups.0.rules.0.annotations.runbook_url", "https://docs.example.com/taskgateway/RUNBOOK.md#taskgatewaydown"},
	{"monitoring", "ConfigMap", "-dashboard", "metadata.labels.grafana_dashboard", "1"},
	{"monitoring", "ConfigMap", "-dashboard", "metadata.annotations.grafana_folder", "Platform"},
	{"minimal", "ServiceMonitor", "", "metadata.name", absent},
	{"minimal", "PrometheusRule", "", "metadata.name", absent},
}

// Who is let in follows from the Service where `networkPolicy.callers` does not say it.
func TestCallersFromOutsideAreLetIn(t *testing.T) {
	const cluster, test, office = `{"namespaceSelector":{}}`, `{"podSelector":{"matchLabels":{"app.kubernetes.io/component":"test","app.kubernetes.io/instance":"tg"}}}`, `{"ipBlock":{"cidr":"192.0.2.0/24"}}`
	for arguments, want := range map[string]string{
		`service.type="ClusterIP"`:    "[" + cluster + "," + test + "]",
		`service.type="LoadBalancer"`: absent, // everyone
		`service.type="NodePort"`:     absent,
		`service.type="LoadBalancer",service.loadBalancerSourceRanges=["192.0.2.0/24"]`:                                            "[" + cluster + "," + office + "," + test + "]",
		`service.type="LoadBalancer",networkPolicy.callers=[{"podSelector":{}}]`:                                                   `[{"podSelector":{}},` + test + "]",
		`service.type="LoadBalancer",service.loadBalancerSourceRanges=["192.0.2.0/24"],networkPolicy.callers=[{"podSelector":{}}]`: `[{"podSelector":{}},` + office + "," + test + "]",
	} {
		policy := find(render(t, "minimal", "--set-json", arguments), "NetworkPolicy", "taskgateway")
		if got := valueOf(policy, "spec.ingress.0.from"); got != want {
			t.Errorf("%s: %s may call, not %s", arguments, got, want)
		}
		if got := valueOf(policy, "spec.ingress.0.ports"); got != `[{"port":8980,"protocol":"TCP"}]` {
			t.Errorf("%s: they may call %s", arguments, got)
		}
	}
}

// The ports of URLs: of http and https, explicit ones, IPv6.
func TestTheWayOutHasThePortsOfTheEndpoints(t *testing.T) {
	for endpoint, want := range map[string]string{"https://a": "443", "http://a": "80", "https://a:8443": "8443", "https://[2001:db8::1]": "443", "https://[2001:db8::1]:8443": "8443"} {
		policy := find(render(t, "minimal", "--set-json", fmt.Sprintf(`config.sources=[{"name":"a","kind":"cloud_control","account":"production","endpoint":%q,"insecure":true}]`, endpoint)), "NetworkPolicy", "taskgateway")
		if got := valueOf(policy, "spec.egress.1.ports"); got != `[{"port":`+want+`,"protocol":"TCP"}]` {
			t.Errorf("%s: %s is let out, not %s", endpoint, got, want)
		}
	}
}

// A change of the configuration or of a scenario starts new pods; anything else leaves them.
func TestAChecksumChangesWithWhatItStandsFor(t *testing.T) {
	sum := func(values, suffix, annotation string, arguments ...string) string {
		return valueOf(find(render(t, values, arguments...), "Deployment", suffix), `spec.template.metadata.annotations.checksum/`+annotation)
	}
	if before, after := sum("minimal", "taskgateway", "config"), sum("minimal", "taskgateway", "config", "--set", "config.log.level=debug"); before == after || before == absent {
		t.Errorf("the configuration changed, its checksum did not: %s", before)
	}
	if before, after := sum("minimal", "taskgateway", "config"), sum("minimal", "taskgateway", "config", "--set", "replicaCount=5"); before != after {
		t.Error("the number of replicas restarts all of them")
	}
	if before, after := sum("simulator", "-simulator", "scenario"), sum("simulator-scenario", "-simulator", "scenario"); before == after || before == absent {
		t.Errorf("the scenario changed, its checksum did not: %s", before)
	}
}

// A gateway without OpenTelemetry does not know the field.
func TestTracingIsOnlyWrittenWhereItIsWanted(t *testing.T) {
	for arguments, want := range map[string]bool{"config.tracing.sample_ratio=0.5": false, `config.tracing.otlp_endpoint="http://collector:4318/v1/traces"`: true} {
		file := valueOf(find(render(t, "minimal", "--set-json", arguments), "ConfigMap", "taskgateway"), `data.taskgateway\.yaml`)
		if strings.Contains(file, "otlp_endpoint: http://collector:4318/v1/traces") != want || strings.Contains(file, "tracing:") != want {
			t.Errorf("%s: tracing should be there: %v\n%s", arguments, want, file)
		}
	}
}

// What the pods have to agree on: the file's ports are the containers' ports.
func TestSelectorsFindTheirPods(t *testing.T) {
	for _, name := range ciNames(t) {
		objects := render(t, name)
		for _, object := range objects {
			if object.kind() != "Service" {
				continue
			}
			found := false
			for _, other := range objects {
				found = found || other.kind() == "Deployment" && selects(object.at("spec.selector"), other.at("spec.template.metadata.labels"))
			}
			if !found {
				t.Errorf("%s: Service %s selects no Deployment's pods", name, object.name())
			}
		}
	}
}

func selects(selector, labels any) bool {
	all, _ := selector.(map[string]any)
	have, _ := labels.(map[string]any)
	for key, value := range all {
		if have[key] != value {
			return false
		}
	}
	return len(all) > 0
}
