package helm

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	gotemplate "text/template"
)

// newCluster is an API server with one Secret: enough for `lookup` and for the notes of an install without an effect.
func newCluster(t *testing.T, secret map[string]any) string {
	t.Helper()
	cluster := newFakeCluster(t)
	cluster.put("/api/v1/namespaces/platform/secrets/taskgateway-keys",
		Object{"kind": "Secret", "apiVersion": "v1", "metadata": map[string]any{"name": "taskgateway-keys"}, "data": secret})
	return cluster.address
}

// The gateway reads its keys at start, so new keys make new pods.
func TestNewKeysStartNewPods(t *testing.T) {
	sum := func(secret string) string {
		out, err, failure := helm("template", "tg", chartDir, "--namespace", "platform", "--values", ciFile("minimal"), "--dry-run=server",
			"--kube-apiserver", newCluster(t, map[string]any{"ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret}))
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
		for _, line := range hasty(text) {
			t.Errorf("%s: what `%s` needs may not be there yet", name, line)
		}
		if strings.Count(text, "kubectl --namespace platform") < 2 || !strings.Contains(text, "helm test tg --namespace platform") {
			t.Errorf("%s: the notes lack commands:\n%s", name, text)
		}
	}
}

// A Secret of `kubectl create secret tls`, and one of a public certificate, has no ca.crt.
func TestTheNotesReadSecretsWithAndWithoutAnAuthority(t *testing.T) {
	found := regexp.MustCompile(`'go-template=([^']*)'`).FindStringSubmatch(notes(t, "minimal"))
	if found == nil {
		t.Fatal("the notes read no Secret")
	}
	decode := func(text any) (string, error) { // as kubectl has it
		bytes, err := base64.StdEncoding.DecodeString(fmt.Sprint(text))
		return string(bytes), err
	}
	reader := gotemplate.Must(gotemplate.New("secret").Funcs(gotemplate.FuncMap{"base64decode": decode}).Parse(found[1]))
	for want, data := range map[string]map[string]any{"authority": {"tls.crt": "eA==", "ca.crt": "YXV0aG9yaXR5"}, "": {"tls.crt": "eA=="}} {
		var out strings.Builder
		if err := reader.Execute(&out, map[string]any{"data": data}); err != nil || out.String() != want {
			t.Errorf("%v: %q, not %q (%v)", data, out.String(), want, err)
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
