package helm

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

const runbook = "https://docs.example.com/taskgateway/RUNBOOK.md"

// promtool of Debian's prometheus package, which tools/setup unpacks.
func promtool(t *testing.T) string {
	t.Helper()
	path := os.Getenv("PROMTOOL")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIPPED: no promtool at %q; tools/setup brings it", path)
	}
	return path
}

func renderRule(t *testing.T) Object {
	t.Helper()
	rule := find(render(t, "minimal", "--set", "serviceMonitor.enabled=true,prometheusRule.enabled=true,prometheusRule.runbookUrl="+runbook), "PrometheusRule", "")
	if rule == nil {
		t.Fatal("no PrometheusRule")
	}
	return rule
}

// alertNames in the order of the rules.
func alertNames(t *testing.T) []string {
	var names []string
	rules, _ := renderRule(t).at("spec.groups.0.rules").([]any)
	for _, rule := range rules {
		names = append(names, Object(rule.(map[string]any)).at("alert").(string))
	}
	if len(names) < 15 {
		t.Errorf("only %d alerts", len(names))
	}
	return names
}

func TestPrometheusTakesTheRules(t *testing.T) {
	tool := promtool(t)
	if out, err := exec.Command(tool, "check", "rules", writeRules(t, t.TempDir())).CombinedOutput(); err != nil {
		t.Errorf("promtool check rules: %v\n%s", err, out)
	}
}

func writeRules(t *testing.T, folder string) string {
	t.Helper()
	text, err := yaml.Marshal(renderRule(t)["spec"])
	path := filepath.Join(folder, "rules.yaml")
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// alerts/{alert}.yaml has a story in which it fires and one in which it keeps quiet.
func TestEveryAlertFiresWhenItShould(t *testing.T) {
	tool := promtool(t)
	folder := t.TempDir()
	writeRules(t, folder)
	names := alertNames(t)
	if files, _ := filepath.Glob("alerts/*.yaml"); len(files) != len(names) {
		t.Errorf("%d alerts, and stories of %d: %v", len(names), len(files), files)
	}
	for _, alert := range names {
		t.Run(alert, func(t *testing.T) {
			text := readFile(t, filepath.Join("alerts", alert+".yaml"))
			if !strings.Contains(text, "exp_labels") || !strings.Contains(text, "exp_alerts: []") {
				t.Error("needs a story in which it fires and one in which it does not")
			}
			path := filepath.Join(folder, alert+".yaml")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(tool, "test", "rules", path).CombinedOutput(); err != nil {
				t.Errorf("promtool test rules: %v\n%s", err, out)
			}
		})
	}
}

func TestTheRunbookHasASectionForEveryAlert(t *testing.T) {
	anchors := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(readFile(t, filepath.Join(chartDir, "RUNBOOK.md")), -1) {
		// As the forges do: lower case, blanks become hyphens, other signs go.
		anchor := strings.ReplaceAll(strings.ToLower(heading[1]), " ", "-")
		anchors[regexp.MustCompile(`[^a-z0-9_-]`).ReplaceAllString(anchor, "")] = true
	}
	rules, _ := renderRule(t).at("spec.groups.0.rules").([]any)
	for _, rule := range rules {
		rule := Object(rule.(map[string]any))
		url, _ := rule.at("annotations.runbook_url").(string)
		base, anchor, _ := strings.Cut(url, "#")
		if base != runbook || !anchors[anchor] {
			t.Errorf("%v: RUNBOOK.md has no section for %s", rule.at("alert"), url)
		}
		delete(anchors, anchor)
	}
	for anchor := range anchors {
		if strings.HasPrefix(anchor, "taskgateway") && anchor != "taskgateway-runbook" {
			t.Errorf("RUNBOOK.md has a section %s for an alert that is not there", anchor)
		}
	}
}

// dashboardQueries gives each expression with its panel's title.
func dashboardQueries(t *testing.T) map[string]string {
	t.Helper()
	text, _ := find(render(t, "monitoring"), "ConfigMap", "-dashboard").at(`data.taskgateway\.json`).(string)
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(text), &dashboard); err != nil {
		t.Fatal(err)
	}
	queries := map[string]string{}
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			queries[target.Expr] = panel.Title
		}
	}
	if len(queries) < 20 {
		t.Errorf("only %d queries", len(queries))
	}
	return queries
}

// grafanaVariables stands for what Grafana puts in.
var grafanaVariables = strings.NewReplacer("$__rate_interval", "1m", "$namespace", "platform", "$job", "tg-taskgateway", "$pod", ".*")

// Prometheus' own parser reads every query: as the expression of a rule.
func TestPrometheusReadsEveryQueryOfTheDashboard(t *testing.T) {
	tool := promtool(t)
	var rules []map[string]any
	for query := range dashboardQueries(t) {
		rules = append(rules, map[string]any{"record": "query", "expr": grafanaVariables.Replace(query), "labels": map[string]string{"number": string(rune('a' + len(rules)))}})
	}
	text, _ := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "dashboard", "rules": rules}}})
	path := filepath.Join(t.TempDir(), "queries.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "check", "rules", path).CombinedOutput(); err != nil {
		t.Errorf("promtool: %v\n%s\n%s", err, out, text)
	}
}
