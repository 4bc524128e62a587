#!/usr/bin/env bash
# How the gateway is linked. ctest hands in SOURCE_DIR, and PROGRAM unless a sanitizer watches it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() { printf 'FAILED: %s\n' "$*"; exit 1; }
expect() { [[ $1 == "$2" ]] || fail "link-archives made '$1', not '$2'"; }
link() { "$SOURCE_DIR/gateway/link-archives" echo c++ -o program a.o "$@"; }

touch "$folder"/lib{grpc++,grpc,absl_time,re2}.{so,a} "$folder"/libcurl.{so,a} "$folder/libprotobuf.so"
expect "$(link "$folder/libcurl.so" "$folder/libgrpc++.so.1.51.1" -L"$folder" -lre2 "$folder/libabsl_time.so.2.0" -lm)" \
  "c++ -o program a.o $folder/libcurl.so -Wl,--exclude-libs,ALL -Wl,--start-group $folder/libgrpc++.a $folder/libre2.a $folder/libabsl_time.a -Wl,--end-group -L$folder -lm"
expect "$(link "$folder/libgrpc++.so" "$folder/libprotobuf.so" -lm)" "c++ -o program a.o $folder/libgrpc++.so $folder/libprotobuf.so -lm"
expect "$(link "$folder/libcurl.so" -lm)" "c++ -o program a.o $folder/libcurl.so -lm"

# What it is for: the program itself asks for none of them, or for all where there are no archives. What OpenTelemetry asks for is its affair.
[[ -n $PROGRAM ]] || exit 0
needed=$(readelf -d "$PROGRAM" | grep -oE '\[lib(grpc|absl_|protobuf)[^]]*' | tr -d '[' || true)
if [[ -n $needed ]]; then
  grpc=$(ldd "$PROGRAM" | sed -nE 's/.* => (.*libgrpc)\.so.*/\1/p')
  [[ -n $grpc && ! -e $grpc.a ]] || fail "the gateway needs $needed"
fi
