package helm

import (
	"encoding/json"
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// The judge that the API server asks, at its strictest level.
func TestEveryPodIsRestricted(t *testing.T) {
	judge, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	pods := 0
	for _, name := range ciNames(t) {
		for _, object := range render(t, name) {
			metadata, spec := podOf(t, object)
			if spec == nil {
				continue
			}
			pods++
			for _, verdict := range judge.EvaluatePod(level, metadata, spec) {
				if !verdict.Allowed {
					t.Errorf("%s: %s/%s: %s: %s", name, object.kind(), object.name(), verdict.ForbiddenReason, verdict.ForbiddenDetail)
				}
			}
			for _, container := range spec.Containers {
				context := container.SecurityContext
				if context == nil || context.ReadOnlyRootFilesystem == nil || !*context.ReadOnlyRootFilesystem {
					t.Errorf("%s: %s/%s: the root file system can be written", name, object.kind(), object.name())
				}
				if container.Resources.Limits.Memory().IsZero() {
					t.Errorf("%s: %s/%s: no limit of memory", name, object.kind(), object.name())
				}
			}
		}
	}
	if pods < 60 {
		t.Errorf("only %d pods were judged", pods)
	}
	broken := v1.PodSpec{Containers: []v1.Container{{Name: "a", SecurityContext: &v1.SecurityContext{}}}}
	if allowed := aggregate(judge.EvaluatePod(level, &metav1.ObjectMeta{}, &broken)); allowed {
		t.Error("the judge lets a pod without a security context pass")
	}
}

func aggregate(verdicts []policy.CheckResult) bool {
	for _, verdict := range verdicts {
		if !verdict.Allowed {
			return false
		}
	}
	return true
}

// podOf gives the pod that an object is or makes; nil for others.
func podOf(t *testing.T, object Object) (*metav1.ObjectMeta, *v1.PodSpec) {
	t.Helper()
	var source any
	switch object.kind() {
	case "Pod":
		source = map[string]any(object)
	case "Deployment":
		source = object.at("spec.template")
	default:
		return nil, nil
	}
	text, err := json.Marshal(source)
	var pod v1.PodTemplateSpec
	if err == nil {
		err = json.Unmarshal(text, &pod)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &pod.ObjectMeta, &pod.Spec
}

// Keys come from Secrets that are there; the chart writes none, and no ConfigMap has one.
func TestNoKeyIsWritten(t *testing.T) {
	for _, name := range ciNames(t) {
		for _, object := range render(t, name) {
			if object.kind() == "Secret" {
				t.Errorf("%s: the chart writes the Secret %s", name, object.name())
			}
			text, _ := json.Marshal(object)
			if object.kind() == "ConfigMap" && (strings.Contains(string(text), "access_key_secret") || strings.Contains(string(text), "static")) {
				t.Errorf("%s: ConfigMap %s has a key", name, object.name())
			}
		}
	}
}
