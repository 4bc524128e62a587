package helm

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yannh/kubeconform/pkg/validator"
	"sigs.k8s.io/yaml"
)

// Every object against the OpenAPI definitions of Kubernetes and the CustomResourceDefinitions of the operators, unknown fields refused.
func TestEveryObjectFitsTheSchemasOfTheCluster(t *testing.T) {
	check := newValidator(t)
	count := 0
	for _, name := range ciNames(t) {
		count += validate(t, check, name, template(t, "--values", ciFile(name)), true)
	}
	if count < 200 {
		t.Errorf("only %d objects were validated", count)
	}
}

// The net holds: what is wrong is caught.
func TestTheSchemasRefuseWhatIsWrong(t *testing.T) {
	check := newValidator(t)
	for name, object := range map[string]string{
		"unknown field of a probe": `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"a","livenessProbe":{"grpc":{"prot":1}}}]}}`,
		"wrong type":               `{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"a"},"spec":{"maxUnavailable":true}}`,
		"missing field":            `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"replicas":1}}`,
		"unknown field of a CRD":   `{"apiVersion":"monitoring.coreos.com/v1","kind":"ServiceMonitor","metadata":{"name":"a"},"spec":{"selector":{},"endpoints":[{"prot":"admin"}]}}`,
		"missing field of a CRD":   `{"apiVersion":"cert-manager.io/v1","kind":"Certificate","metadata":{"name":"a"},"spec":{"secretName":"a"}}`,
	} {
		t.Run(name, func(t *testing.T) { validate(t, check, name, object, false) })
	}
}

// validate answers how many objects there were.
func validate(t *testing.T, check validator.Validator, name, text string, valid bool) int {
	count := 0
	for _, result := range check.Validate(name, io.NopCloser(strings.NewReader(text))) {
		if result.Status == validator.Empty {
			continue
		}
		count++
		if (result.Status == validator.Valid) != valid {
			signature, _ := result.Resource.Signature()
			t.Errorf("%s: %v: valid should be %v: %v %v", name, signature, valid, result.Err, result.ValidationErrors)
		}
	}
	return count
}

func newValidator(t *testing.T) validator.Validator {
	t.Helper()
	folder := t.TempDir()
	definitions := kubernetesDefinitions(t)
	writeJSON(t, filepath.Join(folder, "definitions.json"), map[string]any{"definitions": definitions})
	for name, definition := range definitions {
		kinds, _ := definition.(map[string]any)["x-kubernetes-group-version-kind"].([]any)
		for _, kind := range kinds {
			kind := kind.(map[string]any)
			writeSchema(t, folder, kind["group"].(string), kind["version"].(string), kind["kind"].(string),
				map[string]any{"$ref": "definitions.json#/definitions/" + name})
		}
	}
	for _, file := range customResources(t) {
		addCustomResource(t, folder, file)
	}
	check, err := validator.New([]string{filepath.Join(folder, "{{.ResourceKind}}{{.KindSuffix}}.json")}, validator.Opts{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	return check
}

var moduleDirs = map[string]string{}

// moduleDir finds a module that schemas/go.mod pins.
func moduleDir(t *testing.T, module string) string {
	t.Helper()
	if folder, found := moduleDirs[module]; found {
		return folder
	}
	command := exec.Command("go", "mod", "download", "-json", module)
	command.Dir = "schemas"
	command.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off")
	out, err := command.Output()
	var answer struct{ Dir string }
	if err != nil || json.Unmarshal(out, &answer) != nil || answer.Dir == "" {
		t.Fatalf("go mod download %s: %v\n%s", module, err, out)
	}
	moduleDirs[module] = answer.Dir
	return answer.Dir
}

func kubernetesDefinitions(t *testing.T) map[string]any {
	text := readFile(t, filepath.Join(moduleDir(t, "k8s.io/kubernetes"), "api/openapi-spec/swagger.json"))
	var swagger struct{ Definitions map[string]any }
	decoder := json.NewDecoder(bytes.NewBufferString(text))
	if err := decoder.Decode(&swagger); err != nil {
		t.Fatal(err)
	}
	for name, definition := range swagger.Definitions {
		switch {
		case strings.HasSuffix(name, ".api.resource.Quantity"):
			definition.(map[string]any)["type"] = []any{"string", "number"}
		default:
			closeSchema(definition)
		}
	}
	return swagger.Definitions
}

func customResources(t *testing.T) []string {
	manager, operator := moduleDir(t, "github.com/cert-manager/cert-manager"), moduleDir(t, "github.com/prometheus-operator/prometheus-operator")
	return []string{
		filepath.Join(manager, "deploy/crds/cert-manager.io_certificates.yaml"),
		filepath.Join(operator, "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"),
		filepath.Join(operator, "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml"),
	}
}

func addCustomResource(t *testing.T, folder, file string) {
	var definition struct {
		Spec struct {
			Group    string
			Names    struct{ Kind string }
			Versions []struct {
				Name   string
				Schema struct {
					OpenAPIV3Schema map[string]any `json:"openAPIV3Schema"`
				}
			}
		}
	}
	if err := yaml.Unmarshal([]byte(readFile(t, file)), &definition); err != nil {
		t.Fatal(err)
	}
	for _, version := range definition.Spec.Versions {
		schema := version.Schema.OpenAPIV3Schema
		// An open object in the definition: the API server knows its fields.
		delete(schema["properties"].(map[string]any), "metadata")
		closeSchema(schema)
		schema["properties"].(map[string]any)["metadata"] = map[string]any{"type": "object"}
		writeSchema(t, folder, definition.Spec.Group, version.Name, definition.Spec.Names.Kind, schema)
	}
}

// closeSchema refuses unknown fields, as the API server does with --validate=strict, and lets an int-or-string be both.
func closeSchema(node any) {
	switch node := node.(type) {
	case map[string]any:
		if node["format"] == "int-or-string" || node["x-kubernetes-int-or-string"] == true {
			node["type"] = []any{"string", "integer"}
			delete(node, "format")
		}
		_, typed := node["properties"].(map[string]any)
		if _, open := node["additionalProperties"]; typed && !open && node["x-kubernetes-preserve-unknown-fields"] != true {
			node["additionalProperties"] = false
		}
		for _, child := range node {
			closeSchema(child)
		}
	case []any:
		for _, child := range node {
			closeSchema(child)
		}
	}
}

func writeSchema(t *testing.T, folder, group, version, kind string, schema any) {
	name := strings.ToLower(kind)
	if group != "" {
		name += "-" + strings.Split(group, ".")[0]
	}
	writeJSON(t, filepath.Join(folder, name+"-"+version+".json"), schema)
}

func writeJSON(t *testing.T, path string, value any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
