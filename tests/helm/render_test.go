package helm

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestThereAreTwentyWaysToInstall(t *testing.T) {
	if names := ciNames(t); len(names) < 20 {
		t.Errorf("only %d files in ci/: %v", len(names), names)
	}
}

func TestEveryValuesFileIsCleanForLint(t *testing.T) {
	for _, name := range ciNames(t) {
		if out, err, failure := helm("lint", "--strict", chartDir, "--values", ciFile(name)); failure != nil {
			t.Errorf("%s: %v\n%s%s", name, failure, out, err)
		}
	}
}

// The same values give the same bytes: a GitOps tool sees no difference where there is none.
func TestRendersTheSameTwice(t *testing.T) {
	for _, name := range ciNames(t) {
		first := template(t, "--values", ciFile(name))
		again, _, failure := helm("template", "tg", chartDir, "--namespace", "platform", "--values", ciFile(name))
		if failure != nil || first != again {
			t.Errorf("%s: rendered anew it is different (%v)", name, failure)
		}
	}
}

func TestObjectsHaveDistinctNamesInTheNamespaceOfTheRelease(t *testing.T) {
	for _, name := range ciNames(t) {
		seen := map[string]bool{}
		for _, object := range render(t, name) {
			key := object.kind() + "/" + object.name()
			if seen[key] {
				t.Errorf("%s: there are two of %s", name, key)
			}
			seen[key] = true
			if object.at("metadata.namespace") != "platform" {
				t.Errorf("%s: %s is in the namespace %v", name, key, object.at("metadata.namespace"))
			}
			for _, label := range []string{"name", "instance", "component", "version", "managed-by", "part-of"} {
				if object.at(`metadata.labels.app\.kubernetes\.io/`+label) == nil {
					t.Errorf("%s: %s has no label %s", name, key, label)
				}
			}
		}
	}
}

// The longest name that helm takes leaves room for every suffix.
func TestNamesAreNeverTooLong(t *testing.T) {
	release := "a" + strings.Repeat("-release", 6) + "-xyz"
	if len(release) != 53 {
		t.Fatal(len(release))
	}
	out, message, failure := helm("template", release, chartDir, "--namespace", "platform", "--values", ciFile("cert-manager"))
	if failure != nil {
		t.Fatal(message)
	}
	for _, object := range parse(t, out) {
		if name := object.name(); len(name) > 63 || strings.Contains(name, "--") {
			t.Errorf("%s %s has %d bytes", object.kind(), name, len(name))
		}
	}
}

// What the gateway itself says of its file.
func TestTheGatewayAcceptsEveryConfiguration(t *testing.T) {
	gateway := filepath.Join(binDir, "taskgateway")
	if _, err := os.Stat(gateway); err != nil {
		t.Skipf("SKIPPED: no %s", gateway)
	}
	// The gateway reads the files that it names; in a pod the mounted Secrets have them.
	folder := t.TempDir()
	makeCertificates(t, folder)
	here := strings.NewReplacer("/etc/taskgateway/tls/", folder+"/", "/etc/taskgateway/client-ca/bundle.pem", folder+"/ca.crt",
		"/etc/taskgateway/client-ca/", folder+"/", "/etc/authorities/ca.pem", folder+"/ca.crt")
	for _, name := range ciNames(t) {
		for _, object := range render(t, name) {
			text, is := object.at(`data.taskgateway\.yaml`).(string)
			if !is {
				continue
			}
			path := filepath.Join(t.TempDir(), "taskgateway.yaml")
			if err := os.WriteFile(path, []byte(here.Replace(text)), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(gateway, "--config", path, "--check-config").CombinedOutput()
			if err != nil && lacksOnlyTracing(string(out)) {
				t.Logf("%s: not its tracing, which this build cannot do", name)
			} else if err != nil {
				t.Errorf("%s: %v\n%s\n%s", name, err, out, text)
			}
		}
	}
}

// The image's gateway is built with OpenTelemetry; the one at hand need not be, and says so in a line of its own.
func lacksOnlyTracing(problems string) bool {
	for _, problem := range strings.Split(strings.TrimSpace(problems), "\n") {
		if !strings.Contains(problem, "tracing.otlp_endpoint: ") || !strings.Contains(problem, "this build has no OpenTelemetry") {
			return false
		}
	}
	return true
}
