#!/usr/bin/env bash
# How the gateway is linked. ctest hands in SOURCE_DIR, and PROGRAM unless a sanitizer watches it.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

fail() { printf 'FAILED: %s\n' "$*"; exit 1; }
# link ARGUMENT...: the command that they become, each argument in brackets.
link() { "$SOURCE_DIR/gateway/link-archives" printf '<%s>' -o "$folder/program" "a b.o" "$@"; }
expect() {
  local expected
  expected=$(printf '<%s>' -o "$folder/program" "a b.o" "${@:2}")
  [[ $1 == "$expected" ]] || fail "link-archives made '$1', not '$expected'"
}

lib=$folder/my.sources/lib
mkdir -p "$lib"
touch "$lib"/lib{grpc++,grpc,absl_time,re2}.{so,a} "$lib"/libcurl.{so,a} "$lib/libprotobuf.so"
expect "$(link "$lib/libcurl.so" "$lib/libgrpc++.so.1.51.1" -L"$lib" -lre2 "$lib/libabsl_time.so.2.0" -lm)" \
  "$lib/libcurl.so" -L"$lib" -lm -Wl,--exclude-libs,ALL -Wl,--start-group "$lib/libgrpc++.a" "$lib/libre2.a" "$lib/libabsl_time.a" -Wl,--end-group \
  "$lib/libcurl.so" -lm
[[ $(tr '\n' ' ' <"$folder/program.archives") == "$lib/libgrpc++.a $lib/libre2.a $lib/libabsl_time.a " ]] || fail "it does not tell which archives it took"
for libraries in "$lib/libgrpc++.so $lib/libprotobuf.so" "$lib/libcurl.so"; do
  expect "$(link $libraries -lm)" $libraries -lm
  [[ ! -e $folder/program.archives ]] || fail "it tells of archives that it did not take"
done

# What it is for: the program itself asks for none of them, where all have an archive. What OpenTelemetry asks for is its affair.
[[ -n $PROGRAM && -e $PROGRAM.archives ]] || exit 0
needed=$(readelf -d "$PROGRAM")
grpc=$(grep -oE '\[lib(grpc|absl_|protobuf)[^]]*' <<<"$needed" | tr -d '[' || true)
[[ -z $grpc ]] || fail "the gateway needs $grpc"
