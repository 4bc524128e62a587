#!/usr/bin/env bash
# The container image. ctest hands in BINARY_DIR and WORK_DIR.
#
#   test.sh parts   what the Dockerfile relies on: the packages of the libraries that the programs load, the SBOM, the context
#   test.sh build   the image itself, with tools/image
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
base=${TASKGATEWAY_BASE:-debian:bookworm-slim}

# ctest counts 77 as skipped.
skip() { printf 'SKIPPED: %s\n' "$*"; exit 77; }
fail() { printf 'FAILED: %s\n' "$*"; exit 1; }

parts() {
  command -v dpkg-query >/dev/null || skip "this is not Debian"
  local out=$WORK_DIR/parts
  rm -rf "$out"
  "$root/tools/image.d/collect" "$BINARY_DIR" "$out"
  [[ $("$out/bin/taskgateway" --version) == "taskgateway $(<"$out/taskgateway.list")" ]] || fail "collect tells another version than the program"
  local package
  for package in ca-certificates libc6 libssl3 libcurl4 'libmimalloc[0-9.]+'; do
    grep -qE "^$package(t64)?$" "$out/packages" || fail "the list of packages lacks $package: $(tr '\n' ' ' <"$out/packages")"
  done
  ! grep -E -- '-dev$' "$out/packages" || fail "a package to build with is on the list"
  if [[ -e $BINARY_DIR/taskgateway.archives ]]; then
    for package in libgrpc-dev libprotobuf-dev libabsl-dev; do
      grep -q "^$package"$'\t[0-9]' "$out/inside" || fail "$package is inside the gateway and not on the list"
    done
  fi
  printf 'libinside-dev\t1:2~3\tall\tnobody\tinstalled\n' >>"$out/inside"
  SOURCE_DATE_EPOCH=0 sh "$root/tools/image.d/sbom" 1.2.3 "$out/inside" >"$out/sbom.json"
  python3 - "$out/sbom.json" <<'PY'
import json, re, sys
document = json.load(open(sys.argv[1]))
packages = {package["SPDXID"]: package for package in document["packages"]}
assert document["spdxVersion"] == "SPDX-2.3" and document["creationInfo"]["created"] == "1970-01-01T00:00:00Z", document["creationInfo"]
assert len(packages) == len(document["packages"]) > 50, "names have to differ"
assert all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", name) for name in packages)
assert packages["SPDXRef-taskgateway-image"]["versionInfo"] == "1.2.3"
libc = next(package for package in packages.values() if package["name"] == "libc6")
assert libc["externalRefs"][0]["referenceLocator"].startswith("pkg:deb/debian/libc6@"), libc
inside = packages["SPDXRef-libinside-dev-all"]
assert inside["versionInfo"] == "1:2~3" and inside["externalRefs"][0]["referenceLocator"].startswith("pkg:deb/debian/libinside-dev@1%3A2%7E3?"), inside
told = {relation["relatedSpdxElement"] for relation in document["relationships"]}
assert told == set(packages), told ^ set(packages)
PY

  # The Dockerfile copies nothing that .dockerignore leaves out.
  local path
  for path in $(sed -n 's/^COPY \([^-].*\) [^ ]*$/\1/p' "$root/Dockerfile"); do
    [[ -e $root/$path ]] || fail "the Dockerfile copies $path, which is not there"
    grep -qxF "!${path%%/*}" "$root/.dockerignore" || fail "the Dockerfile copies $path, which .dockerignore leaves out"
  done
  grep -q '^USER 65532:65532$' "$root/Dockerfile" || fail "the image does not run as 65532, as the chart expects"
  grep -q '^RUN tools/setup --tracing$' "$root/Dockerfile" || fail "the image does not trace, as the chart's config.tracing expects"
  grep -q '^HEALTHCHECK ' "$root/Dockerfile" || fail "the image has no health check"
  echo "$(wc -l <"$out/packages") packages, $(du -sh "$out/bin" | cut -f1) of programs"
}

build() {
  local status=0
  "$root/tools/image" --check || status=$?
  ((status == 0)) || skip "the image was not built: no docker daemon answers, and there is no buildah"
  if ! docker image inspect "$base" >/dev/null 2>&1 && ! buildah inspect --type image "$base" >/dev/null 2>&1; then
    timeout 60 docker pull -q "$base" >/dev/null 2>&1 || timeout 60 buildah pull -q "$base" >/dev/null 2>&1 || skip "the image was not built: $base cannot be pulled from here"
  fi
  "$root/tools/image" --base "$base"
}

case ${1-} in
  parts | build) "$1" ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 64 ;;
esac
