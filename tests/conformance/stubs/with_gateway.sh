#!/usr/bin/env bash
# with_gateway.sh COMMAND...: runs COMMAND with TASKGATEWAY_ADDRESS, TASKGATEWAY_ADMIN and TASKGATEWAY_PID of a gateway that reads from a simulator
# with its demonstration scenario. Both end with the command. Needs BINARY_DIR and WORK_DIR.
set -euo pipefail
: "${BINARY_DIR:?}" "${WORK_DIR:?}"
readonly deadline_seconds=60

scratch=$(mktemp -d "$WORK_DIR/gateway.XXXXXX")
simulator= gateway=
finish() {
  local code=$?
  [[ -z $gateway ]] || kill "$gateway" 2>/dev/null || true
  [[ -z $simulator ]] || kill "$simulator" 2>/dev/null || true
  if ((code != 0)) && [[ -n $gateway ]]; then
    printf -- '--- the rest of the gateway log\n'
    cat <&"$gateway_log"
  fi
  rm -rf "$scratch"
}
trap finish EXIT

# The first line on standard output is the address of the plain port.
exec {simulator_log}< <(exec "$BINARY_DIR/tasksim" 2>&1)
simulator=$!
read -r -t "$deadline_seconds" upstream <&"$simulator_log" && [[ $upstream == http://127.0.0.1:* ]] || {
  printf 'tasksim does not start: %s\n' "${upstream-}"
  exit 1
}

cat >"$scratch/gateway.yaml" <<YAML
listen: {address: "127.0.0.1:0"}
drain: {settle: 0s}
admin: {address: "127.0.0.1:0"}
accounts:
  - {name: simulator, credentials: {static: {access_key_id: simulator, access_key_secret: simulator-secret}}}
sources:
  - {name: cloud-control, kind: cloud_control, account: simulator, endpoint: "$upstream"}
  - {name: service-catalog, kind: service_catalog, account: simulator, endpoint: "$upstream"}
YAML
exec {gateway_log}< <(exec "$BINARY_DIR/taskgateway" --config "$scratch/gateway.yaml" --ports-file "$scratch/ports" 2>&1)
gateway=$!
# Every log line is a moment to look; the one that says that it has started comes after the file.
while [[ ! -s $scratch/ports ]]; do
  read -r -t "$deadline_seconds" line <&"$gateway_log" || { printf 'taskgateway does not start\n'; exit 1; }
  printf '%s\n' "$line"
done
port() { sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p" "$scratch/ports"; }
TASKGATEWAY_ADDRESS=127.0.0.1:$(port grpc) TASKGATEWAY_ADMIN=127.0.0.1:$(port admin) TASKGATEWAY_PID=$gateway
export TASKGATEWAY_ADDRESS TASKGATEWAY_ADMIN TASKGATEWAY_PID
"$@"
