#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' 2>/dev/null || skip "TypeScript: no node >= 18 on PATH"
command -v npm >/dev/null || skip "TypeScript: no npm on PATH"

cp "$here"/{package.json,package-lock.json,.npmrc,tsconfig.json,get_task.ts} "$WORK_DIR/"
cd "$WORK_DIR"
once node_modules package-lock.json -- npm ci --no-audit --no-fund --loglevel=error

rm -rf stubs out && mkdir stubs
"$PROTOC" "${includes[@]}" --plugin=protoc-gen-ts_proto=node_modules/.bin/protoc-gen-ts_proto \
  --ts_proto_out=stubs --ts_proto_opt=outputServices=grpc-js,esModuleInterop=true,forceLong=string "${protos[@]}"
node_modules/.bin/tsc
"$with_gateway" node out/get_task.js
