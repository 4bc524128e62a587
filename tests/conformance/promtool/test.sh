#!/usr/bin/env bash
# promtool check metrics over what a gateway that has been busy tells.
source "$(dirname "${BASH_SOURCE[0]}")/../stubs/common.sh"
PATH=$PATH:${PROMTOOL_DIR:?}
command -v promtool >/dev/null || skip "promtool: not on PATH and not in build/deps/prometheus, where tools/setup puts it"
check() {
  "$BINARY_DIR/taskctl" --server "$TASKGATEWAY_ADDRESS" get sources/cloud-control/tasks/task-cc-{running,succeeded,failed} >/dev/null || (($? <= 2))
  "$BINARY_DIR/taskctl" --server "$TASKGATEWAY_ADDRESS" get sources/cloud-control/tasks/nowhere >/dev/null 2>&1 || true
  exec 3<>"/dev/tcp/${TASKGATEWAY_ADMIN/:/\/}"
  printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3
  sed $'1,/^\r$/d' <&3 >"$WORK_DIR/metrics"
  # What it finds fault with it prints, with exit code 3.
  promtool check metrics <"$WORK_DIR/metrics"
  grep -q '^grpc_server_handled_total{.*grpc_code="NotFound"} 1$' "$WORK_DIR/metrics"
  printf 'promtool: %s series, nothing to find fault with\n' "$(grep -vc '^#' "$WORK_DIR/metrics")"
}
export -f check
export BINARY_DIR WORK_DIR
"$with_gateway" bash -euo pipefail -c check
