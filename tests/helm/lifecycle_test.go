package helm

import (
	"strings"
	"testing"
)

// What the README tells to type: install, test, upgrade, test again, roll back, uninstall, with the real helm. The test pods run for real, against a gateway as installed.
func TestAReleaseLives(t *testing.T) {
	cluster := newFakeCluster(t)
	var gateway *install
	cluster.runPod = func(pod Object) (string, bool) {
		gateway.objects = append([]Object{pod}, gateway.objects...)
		_, name, _ := strings.Cut(pod.name(), "-test-")
		log, err := gateway.test(name)
		return log, err == nil
	}
	run := func(passes bool, arguments ...string) string {
		t.Helper()
		out, message, failure := helm(append(arguments, "--namespace", "platform", "--kube-apiserver", cluster.address)...)
		if (failure == nil) != passes {
			t.Fatalf("helm %v: %v, passing should be %v\n%s\n%s", arguments, failure, passes, out, message)
		}
		return out + message
	}

	gateway = rehearse(t, "simulator")
	run(true, "install", "tg", chartDir, "--set", "simulator.enabled=true")
	if kinds := cluster.kinds(); kinds["Deployment"] != 2 || kinds["NetworkPolicy"] != 2 || kinds["Pod"] != 0 {
		t.Errorf("installed: %v", kinds)
	}
	told := run(true, "test", "tg", "--logs")
	for _, want := range []string{"healthy, and nothing else on", "read cloud-control/task-cc-succeeded", "metrics of"} {
		if !strings.Contains(told, want) {
			t.Errorf("helm test does not tell %q:\n%s", want, told)
		}
	}

	gateway = rehearse(t, "simulator-mtls")
	run(true, "upgrade", "tg", chartDir, "--values", ciFile("simulator-mtls"))
	if told := run(true, "test", "tg", "--logs"); !strings.Contains(told, "denied without a certificate") {
		t.Errorf("helm test does not tell of a denial:\n%s", told)
	}
	// A release whose test fails says so.
	run(true, "upgrade", "tg", chartDir, "--values", ciFile("simulator-mtls"), "--set", "tests.task=cloud-control/nobody-has-this")
	run(false, "test", "tg")

	run(false, "upgrade", "tg", chartDir, "--values", ciFile("simulator-mtls"), "--set", "terminationGracePeriodSeconds=60")
	run(true, "rollback", "tg", "1")
	run(true, "uninstall", "tg")
	kinds := cluster.kinds()
	delete(kinds, "Pod") // of tests: they stay for their logs
	if len(kinds) != 0 {
		t.Errorf("left over: %v", kinds)
	}
}
