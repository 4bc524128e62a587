#!/usr/bin/env bash
# buf lint and buf breaking, without a network: protoc makes the images that buf reads.
set -euo pipefail
: "${PROTOC:?}" "${PROTO_DIR:?}" "${GOOGLEAPIS_DIR:?}" "${BASELINE:?}" "${BUF:?}" "${WORK_DIR:?}"
[[ -x $BUF ]] || { printf 'SKIPPED: no buf at %s; tools/setup installs it\n' "$BUF"; exit 77; }
command -v node >/dev/null || { printf 'SKIPPED: no node on PATH, which buf is started with\n'; exit 77; }
cd "$PROTO_DIR"
includes=(-I . -I "$GOOGLEAPIS_DIR")
mapfile -t ours < <(find taskgateway -name '*.proto' | LC_ALL=C sort)
# What our files import from others.
mapfile -t imports < <(sed -n 's/^import "\(google\/[^"]*\)";$/\1/p' "${ours[@]}" | LC_ALL=C sort -u)

"$PROTOC" "${includes[@]}" --include_imports --include_source_info --descriptor_set_out="$WORK_DIR/contract.binpb" "${ours[@]}"
# The baseline holds our own files alone; images are sets of files, so that two of them in a row are one.
"$PROTOC" "${includes[@]}" --include_imports --descriptor_set_out="$WORK_DIR/imports.binpb" "${imports[@]}"
cat "$WORK_DIR/imports.binpb" "$BASELINE" >"$WORK_DIR/baseline.binpb"

"$BUF" lint "$WORK_DIR/contract.binpb" --config buf.yaml --path taskgateway
"$BUF" breaking "$WORK_DIR/contract.binpb" --config buf.yaml --path taskgateway/v1 --against "$WORK_DIR/baseline.binpb"
printf 'buf: lint is clean, nothing of the baseline is broken\n'
