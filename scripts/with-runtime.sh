#!/bin/sh
# Usage: sh scripts/with-runtime.sh SCRIPT [ARGUMENTS]; runs SCRIPT (a path below the root) with the pinned Node of package.json.
# Installs from the lock file first when node_modules is missing or older than the lock. Needs npm and any Node >= 20 for that step only.
set -e
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
stamp="$root/node_modules/.cognate-lock"
if ! cmp -s "$root/package-lock.json" "$stamp" 2>/dev/null; then
  if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
    echo "cognate: no Node.js found. Install Node.js 20 or newer with npm (https://nodejs.org), then run this again." >&2
    exit 2
  fi
  major=$(node -p 'process.versions.node.split(".")[0]')
  if [ "$major" -lt 20 ]; then
    echo "cognate: Node.js $(node -v) is too old. Install Node.js 20 or newer (https://nodejs.org), then run this again." >&2
    exit 2
  fi
  echo "cognate: installing the locked packages (once, about a minute)" >&2
  log=$(mktemp)
  if ! (cd "$root" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$log" 2>&1; then
    cat "$log" >&2; rm -f "$log"
    echo "cognate: installing the packages failed; see the lines above. Check that the package registry can be reached." >&2
    exit 2
  fi
  rm -f "$log"
  cp "$root/package-lock.json" "$stamp"
fi
runtime=node
for package in linux-x64 linux-arm64; do
  pinned="$root/node_modules/node-$package/bin/node"
  if [ -x "$pinned" ] && "$pinned" -e 0 >/dev/null 2>&1; then runtime="$pinned"; break; fi
done
if [ "$runtime" = node ] && [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 24 ]; then
  echo "cognate: no pinned Node.js for this platform; install Node.js 24 or newer (found $(node -v))." >&2
  exit 2
fi
script=$1; shift
if [ -z "${COGNATE_CWD:-}" ]; then cd "$root"; fi
exec "$runtime" --disable-warning=ExperimentalWarning "$root/$script" "$@"
