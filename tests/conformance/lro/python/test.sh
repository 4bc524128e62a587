#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../../stubs/common.sh"
python3 -c 'import venv, ensurepip, sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null ||
  skip "Python: no python3 >= 3.9 with venv on PATH"

install() {
  rm -rf "$WORK_DIR/venv"
  python3 -m venv "$WORK_DIR/venv"
  "$WORK_DIR/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" 2>"$WORK_DIR/pip.log" && return
  cat "$WORK_DIR/pip.log"
  # Versions that do not go together are our mistake; a registry that does not answer is the machine's.
  ! grep -qE 'Max retries|Connection|timed out' "$WORK_DIR/pip.log" || skip "Python: the package registry does not answer"
  exit 1
}
once venv "$here/requirements.txt" -- install

rm -rf "$WORK_DIR/stubs" && mkdir "$WORK_DIR/stubs"
"$WORK_DIR/venv/bin/python" -m grpc_tools.protoc "${includes[@]}" --python_out="$WORK_DIR/stubs" "${protos[@]}"
PYTHONPATH=$WORK_DIR/stubs "$with_gateway" "$WORK_DIR/venv/bin/python" "$here/operations.py"
