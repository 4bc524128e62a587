#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../stubs/common.sh"
command -v chromium >/dev/null || skip "browser: no chromium on PATH; tools/setup --browser installs it"
command -v chromedriver >/dev/null || skip "browser: no chromedriver on PATH; tools/setup --browser installs it"
command -v python3 >/dev/null || skip "browser: no python3 on PATH"
"$with_gateway" python3 "$here/page_test.py"
