package helm

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// With `cloudKeys.as: files` the container's command reads the mounted files, and the gateway, which takes the shell's place, has them as variables.
func TestKeysInFilesReachTheGateway(t *testing.T) {
	_, spec := podOf(t, find(render(t, "keys-as-files"), "Deployment", "taskgateway"))
	container := spec.Containers[0]
	keys, programs := t.TempDir(), t.TempDir()
	for _, source := range spec.Volumes[len(spec.Volumes)-1].Projected.Sources {
		for _, item := range source.Secret.Items {
			// A token may be missing.
			if !strings.HasSuffix(item.Path, "SECURITY_TOKEN") {
				if err := os.WriteFile(filepath.Join(keys, item.Path), []byte("value of "+item.Key+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	// A gateway that tells who it is, what it was told, and what it knows.
	stub := "#!/bin/sh\necho \"pid=$$ arguments=$*\"\nenv\n"
	if err := os.WriteFile(filepath.Join(programs, "taskgateway"), []byte(stub), 0o700); err != nil {
		t.Fatal(err)
	}
	var arguments []string
	for _, argument := range append(container.Command, container.Args...) {
		arguments = append(arguments, strings.ReplaceAll(argument, "/var/run/secrets/taskgateway", keys))
	}
	command := exec.Command(arguments[0], arguments[1:]...)
	command.Env = []string{"PATH=" + programs + ":/usr/bin:/bin"}
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		"arguments=--config /etc/taskgateway/config/taskgateway.yaml\n",
		"ALIBABA_CLOUD_ACCESS_KEY_ID=value of id\n", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=value of secret\n",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the gateway does not see %q:\n%s", want, out)
		}
	}
	if strings.Contains(string(out), "SECURITY_TOKEN") {
		t.Errorf("a token that nobody gave:\n%s", out)
	}
	if command.Process == nil || !strings.Contains(string(out), "pid="+strconv.Itoa(command.Process.Pid)+" ") {
		t.Errorf("a shell stands between the kubelet's signals and the gateway (%d):\n%s", command.Process.Pid, out)
	}
}
