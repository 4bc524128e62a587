package helm

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// Fields of the gateway's file that the chart writes itself, or does not let in.
var notAValue = regexp.MustCompile(`^(listen\.(address|insecure_plaintext|health_address|tls.*)|admin.*|accounts\[\]\.credentials\.static.*)$`)

// `config` has every field of the gateway's configuration, with its default, so that neither grows alone.
func TestConfigHasEveryFieldOfTheGateway(t *testing.T) {
	table, err := exec.Command(filepath.Join(binDir, "taskgateway"), "--print-config-reference").Output()
	if err != nil {
		t.Skipf("SKIPPED: no taskgateway in %s: %v", binDir, err)
	}
	var schema, values map[string]any
	if err := json.Unmarshal([]byte(readFile(t, filepath.Join(chartDir, "values.schema.json"))), &schema); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(readFile(t, filepath.Join(chartDir, "values.yaml"))), &values); err != nil {
		t.Fatal(err)
	}
	fields := 0
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]*)` \\| ([^|]*) \\| [^|]* \\| ([^|]*) \\|").FindAllStringSubmatch(string(table), -1) {
		path, kind, byDefault := row[1], row[2], strings.Trim(row[3], "`")
		if notAValue.MatchString(path) {
			continue
		}
		fields++
		node := schema["properties"].(map[string]any)["config"]
		for _, step := range strings.Split(path, ".") {
			name, list := strings.CutSuffix(step, "[]")
			properties, _ := node.(map[string]any)["properties"].(map[string]any)
			node = properties[name]
			if node == nil {
				break
			}
			if list {
				node = node.(map[string]any)["items"]
			}
		}
		if node == nil {
			t.Errorf("values.schema.json does not know config.%s", path)
			continue
		}
		value := Object(values).at("config." + path)
		if kind == "mapping" || kind == "list" || strings.Contains(path, "[]") || !strings.HasPrefix(row[3], "`") {
			continue
		}
		if fmt.Sprintf("%v", number(value)) != byDefault {
			t.Errorf("config.%s: values.yaml says %v, the gateway %s", path, number(value), byDefault)
		}
	}
	if fields < 30 {
		t.Errorf("only %d fields", fields)
	}
}

// The gateway's own bounds of durations hold here too, so that a rollout does not find them out.
func TestDurationsOutOfTheGatewaysBoundsAreRefused(t *testing.T) {
	table, err := exec.Command(filepath.Join(binDir, "taskgateway"), "--print-config-reference").Output()
	if err != nil {
		t.Skipf("SKIPPED: no taskgateway in %s: %v", binDir, err)
	}
	durations := 0
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]*)` \\| duration \\| (?:(\\S+)\\.\\.|at most )(\\S+) \\|").FindAllStringSubmatch(string(table), -1) {
		path := "config." + row[1]
		if row[1] == "listen.tls.reload_interval" {
			path = "tls.reloadInterval"
		}
		durations++
		for _, value := range []string{row[3] + "1ms", "0ms"} {
			_, message, failure := helm("template", "tg", chartDir, "--values", ciFile("minimal"), "--set-string", path+"="+value)
			tooSmall := value == "0ms" && row[2] != ""
			if wanted := value != "0ms" || tooSmall; (failure != nil) != wanted || wanted && !strings.Contains(message, path+": "+value+" is not from") {
				t.Errorf("%s=%s: refused should be %v: %s", path, value, wanted, message)
			}
		}
	}
	if durations < 9 {
		t.Errorf("only %d durations", durations)
	}
}

// number writes a JSON number without an exponent.
func number(value any) any {
	if float, is := value.(float64); is {
		return strconv.FormatFloat(float, 'f', -1, 64)
	}
	return value
}
