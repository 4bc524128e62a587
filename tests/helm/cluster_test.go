package helm

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// An API server that knows one Secret: enough for `lookup` and for the notes of an install without an effect.
func newCluster(t *testing.T, secret map[string]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(reply http.ResponseWriter, request *http.Request) {
		var answer any
		switch request.URL.Path {
		case "/version":
			answer = map[string]string{"major": "1", "minor": "37", "gitVersion": "v1.37.0"}
		case "/api":
			answer = map[string]any{"kind": "APIVersions", "versions": []string{"v1"}}
		case "/apis":
			answer = map[string]any{"kind": "APIGroupList", "apiVersion": "v1", "groups": groups()}
		case "/api/v1/namespaces/platform/secrets/taskgateway-keys":
			answer = map[string]any{"kind": "Secret", "apiVersion": "v1", "metadata": map[string]any{"name": "taskgateway-keys"}, "data": secret}
		case "/api/v1/namespaces/platform/secrets":
			answer = map[string]any{"kind": "SecretList", "apiVersion": "v1", "items": []any{}}
		default:
			if resources := resourcesOf(strings.TrimPrefix(strings.TrimPrefix(request.URL.Path, "/apis/"), "/api/")); resources != nil {
				answer = resources
				break
			}
			reply.WriteHeader(http.StatusNotFound)
			answer = map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}
		}
		reply.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(reply).Encode(answer)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// What the API server of a cluster with the operators has, as far as the chart makes use of it.
var clusterKinds = map[string][]string{
	"v1":                       {"Secret", "Service", "ConfigMap", "ServiceAccount", "Pod"},
	"apps/v1":                  {"Deployment"},
	"autoscaling/v2":           {"HorizontalPodAutoscaler"},
	"policy/v1":                {"PodDisruptionBudget"},
	"networking.k8s.io/v1":     {"NetworkPolicy"},
	"cert-manager.io/v1":       {"Certificate"},
	"monitoring.coreos.com/v1": {"ServiceMonitor", "PrometheusRule"},
}

func groups() []any {
	list := []any{}
	for version := range clusterKinds {
		if group, number, found := strings.Cut(version, "/"); found {
			one := map[string]string{"groupVersion": version, "version": number}
			list = append(list, map[string]any{"name": group, "versions": []any{one}, "preferredVersion": one})
		}
	}
	return list
}

func resourcesOf(version string) any {
	kinds, known := clusterKinds[version]
	if !known {
		return nil
	}
	list := []any{}
	for _, kind := range kinds {
		plural := strings.ReplaceAll(strings.ToLower(kind)+"s", "ys", "ies")
		list = append(list, map[string]any{"name": plural, "kind": kind, "namespaced": true, "verbs": []string{"get", "list", "create"}})
	}
	return map[string]any{"kind": "APIResourceList", "groupVersion": version, "resources": list}
}

// The gateway reads its keys at start, so new keys make new pods.
func TestNewKeysStartNewPods(t *testing.T) {
	sum := func(secret string) string {
		out, err, failure := helm("template", "tg", chartDir, "--namespace", "platform", "--values", ciFile("minimal"), "--dry-run=server",
			"--kube-apiserver", newCluster(t, map[string]string{"ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret}))
		if failure != nil {
			t.Fatalf("%v\n%s", failure, err)
		}
		return valueOf(find(parse(t, out), "Deployment", "taskgateway"), "spec.template.metadata.annotations.checksum/cloud-keys")
	}
	first, second := sum("b2xk"), sum("bmV3")
	if first == second || first == absent {
		t.Errorf("the key changed, its checksum did not: %s", first)
	}
	if again := sum("b2xk"); again != first {
		t.Errorf("the same key has the checksums %s and %s", first, again)
	}
}

// notes gives what helm tells after an install.
func notes(t *testing.T, name string) string {
	t.Helper()
	out, err, failure := helm("install", "tg", chartDir, "--namespace", "platform", "--values", ciFile(name), "--dry-run=client", "--disable-openapi-validation", "--kube-apiserver", newCluster(t, nil))
	_, text, found := strings.Cut(out, "\nNOTES:\n")
	if failure != nil || !found {
		t.Fatalf("%s: %v\n%s\n%s", name, failure, err, out)
	}
	return text
}

// Every object that a command of the notes names is there, and every program knows the command.
func TestTheNotesTellCommandsThatWork(t *testing.T) {
	object := regexp.MustCompile(`(deployment|service)/(\S+)|get secret (\S+)`)
	port := regexp.MustCompile(`port-forward (deployment|service)/(\S+) \d+:(\d+)`)
	for _, name := range ciNames(t) {
		text, objects := notes(t, name), render(t, name)
		kinds := map[string]string{"deployment": "Deployment", "service": "Service"}
		for _, match := range object.FindAllStringSubmatch(text, -1) {
			if match[3] != "" {
				if mounts, _ := json.Marshal(find(objects, "Deployment", "")); !strings.Contains(string(mounts), `"secretName":"`+match[3]+`"`) {
					t.Errorf("%s: the notes name the Secret %s, which no pod mounts", name, match[3])
				}
			} else if found := find(objects, kinds[match[1]], match[2]); found == nil || found.name() != match[2] {
				t.Errorf("%s: the notes name %s, which is not there", name, match[0])
			}
		}
		for _, match := range port.FindAllStringSubmatch(text, -1) {
			text, _ := json.Marshal(find(objects, kinds[match[1]], match[2])["spec"])
			if !strings.Contains(string(text), `ort":`+match[3]) {
				t.Errorf("%s: %s has no port %s", name, match[2], match[3])
			}
		}
		if strings.Count(text, "kubectl --namespace platform") < 2 || !strings.Contains(text, "helm test tg --namespace platform") {
			t.Errorf("%s: the notes lack commands:\n%s", name, text)
		}
	}
}

func TestTheNotesWarnOfWhatIsOpen(t *testing.T) {
	for name, want := range map[string]string{
		"plaintext": "WARNING: tls.insecurePlaintext", "tls-without-client-certificate": "WARNING: tls.acceptWithoutCertificate",
		"simulator": "THIS IS A TRIAL", "minimal": "tests.clientSecret names no caller's certificate",
	} {
		if text := notes(t, name); !strings.Contains(text, want) {
			t.Errorf("%s: the notes do not say %q:\n%s", name, want, text)
		}
	}
	if text := notes(t, "simulator-mtls"); strings.Contains(text, "WARNING") {
		t.Errorf("a warning without a reason:\n%s", text)
	}
}

// What belongs to this folder only does not travel in the package.
func TestThePackageHasWhatItNeeds(t *testing.T) {
	folder := t.TempDir()
	out, err, failure := helm("package", chartDir, "--destination", folder)
	if failure != nil {
		t.Fatalf("%v\n%s%s", failure, out, err)
	}
	packages, _ := filepath.Glob(filepath.Join(folder, "taskgateway-*.tgz"))
	if len(packages) != 1 {
		t.Fatalf("helm package wrote %v", packages)
	}
	if info, err := os.Stat(packages[0]); err != nil || info.Size() > 100_000 {
		t.Errorf("%s: %v bytes, %v", packages[0], info.Size(), err)
	}
	fromPackage, message, failure := helm("template", "tg", packages[0], "--namespace", "platform", "--values", ciFile("monitoring"))
	if failure != nil || fromPackage != template(t, "--values", ciFile("monitoring")) {
		t.Errorf("the package renders otherwise: %v\n%s", failure, message)
	}
}
