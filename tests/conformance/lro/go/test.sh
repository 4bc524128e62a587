#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../../stubs/common.sh"
command -v go >/dev/null || skip "Go: no go on PATH"
# The go.mod names a version; a toolchain is not something that a test downloads.
export GOTOOLCHAIN=local GOFLAGS=-mod=readonly
cp "$here"/{go.mod,go.sum,main.go} "$WORK_DIR/"
cd "$WORK_DIR"
go list -m >/dev/null 2>&1 || skip "Go: $(go env GOVERSION) is older than go.mod asks for"
if ! go mod download 2>go.log; then
  cat go.log
  ! grep -qE 'dial tcp|connection|timeout' go.log || skip "Go: the module proxy does not answer"
  exit 1
fi

go build -o bin/ google.golang.org/protobuf/cmd/protoc-gen-go google.golang.org/grpc/cmd/protoc-gen-go-grpc
rm -rf v1
# go_package is taskgateway/v1: folder v1 of this module.
PATH=$WORK_DIR/bin:$PATH "$PROTOC" "${includes[@]}" --go_out=. --go_opt=module=taskgateway --go-grpc_out=. --go-grpc_opt=module=taskgateway "${protos[@]}"
go build -o bin/operations .
"$with_gateway" bin/operations
