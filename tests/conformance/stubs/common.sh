# Sourced by each language's test.sh. ctest hands in PROTOC, PROTO_DIR, GOOGLEAPIS_DIR, BINARY_DIR (taskgateway, tasksim) and WORK_DIR, a folder of
# the language's own that is kept from run to run.
set -euo pipefail
: "${PROTOC:?}" "${PROTO_DIR:?}" "${GOOGLEAPIS_DIR:?}" "${BINARY_DIR:?}" "${WORK_DIR:?}"
here=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
with_gateway=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/with_gateway.sh
includes=(-I "$PROTO_DIR" -I "$GOOGLEAPIS_DIR")
# The public contract; the configuration's schema is the gateway's own affair.
mapfile -t protos < <(cd "$PROTO_DIR" && printf '%s\n' taskgateway/v1/*.proto)
mkdir -p "$WORK_DIR"

# ctest counts 77 as skipped.
skip() { printf 'SKIPPED: %s\n' "$*"; exit 77; }

# once STAMP FILES... -- COMMAND...: runs COMMAND unless it has succeeded before with these FILES.
once() {
  local stamp=$WORK_DIR/$1.sha256 files=() sum
  shift
  while [[ $1 != -- ]]; do files+=("$1"); shift; done
  shift
  sum=$(cat "${files[@]}" | sha256sum)
  [[ ! -f $stamp || $(<"$stamp") != "$sum" ]] || return 0
  rm -f "$stamp"
  "$@"
  printf '%s' "$sum" >"$stamp"
}
