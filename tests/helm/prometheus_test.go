package helm

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// Every query of the dashboard and every metric of the alerts, asked of a real Prometheus that has scraped a gateway at work.
func TestADashboardOfAGatewayAtWorkHasNoEmptyPanel(t *testing.T) {
	program := os.Getenv("PROMETHEUS")
	if _, err := os.Stat(program); err != nil {
		t.Skipf("SKIPPED: no prometheus at %q; tools/setup brings it", program)
	}
	i := rehearse(t, "simulator-mtls")
	server := startPrometheus(t, program, i.ports["admin"])
	stop := i.load()
	defer stop()

	queries := dashboardQueries(t)
	for query := range alertMetrics(t) {
		queries[query] = "an alert"
	}
	if series, problem := server.query("nobody_has_this_metric"); series != 0 || problem != nil {
		t.Errorf("a metric that is not there has %d series (%v)", series, problem)
	}
	// Rates need two scrapes, and panels what they show: ask on until all answer.
	var empty []string
	for until := time.Now().Add(60 * time.Second); ; time.Sleep(500 * time.Millisecond) {
		empty = empty[:0]
		for query, title := range queries {
			if series, problem := server.query(grafanaVariables.Replace(query)); problem != nil {
				t.Fatalf("%s: %v\n%s", title, problem, query)
			} else if series == 0 {
				empty = append(empty, title+": "+query)
			}
		}
		if len(empty) == 0 {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("no series for\n%s", strings.Join(empty, "\n"))
		}
	}
}

// alertMetrics are the series that alerts look at, without conditions on outcomes that a healthy gateway does not have.
func alertMetrics(t *testing.T) map[string]bool {
	metrics := map[string]bool{}
	rules, _ := renderRule(t).at("spec.groups.0.rules").([]any)
	for _, rule := range rules {
		expression := Object(rule.(map[string]any)).at("expr").(string)
		for _, match := range regexp.MustCompile(`([a-z_]+)\{`).FindAllStringSubmatch(expression, -1) {
			metrics[match[1]+`{namespace="platform",job="tg-taskgateway"}`] = true
		}
	}
	return metrics
}

// load keeps the gateway at work as its callers do, until the answer is called.
func (i *install) load() func() {
	done := make(chan struct{})
	var callers sync.WaitGroup
	for _, arguments := range [][]string{
		{"get", "cloud-control/task-cc-succeeded"}, {"get", "service-catalog/task-sc-running", "--max-staleness", "0"}, {"get", "cloud-control/nobody-has-this"},
		{"get", "task-sc-failed", "--view", "full"}, {"list", "service-catalog", "pp-demo"}, {"watch", "--timeout", "2s", "cloud-control/task-cc-running"},
		{"wait", "--timeout", "2s", "cloud-control/task-cc-running"}, {"logs", "service-catalog/task-sc-succeeded"},
	} {
		callers.Add(1)
		go func() {
			defer callers.Done()
			for {
				select {
				case <-done:
					return
				default:
				}
				command := exec.Command(filepath.Join(binDir, "taskctl"), append([]string{"--server", fmt.Sprintf("127.0.0.1:%d", i.ports["grpc"]), "--server-name", "tg-taskgateway",
					"--ca-file", filepath.Join(i.folder, "ca.crt"), "--cert-file", filepath.Join(i.folder, "caller.crt"), "--key-file", filepath.Join(i.folder, "caller.key")}, arguments...)...)
				_ = command.Run() // what it says is not the point
			}
		}()
	}
	return func() { close(done); callers.Wait() }
}

type prometheusServer struct{ address string }

// startPrometheus scrapes one gateway, with the labels that the ServiceMonitor gives.
func startPrometheus(t *testing.T, program string, port int) prometheusServer {
	t.Helper()
	folder := t.TempDir()
	config := filepath.Join(folder, "prometheus.yaml")
	text := fmt.Sprintf(`global: {scrape_interval: 250ms, scrape_timeout: 250ms}
scrape_configs:
- job_name: tg-taskgateway
  static_configs: [{targets: ["127.0.0.1:%d"], labels: {namespace: platform, pod: tg-0}}]
`, port)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for attempt := 0; attempt < 3; attempt++ {
		// It does not tell which port it took, so it is given one that was free a moment ago.
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := listener.Addr().String()
		_ = listener.Close()
		log, err := os.Create(filepath.Join(folder, "log"))
		if err != nil {
			t.Fatal(err)
		}
		command := exec.Command(program, "--config.file", config, "--storage.tsdb.path", filepath.Join(folder, "data"), "--web.listen-address", address)
		command.Stdout, command.Stderr = log, log
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() { _ = command.Wait(); close(ended) }()
		t.Cleanup(func() { _ = command.Process.Kill(); <-ended; _ = log.Close() })
		for until := time.Now().Add(30 * time.Second); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
			if reply, err := http.Get("http://" + address + "/-/ready"); err == nil {
				_ = reply.Body.Close()
				if reply.StatusCode == http.StatusOK {
					return prometheusServer{address}
				}
			}
			select {
			case <-ended:
				until = time.Now()
			default:
			}
		}
	}
	t.Fatalf("prometheus does not serve:\n%s", readFile(t, filepath.Join(folder, "log")))
	return prometheusServer{}
}

// query answers how many series a query has.
func (s prometheusServer) query(query string) (int, error) {
	reply, err := http.Get("http://" + s.address + "/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		return 0, err
	}
	defer reply.Body.Close()
	var answer struct {
		Error string
		Data  struct{ Result []json.RawMessage }
	}
	if err := json.NewDecoder(reply.Body).Decode(&answer); err != nil {
		return 0, err
	}
	if answer.Error != "" {
		return 0, fmt.Errorf("%s", answer.Error)
	}
	return len(answer.Data.Result), nil
}
