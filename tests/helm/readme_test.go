package helm

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the chart's README anew")

const tableBegin, tableEnd = "<!-- values:begin -->\n", "<!-- values:end -->"

func TestEveryValueIsDocumentedInTheReadme(t *testing.T) {
	rows, problems, err := DescribeValues([]byte(readFile(t, filepath.Join(chartDir, "values.yaml"))), []byte(readFile(t, filepath.Join(chartDir, "values.schema.json"))))
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Error(problem)
	}
	path := filepath.Join(chartDir, "README.md")
	text := readFile(t, path)
	before, rest, begins := strings.Cut(text, tableBegin)
	_, after, ends := strings.Cut(rest, tableEnd)
	if !begins || !ends {
		t.Fatalf("%s has no %s … %s", path, strings.TrimSpace(tableBegin), tableEnd)
	}
	want := before + tableBegin + ValuesTable(rows) + tableEnd + after
	if text == want {
		return
	}
	if !*update {
		t.Fatalf("the table of %s is stale; run tests/helm/test.sh -run Readme -update", path)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// What an operator finds in the log is in the README.
func TestEveryEventOfTheLogIsInTheReadme(t *testing.T) {
	root := filepath.Join(chartDir, "../..")
	_, section, found := strings.Cut(readFile(t, filepath.Join(root, "README.md")), "\n### Operating\n")
	section, _, ends := strings.Cut(section, "\n### ")
	if !found || !ends {
		t.Fatal("README.md has no section Operating")
	}
	event := regexp.MustCompile(`(?:\.|->)(?:Debug|Info|Warning|Error)\("([a-z_]+)"\)|LogEvent \w+\{"([a-z_]+)"`)
	events := 0
	err := filepath.WalkDir(filepath.Join(root, "gateway"), func(path string, _ os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".cc" && filepath.Ext(path) != ".h" || filepath.Base(path) == "log.h" {
			return err
		}
		for _, match := range event.FindAllStringSubmatch(readFile(t, path), -1) {
			events++
			if name := match[1] + match[2]; !strings.Contains(section, "`"+name+"`") {
				t.Errorf("README.md does not tell of the event %s of %s", name, path)
			}
		}
		return nil
	})
	if err != nil || events < 15 {
		t.Errorf("only %d events (%v)", events, err)
	}
}

// No object of the schema takes what it does not know. Only `global` is open: it belongs to a parent chart.
func TestTheSchemaIsClosedAtEveryLevel(t *testing.T) {
	var schema any
	if err := json.Unmarshal([]byte(readFile(t, filepath.Join(chartDir, "values.schema.json"))), &schema); err != nil {
		t.Fatal(err)
	}
	objects := 0
	var walk func(path string, node any)
	walk = func(path string, node any) {
		switch node := node.(type) {
		case map[string]any:
			_, hasProperties := node["properties"].(map[string]any)
			if (node["type"] == "object" || hasProperties) && !strings.HasSuffix(path, "/properties") && path != "/properties/global" {
				objects++
				rest, said := node["additionalProperties"]
				inner, typed := rest.(map[string]any)
				if !said || rest == true || typed && len(inner) == 0 {
					t.Errorf("%s is open", path)
				}
			}
			if kind, is := node["type"].(string); is && kind == "array" && node["items"] == nil {
				t.Errorf("%s: a list of anything", path)
			}
			for key, child := range node {
				walk(path+"/"+key, child)
			}
		case []any:
			for i, child := range node {
				walk(fmt.Sprintf("%s/%d", path, i), child)
			}
		}
	}
	walk("", schema)
	if objects < 50 {
		t.Errorf("only %d objects", objects)
	}
}
