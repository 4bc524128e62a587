#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
command -v javac >/dev/null || skip "Java: no javac on PATH"
command -v mvn >/dev/null || skip "Java: no mvn on PATH"

rm -rf "$WORK_DIR/protos" && mkdir -p "$WORK_DIR/protos/taskgateway/v1"
cp "${protos[@]/#/$PROTO_DIR/}" "$WORK_DIR/protos/taskgateway/v1/"
cp -r "$here/pom.xml" "$here/src" "$WORK_DIR/"
mvn --batch-mode --quiet --no-transfer-progress --file "$WORK_DIR/pom.xml" clean compile
printf 'Java: %s classes\n' "$(find "$WORK_DIR/target/classes" -name '*.class' | wc -l)"
