#!/usr/bin/env bash
# Tests helm/taskgateway with the real helm, built here from its Go module at the version of go.mod. ctest hands in BINARY_DIR (taskgateway, taskctl,
# tasksim), WORK_DIR, kept from run to run, and DEPS_DIR (promtool, prometheus).
#
#   test.sh                          everything
#   test.sh chart                    what needs no Prometheus
#   test.sh prometheus               the alerts and the dashboard
#   test.sh -run Readme -update      arguments of `go test`; with these the chart's README is written anew
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
BINARY_DIR=${BINARY_DIR:-$root/build/release}
WORK_DIR=${WORK_DIR:-$root/build/release/tests/helm}
DEPS_DIR=${DEPS_DIR:-$root/build/deps}
mkdir -p "$WORK_DIR"

# ctest counts 77 as skipped.
skip() { printf 'SKIPPED: %s\n' "$*"; exit 77; }

command -v go >/dev/null || skip "the chart was not tested: no go on PATH to build helm with"
# The go.mod names a version; a toolchain is not something that a test downloads.
export GOTOOLCHAIN=local GOFLAGS=-mod=readonly
cd "$here"
go list -m >/dev/null 2>&1 || skip "the chart was not tested: $(go env GOVERSION) is older than go.mod asks for"

# fetch COMMAND...: runs a command that may have to download; without a network the tests are skipped.
fetch() {
  "$@" 2>"$WORK_DIR/go.log" && return
  cat "$WORK_DIR/go.log"
  ! grep -qE 'dial tcp|connection|timeout' "$WORK_DIR/go.log" || skip "the chart was not tested: the module proxy does not answer"
  exit 1
}
(cd schemas && fetch go mod download)

# As helm's own Makefile does: which helm this is, and which Kubernetes it takes for the cluster where there is none.
module=helm.sh/helm/v3
version=$(go list -m -f '{{.Version}}' $module)
minor=$(go list -m -f '{{.Version}}' k8s.io/client-go | cut -d. -f2)
flags="-s -w -X $module/internal/version.version=$version"
for package in lint/rules chartutil; do
  flags+=" -X $module/pkg/$package.k8sVersionMajor=1 -X $module/pkg/$package.k8sVersionMinor=$minor"
done
fetch go build -ldflags "$flags" -o "$WORK_DIR/helm" $module/cmd/helm

# The tests that want Prometheus' programs.
with_prometheus='Prometheus|Alert|Dashboard'
case ${1-} in
  chart) arguments=(-skip "$with_prometheus") ;;
  prometheus)
    [[ -x $DEPS_DIR/prometheus/usr/bin/promtool ]] || skip "alerts and dashboard were not tested: no promtool in $DEPS_DIR/prometheus; tools/setup brings it"
    arguments=(-run "$with_prometheus")
    ;;
  *) arguments=("$@") ;;
esac

export HELM=$WORK_DIR/helm CHART_DIR=$root/helm/taskgateway BINARY_DIR WORK_DIR
export PROMTOOL=$DEPS_DIR/prometheus/usr/bin/promtool PROMETHEUS=$DEPS_DIR/prometheus/usr/bin/prometheus
go test -count=1 "${arguments[@]}" .
