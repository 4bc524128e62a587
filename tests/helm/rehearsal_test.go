package helm

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"sigs.k8s.io/yaml"
)

// An install without a cluster: the programs of this build, started as the rendered objects say, on loopback and free ports.
type install struct {
	t       *testing.T
	objects []Object
	folder  string         // certificates, ports
	ports   map[string]int // grpc, health, admin
	gateway *exec.Cmd
}

// rehearse starts what ci/`name` renders. Certificates, where it wants some, are made here.
func rehearse(t *testing.T, name string, arguments ...string) *install {
	t.Helper()
	for _, program := range []string{"taskgateway", "taskctl", "tasksim"} {
		if _, err := os.Stat(filepath.Join(binDir, program)); err != nil {
			t.Skipf("SKIPPED: no %s in %s", program, binDir)
		}
	}
	i := &install{t: t, objects: render(t, name, arguments...), folder: t.TempDir()}
	makeCertificates(t, i.folder)

	upstream := i.start("simulator", i.commandOf("Deployment", "-simulator", map[string]string{"--address": "127.0.0.1", "--http-port": "0", "--https-port": "0"}))["http"]
	text, _ := find(i.objects, "ConfigMap", "taskgateway").at(`data.taskgateway\.yaml`).(string)
	var config map[string]any
	if err := yaml.Unmarshal([]byte(text), &config); err != nil {
		t.Fatal(err)
	}
	listen := config["listen"].(map[string]any)
	listen["address"], listen["health_address"] = "127.0.0.1:0", "127.0.0.1:0"
	config["admin"] = map[string]any{"address": "127.0.0.1:0"}
	if tls, is := listen["tls"].(map[string]any); is {
		for _, field := range []string{"certificate_file", "key_file", "client_ca_file"} {
			if path, is := tls[field].(string); is {
				tls[field] = filepath.Join(i.folder, filepath.Base(path))
			}
		}
	}
	for _, source := range config["sources"].([]any) {
		source.(map[string]any)["endpoint"] = fmt.Sprintf("http://127.0.0.1:%d", upstream)
	}
	written, _ := yaml.Marshal(config)
	path := filepath.Join(i.folder, "taskgateway.yaml")
	if err := os.WriteFile(path, written, 0o600); err != nil {
		t.Fatal(err)
	}
	i.gateway = i.commandOf("Deployment", "taskgateway", map[string]string{"/etc/taskgateway/config/taskgateway.yaml": path})
	i.ports = i.start("gateway", i.gateway)
	return i
}

// commandOf is a container's command with its arguments and environment, with some arguments, or the values of some flags, put otherwise.
func (i *install) commandOf(kind, suffix string, otherwise map[string]string) *exec.Cmd {
	i.t.Helper()
	_, spec := podOf(i.t, find(i.objects, kind, suffix))
	container := spec.Containers[0]
	var arguments []string
	for _, argument := range container.Args {
		flag, _, _ := strings.Cut(argument, "=")
		if value, found := otherwise[argument]; found {
			argument = value
		} else if value, found := otherwise[flag]; found {
			argument = flag + "=" + value
		}
		arguments = append(arguments, argument)
	}
	command := exec.Command(container.Command[0], append(container.Command[1:], arguments...)...)
	if found, err := exec.LookPath(filepath.Join(binDir, container.Command[0])); err == nil {
		command.Path, command.Err = found, nil
	}
	// As in a container: nothing of this machine's environment.
	command.Env = []string{"PATH=" + binDir + ":/usr/bin:/bin"}
	for _, variable := range container.Env {
		command.Env = append(command.Env, variable.Name+"="+variable.Value)
	}
	return command
}

// start runs a server until the test ends, and answers with its ports.
func (i *install) start(name string, command *exec.Cmd) map[string]int {
	i.t.Helper()
	file, logPath := filepath.Join(i.folder, name+".ports"), filepath.Join(i.folder, name+".log")
	command.Args = append(command.Args, "--ports-file", file)
	log, err := os.Create(logPath)
	if err != nil {
		i.t.Fatal(err)
	}
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		i.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = command.Wait(); close(ended) }()
	i.t.Cleanup(func() { _ = command.Process.Kill(); <-ended; _ = log.Close() })
	var ports map[string]int
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if text, err := os.ReadFile(file); err == nil && json.Unmarshal(text, &ports) == nil {
			return ports
		}
		select {
		case <-ended:
			i.t.Fatalf("%s ended:\n%s", name, readFile(i.t, logPath))
		default:
		}
		if time.Now().After(until) {
			i.t.Fatalf("%s does not serve:\n%s", name, readFile(i.t, logPath))
		}
	}
}

// test runs a pod of `helm test`, with the addresses and certificates of this machine.
func (i *install) test(pod string, otherwise ...string) (string, error) {
	i.t.Helper()
	command := i.commandOf("Pod", "-test-"+pod, nil)
	server := "grpc"
	if pod == "health" {
		server = "health"
	}
	command.Env = append(command.Env, fmt.Sprintf("TASKCTL_SERVER=127.0.0.1:%d", i.ports[server]), "HOST=127.0.0.1", fmt.Sprintf("PORT=%d", i.ports["admin"]),
		"TASKCTL_SERVER_NAME=tg-taskgateway")
	for n, entry := range command.Env {
		command.Env[n] = strings.ReplaceAll(entry, "/etc/taskctl/tls.", filepath.Join(i.folder, "caller."))
		command.Env[n] = strings.ReplaceAll(command.Env[n], "/etc/taskctl/", i.folder+"/")
	}
	command.Env = append(command.Env, otherwise...)
	out, err := command.CombinedOutput()
	return string(out), err
}

func (i *install) expect(pod string, passes bool, otherwise ...string) {
	i.t.Helper()
	if out, err := i.test(pod, otherwise...); (err == nil) != passes {
		i.t.Errorf("helm test, %s %v: %v, passing should be %v\n%s", pod, otherwise, err, passes, out)
	}
}

// call types what the notes say under "Call it from this machine", kubectl's part done: the port is forwarded, the authority's certificate is there.
func (i *install) call(notes string) {
	i.t.Helper()
	_, block, found := strings.Cut(notes, "Call it from this machine")
	_, block, _ = strings.Cut(block, "\n\n")
	block, _, ends := strings.Cut(block, "\n\n")
	if !found || !ends {
		i.t.Fatalf("the notes do not say how to call:\n%s", notes)
	}
	block = regexp.MustCompile(`(?m)^ *kubectl .*$`).ReplaceAllString(block, "")
	for from, to := range map[string]string{"127.0.0.1:8980": fmt.Sprintf("127.0.0.1:%d", i.ports["grpc"]), "client.": "caller."} {
		block = strings.ReplaceAll(block, from, to)
	}
	command := exec.Command("timeout", "20", "bash", "-euc", block)
	command.Dir, command.Env = i.folder, []string{"PATH=" + binDir + ":/usr/bin:/bin"}
	out, err := command.CombinedOutput()
	// The last one may read a failed task.
	if exit, is := err.(*exec.ExitError); err != nil && (!is || exit.ExitCode() > 2) || !strings.Contains(string(out), "cloud-control") {
		i.t.Errorf("%s\n%v\n%s", block, err, out)
	}
}

func TestAFirstInstallAnswers(t *testing.T) {
	i := rehearse(t, "simulator", "--set", "config.drain.limit=1s,config.drain.settle=0s")
	for _, pod := range []string{"health", "get-task", "metrics"} {
		i.expect(pod, true)
	}
	// The tests can fail.
	grpc := fmt.Sprintf("TASKCTL_SERVER=127.0.0.1:%d", i.ports["grpc"])
	i.expect("health", false, grpc)
	i.expect("health", false, "TASKCTL_SERVER=127.0.0.1:1", "TASKCTL_TIMEOUT=1s")
	i.expect("get-task", false, "TASK=cloud-control/nobody-has-this")
	i.expect("get-task", true, "TASK=cloud-control/nobody-has-this", "EXPECT=missing")
	i.expect("get-task", true, "TASK=cloud-control/task-cc-failed")
	i.expect("get-task", false, "EXPECT=missing")
	i.expect("metrics", false, fmt.Sprintf("PORT=%d", i.ports["health"]))

	i.call(notes(t, "simulator"))
	// With the chart's level, as RUNBOOK.md says.
	if log := readFile(t, filepath.Join(i.folder, "gateway.log")); !strings.Contains(log, `"event":"call"`) {
		t.Errorf("the log does not tell of calls:\n%s", log)
	}

	// It goes when it is told to.
	if err := i.gateway.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(30 * time.Second); i.gateway.ProcessState == nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the gateway does not end after SIGTERM")
		}
	}
	if code := i.gateway.ProcessState.ExitCode(); code != 0 {
		t.Errorf("after SIGTERM the gateway's exit code is %d", code)
	}
}

func TestMutualTlsLetsInWhoHasACertificate(t *testing.T) {
	i := rehearse(t, "simulator-mtls")
	for _, pod := range []string{"health", "get-task", "denied"} {
		i.expect(pod, true)
	}
	i.call(notes(t, "simulator-mtls"))
	i.expect("get-task", false, "CERTIFICATE=", "KEY=", "TASKCTL_TIMEOUT=2s")
	i.expect("denied", false, "TASKCTL_SERVER=127.0.0.1:1")
}

// A gateway that lets everyone in is found out.
func TestTheDenialCanFail(t *testing.T) {
	i := rehearse(t, "simulator-mtls", "--set", "tls.acceptWithoutCertificate=true,tests.clientSecret=")
	closed := render(t, "simulator-mtls")
	i.objects = append(i.objects, find(closed, "Pod", "-test-denied"))
	i.expect("denied", false, "CERTIFICATE=", "KEY=")
}

// restart starts a further gateway of the same install, with the files as they are now.
func (i *install) restart() *install {
	i.t.Helper()
	next := *i
	next.gateway = i.commandOf("Deployment", "taskgateway", map[string]string{"/etc/taskgateway/config/taskgateway.yaml": filepath.Join(i.folder, "taskgateway.yaml")})
	next.ports = next.start("gateway-again", next.gateway)
	return &next
}
