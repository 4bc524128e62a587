package helm

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// An API server that keeps what it is given, so that the real helm installs, tests, upgrades and uninstalls. It knows Kubernetes' own OpenAPI documents, so helm leaves
// the checking of fields to it; schema_test.go does that. A pod that is made has run at once: `runPod` is the kubelet.
type fakeCluster struct {
	address string
	runPod  func(pod Object) (log string, succeeded bool)

	documents string // folder of the OpenAPI documents
	mutex     sync.Mutex
	objects   map[string]Object // by path
	logs      map[string]string
	version   int
}

func newFakeCluster(t *testing.T) *fakeCluster {
	t.Helper()
	cluster := &fakeCluster{objects: map[string]Object{}, logs: map[string]string{}, documents: filepath.Join(moduleDir(t, "k8s.io/kubernetes"), "api/openapi-spec/v3")}
	server := httptest.NewServer(http.HandlerFunc(cluster.serve))
	t.Cleanup(server.Close)
	cluster.address = server.URL
	return cluster
}

func (c *fakeCluster) serve(reply http.ResponseWriter, request *http.Request) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	path := request.URL.Path
	answer := func(code int, value any) {
		reply.Header().Set("Content-Type", "application/json")
		reply.WriteHeader(code)
		_ = json.NewEncoder(reply).Encode(value)
	}
	switch {
	case path == "/version":
		answer(200, map[string]string{"major": "1", "minor": "37", "gitVersion": "v1.37.0"})
	case path == "/api":
		answer(200, map[string]any{"kind": "APIVersions", "versions": []string{"v1"}})
	case path == "/apis":
		answer(200, map[string]any{"kind": "APIGroupList", "apiVersion": "v1", "groups": groups()})
	case path == "/openapi/v3":
		paths := map[string]any{}
		for version := range clusterKinds {
			paths[apiOf(version)] = map[string]string{"serverRelativeURL": "/openapi/v3/" + apiOf(version)}
		}
		answer(200, map[string]any{"paths": paths})
	case strings.HasPrefix(path, "/openapi/v3/"):
		text, err := os.ReadFile(filepath.Join(c.documents, strings.ReplaceAll(strings.TrimPrefix(path, "/openapi/v3/"), "/", "__")+"_openapi.json"))
		if err != nil {
			answer(404, notFound)
			return
		}
		reply.Header().Set("Content-Type", "application/json")
		_, _ = reply.Write(text)
	case strings.HasSuffix(path, "/log"):
		_, _ = reply.Write([]byte(c.logs[strings.TrimSuffix(path, "/log")]))
	default:
		if resources := resourcesOf(strings.TrimPrefix(strings.TrimPrefix(path, "/apis/"), "/api/")); resources != nil {
			answer(200, resources)
			return
		}
		c.store(request, answer)
	}
}

// What the API server of a cluster with the operators has, as far as the chart makes use of it.
var clusterKinds = map[string][]string{
	"v1":                       {"Secret", "Service", "ConfigMap", "ServiceAccount", "Pod"},
	"apps/v1":                  {"Deployment"},
	"autoscaling/v2":           {"HorizontalPodAutoscaler"},
	"policy/v1":                {"PodDisruptionBudget"},
	"networking.k8s.io/v1":     {"NetworkPolicy"},
	"cert-manager.io/v1":       {"Certificate"},
	"monitoring.coreos.com/v1": {"ServiceMonitor", "PrometheusRule"},
}

func groups() []any {
	list := []any{}
	for version := range clusterKinds {
		if group, number, found := strings.Cut(version, "/"); found {
			one := map[string]string{"groupVersion": version, "version": number}
			list = append(list, map[string]any{"name": group, "versions": []any{one}, "preferredVersion": one})
		}
	}
	return list
}

func resourcesOf(version string) any {
	kinds, known := clusterKinds[version]
	if !known {
		return nil
	}
	list := []any{}
	for _, kind := range kinds {
		plural := strings.ReplaceAll(strings.ToLower(kind)+"s", "ys", "ies")
		list = append(list, map[string]any{"name": plural, "kind": kind, "namespaced": true, "verbs": []string{"get", "list", "create"}})
	}
	return map[string]any{"kind": "APIResourceList", "groupVersion": version, "resources": list}
}

func apiOf(version string) string {
	if strings.Contains(version, "/") {
		return "apis/" + version
	}
	return "api/" + version
}

var notFound = map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}

// store is create, read, replace, patch, delete and list of objects.
func (c *fakeCluster) store(request *http.Request, answer func(int, any)) {
	path := request.URL.Path
	body := decode(request.Body)
	switch request.Method {
	case http.MethodPost:
		c.put(path+"/"+body.name(), body)
		answer(201, body)
	case http.MethodPut, http.MethodPatch:
		if c.objects[path] == nil {
			answer(404, notFound)
			return
		}
		// A patch is not worked out: nothing here looks at what it makes.
		if request.Method == http.MethodPut {
			c.put(path, body)
		}
		answer(200, c.objects[path])
	case http.MethodDelete:
		if c.objects[path] == nil {
			answer(404, notFound)
			return
		}
		delete(c.objects, path)
		answer(200, map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Success"})
	default:
		if object := c.objects[path]; object != nil {
			answer(200, object)
		} else if _, rest, _ := strings.Cut(path, "/namespaces/"); strings.Count(rest, "/") == 1 { // {namespace}/{plural}
			answer(200, c.list(path, request))
		} else {
			answer(404, notFound)
		}
	}
}

// decode reads JSON and, as helm sends its own records, protobuf.
func decode(body io.Reader) Object {
	text, _ := io.ReadAll(body)
	if typed, _, err := scheme.Codecs.UniversalDeserializer().Decode(text, nil, nil); err == nil {
		text, _ = runtime.Encode(scheme.Codecs.LegacyCodec(typed.GetObjectKind().GroupVersionKind().GroupVersion()), typed)
	}
	var object Object
	_ = json.Unmarshal(text, &object)
	return object
}

func (c *fakeCluster) put(path string, object Object) {
	c.version++
	metadata := object["metadata"].(map[string]any)
	metadata["resourceVersion"], metadata["uid"] = fmt.Sprint(c.version), fmt.Sprint("uid-", c.version)
	if object.kind() == "Pod" {
		log, succeeded := c.runPod(object)
		c.logs[path] = log
		phase := "Failed"
		if succeeded {
			phase = "Succeeded"
		}
		object["status"] = map[string]any{"phase": phase}
	}
	c.objects[path] = object
}

// list of the objects in a collection that the selectors of labels and of the name let through.
func (c *fakeCluster) list(path string, request *http.Request) any {
	items := []any{}
	var paths []string
	for found := range c.objects {
		if strings.HasPrefix(found, path+"/") {
			paths = append(paths, found)
		}
	}
	sort.Strings(paths)
	kind := "List"
	for _, found := range paths {
		object, fits := c.objects[found], true
		kind = object.kind() + "List"
		for _, term := range strings.Split(request.URL.Query().Get("labelSelector"), ",") {
			key, value, has := strings.Cut(term, "=")
			fits = fits && (!has || fmt.Sprint(object.at("metadata.labels."+key)) == value)
		}
		if name, has := strings.CutPrefix(request.URL.Query().Get("fieldSelector"), "metadata.name="); has {
			fits = fits && object.name() == name
		}
		if fits {
			items = append(items, object)
		}
	}
	return map[string]any{"kind": kind, "apiVersion": "v1", "metadata": map[string]any{"resourceVersion": fmt.Sprint(c.version)}, "items": items}
}

// kinds counts what is there, releases of helm left out.
func (c *fakeCluster) kinds() map[string]int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	kinds := map[string]int{}
	for _, object := range c.objects {
		if object.at("type") != "helm.sh/release.v1" {
			kinds[object.kind()]++
		}
	}
	return kinds
}
