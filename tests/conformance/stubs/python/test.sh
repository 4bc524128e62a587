#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
python3 -c 'import venv, ensurepip, sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null ||
  skip "Python: no python3 >= 3.9 with venv on PATH"

install() {
  rm -rf "$WORK_DIR/venv"
  python3 -m venv "$WORK_DIR/venv"
  "$WORK_DIR/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
}
once venv "$here/requirements.txt" -- install

rm -rf "$WORK_DIR/stubs" && mkdir "$WORK_DIR/stubs"
"$WORK_DIR/venv/bin/python" -m grpc_tools.protoc "${includes[@]}" \
  --python_out="$WORK_DIR/stubs" --pyi_out="$WORK_DIR/stubs" --grpc_python_out="$WORK_DIR/stubs" "${protos[@]}"
"$WORK_DIR/venv/bin/python" -m compileall -q "$WORK_DIR/stubs"
PYTHONPATH=$WORK_DIR/stubs "$with_gateway" "$WORK_DIR/venv/bin/python" "$here/get_task.py"
