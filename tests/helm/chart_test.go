// Package helm tests helm/taskgateway with the real helm. test.sh builds that and hands it in.
package helm

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// Where things are. test.sh sets these; TestMain refuses to run without.
var (
	chartDir = os.Getenv("CHART_DIR") // helm/taskgateway
	helmPath = os.Getenv("HELM")
	workDir  = os.Getenv("WORK_DIR")
	binDir   = os.Getenv("BINARY_DIR") // taskgateway, taskctl and tasksim
)

func TestMain(m *testing.M) {
	if chartDir == "" || helmPath == "" || workDir == "" || binDir == "" {
		fmt.Fprintln(os.Stderr, "run tests/helm/test.sh: CHART_DIR, HELM, WORK_DIR and BINARY_DIR are needed")
		os.Exit(2)
	}
	os.Exit(m.Run())
}

// Object is a rendered Kubernetes object.
type Object map[string]any

func (o Object) kind() string { return fmt.Sprint(o["kind"]) }
func (o Object) name() string { return fmt.Sprint(o.at("metadata.name")) }

// at walks maps by key and lists by index, such as `spec.ports.0.port`; nil where there is nothing. A `\.` stands for a dot in a key.
func (o Object) at(path string) any {
	var here any = map[string]any(o)
	const dot = "\x00"
	for _, step := range strings.Split(strings.ReplaceAll(path, `\.`, dot), ".") {
		step = strings.ReplaceAll(step, dot, ".")
		switch node := here.(type) {
		case map[string]any:
			here = node[step]
		case []any:
			index := -1
			if _, err := fmt.Sscan(step, &index); err != nil || index < 0 || index >= len(node) {
				return nil
			}
			here = node[index]
		default:
			return nil
		}
	}
	return here
}

// helm runs the real helm without a cluster; `home` of its own, so that the machine's plugins and repositories do not matter.
func helm(arguments ...string) (string, string, error) {
	command := exec.Command(helmPath, arguments...)
	home := filepath.Join(workDir, "helm-home")
	command.Env = append(os.Environ(), "HOME="+home, "HELM_CACHE_HOME="+home, "HELM_CONFIG_HOME="+home, "HELM_DATA_HOME="+home, "KUBECONFIG=/dev/null")
	var out, err bytes.Buffer
	command.Stdout, command.Stderr = &out, &err
	failure := command.Run()
	return out.String(), err.String(), failure
}

var templates = map[string]string{}

// template renders the release `tg` in the namespace `platform`, each set of arguments once.
func template(t *testing.T, arguments ...string) string {
	t.Helper()
	key := strings.Join(arguments, "\x00")
	if text, found := templates[key]; found {
		return text
	}
	out, err, failure := helm(append([]string{"template", "tg", chartDir, "--namespace", "platform"}, arguments...)...)
	if failure != nil {
		t.Fatalf("helm template %v: %v\n%s", arguments, failure, err)
	}
	templates[key] = out
	return out
}

func parse(t *testing.T, text string) []Object {
	t.Helper()
	var objects []Object
	for _, document := range strings.Split("\n"+text, "\n---\n") {
		var object Object
		// Strict: a key that stands twice is an error.
		if err := yaml.UnmarshalStrict([]byte(document), &object); err != nil {
			t.Fatalf("%v\n%s", err, document)
		}
		if len(object) > 0 {
			objects = append(objects, object)
		}
	}
	return objects
}

// render gives the objects of a file of ci/, such as `minimal`, with further arguments of helm.
func render(t *testing.T, name string, arguments ...string) []Object {
	t.Helper()
	return parse(t, template(t, append([]string{"--values", ciFile(name)}, arguments...)...))
}

func ciFile(name string) string { return filepath.Join(chartDir, "ci", name+"-values.yaml") }

// ciNames lists the files of ci/, without their ending.
func ciNames(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(chartDir, "ci", "*-values.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no values files in %s/ci: %v", chartDir, err)
	}
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), "-values.yaml"))
	}
	sort.Strings(names)
	return names
}

// find gives the one object of a kind whose name ends so; nil when there is none.
func find(objects []Object, kind, suffix string) Object {
	for _, object := range objects {
		if object.kind() == kind && strings.HasSuffix(object.name(), suffix) {
			return object
		}
	}
	return nil
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
