package helm

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// deploySection gives the code blocks of the README's section "Deploy", in their order.
func deploySection(t *testing.T) (scripts, values []string) {
	t.Helper()
	_, section, found := strings.Cut(readFile(t, filepath.Join(chartDir, "../../README.md")), "\n## Deploy\n")
	section, _, ends := strings.Cut(section, "\n## ")
	if !found || !ends {
		t.Fatal("README.md has no section Deploy")
	}
	for _, block := range regexp.MustCompile("(?s)```(sh|yaml)\n(.*?)```").FindAllStringSubmatch(section, -1) {
		if block[1] == "sh" {
			scripts = append(scripts, block[2])
		} else {
			values = append(values, block[2])
		}
	}
	return scripts, values
}

// What takes a while, how to wait for it, and what needs it.
var waits = []struct{ begins, waits, needs *regexp.Regexp }{
	{regexp.MustCompile(`^helm (install|upgrade) `), regexp.MustCompile(`^kubectl .* rollout status `), regexp.MustCompile(`^helm test `)},
	{regexp.MustCompile(`^kubectl .* port-forward service/\S+ .*&$`), regexp.MustCompile(`^until taskctl (\S+ )*health >/dev/null 2>&1; do sleep 1; done`), regexp.MustCompile(`^taskctl `)},
}

// hasty gives the lines of a script that need what was begun before and not waited for.
func hasty(script string) []string {
	var found []string
	for _, wait := range waits {
		pending := false
		for _, line := range strings.Split(script, "\n") {
			line = strings.TrimSpace(line)
			pending = (pending || wait.begins.MatchString(line)) && !wait.waits.MatchString(line)
			if pending && wait.needs.MatchString(line) {
				found = append(found, line)
			}
		}
	}
	return found
}

func TestHasteIsSeen(t *testing.T) {
	for script, want := range map[string]int{
		"helm install a b\nhelm test a": 1,
		"helm install a b\nkubectl rollout status deployment/a\nkubectl -n a rollout status deployment/a\nhelm test a\nhelm upgrade a b\nhelm test a": 1,
		"kubectl -n a port-forward service/a 1:1 &\n  taskctl sources":                                                                                1,
		"kubectl -n a port-forward service/a 1:1 &\n  until taskctl --server a:1 health >/dev/null 2>&1; do sleep 1; done\n  taskctl sources":         0,
	} {
		if found := hasty(script); len(found) != want {
			t.Errorf("%s\nhas %d hasty lines, not %d: %v", script, len(found), want, found)
		}
	}
}

// The README's path, word for word as far as it goes without a cluster: the commands of helm render, what kubectl names is there, and the certificates of
// its commands let a caller in and keep others out.
func TestTheReadmeDeploysWhatItSays(t *testing.T) {
	scripts, values := deploySection(t)
	if len(values) != 1 {
		t.Fatalf("%d files of values", len(values))
	}
	file := filepath.Join(t.TempDir(), "values.yaml")
	if err := os.WriteFile(file, []byte(values[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, line := range hasty(strings.Join(scripts, "\n")) {
		t.Errorf("what `%s` needs may not be there yet", line)
	}
	rendered := map[string][]Object{}
	for _, line := range strings.Split(strings.Join(scripts, "\n"), "\n") {
		if match := regexp.MustCompile(`^helm (install|upgrade) (\S+) helm/taskgateway (.*)$`).FindStringSubmatch(line); match != nil {
			arguments := strings.Fields(strings.NewReplacer("--create-namespace", "", "values.yaml", file).Replace(match[3]))
			out, err, failure := helm(append([]string{"template", match[2], chartDir}, arguments...)...)
			if failure != nil {
				t.Fatalf("%s: %v\n%s", line, failure, err)
			}
			rendered[match[1]] = parse(t, out)
		}
		for _, match := range regexp.MustCompile(`(deployment|service)/(\S+)`).FindAllStringSubmatch(line, -1) {
			kind := map[string]string{"deployment": "Deployment", "service": "Service"}[match[1]]
			if find(rendered["install"], kind, match[2]) == nil {
				t.Errorf("%s: there is no such %s", line, kind)
			}
		}
	}
	upgrade, _ := json.Marshal(rendered["upgrade"])
	if rendered["install"] == nil || rendered["upgrade"] == nil {
		t.Fatal("the README neither installs nor upgrades")
	}
	for _, match := range regexp.MustCompile(`create secret generic (\S+)`).FindAllStringSubmatch(strings.Join(scripts, "\n"), -1) {
		if !strings.Contains(string(upgrade), match[1]) {
			t.Errorf("nothing uses the Secret %s", match[1])
		}
	}
}

func TestTheCertificatesOfTheReadmeWork(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("SKIPPED: no openssl")
	}
	scripts, _ := deploySection(t)
	i := rehearse(t, "simulator-mtls", "--set", "fullnameOverride=taskgateway")
	for _, script := range scripts {
		if !strings.HasPrefix(script, "openssl") {
			continue
		}
		command := exec.Command("bash", "-euc", script)
		command.Dir = i.folder
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	for from, to := range map[string]string{"server.crt": "tls.crt", "server.key": "tls.key"} {
		if err := os.Rename(filepath.Join(i.folder, from), filepath.Join(i.folder, to)); err != nil {
			t.Fatal(err)
		}
	}
	again := i.restart()
	again.expect("get-task", true, "TASKCTL_SERVER_NAME=taskgateway")
	again.expect("denied", true, "TASKCTL_SERVER_NAME=taskgateway")
}

// The README's container starts with what it is given, and is given the time to drain.
func TestTheReadmesContainerHasWhatItNeeds(t *testing.T) {
	scripts, _ := deploySection(t)
	script := scripts[len(scripts)-1]
	folder := t.TempDir()
	makeCertificates(t, folder)
	for from, to := range map[string]string{"tls.crt": "server.crt", "tls.key": "server.key"} {
		if err := os.Rename(filepath.Join(folder, from), filepath.Join(folder, to)); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("bash", "-euc", `docker() { printf '%s\n' "$@"; }`+"\n"+script)
	command.Dir = folder
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	arguments := "\n" + string(out)
	if want := "\n--volume\n" + folder + "/gateway:/etc/taskgateway:ro\n"; !strings.Contains(arguments, want) {
		t.Errorf("no%s in%s", want, arguments)
	}
	// As in a pod.
	if want := "\n--stop-timeout\n" + valueOf(find(render(t, "minimal"), "Deployment", "taskgateway"), "spec.template.spec.terminationGracePeriodSeconds") + "\n"; !strings.Contains(arguments, want) {
		t.Errorf("no%s in%s", want, arguments)
	}
	gateway := filepath.Join(binDir, "taskgateway")
	if _, err := os.Stat(gateway); err != nil {
		t.Skipf("SKIPPED: no %s", gateway)
	}
	path := filepath.Join(folder, "gateway", "taskgateway.yaml")
	here := strings.ReplaceAll(readFile(t, path), "/etc/taskgateway/", folder+"/gateway/")
	if err := os.WriteFile(path, []byte(here), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(gateway, "--config", path, "--check-config").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s\n%s", err, out, here)
	}
}
