#!/bin/sh
# run.sh FOLDER TASKSIM: installs the locked packages into FOLDER and runs the contract tests there. Exits with 77 when node or npm is missing.
set -eu
source=$(cd "$(dirname "$0")" && pwd)
folder=$1
export TASKSIM="$2"

if ! command -v npm >/dev/null || ! node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' 2>/dev/null; then
  echo "SKIPPED: the contract test with the official clients needs node 18 or newer and npm"
  exit 77
fi

mkdir -p "$folder"
cp "$source"/*.js "$source/package.json" "$source/.npmrc" "$folder"
if ! cmp -s "$source/package-lock.json" "$folder/installed-lock.json"; then
  cp "$source/package-lock.json" "$folder"
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --prefer-offline)
  cp "$source/package-lock.json" "$folder/installed-lock.json"
fi
cd "$folder" && exec node --test
