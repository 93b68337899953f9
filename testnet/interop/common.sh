# Sourced by the scripts in this folder: a scratch folder, processes that end with the script, and checks.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
scratch=$(mktemp -d)
started=()

cleanup() {
  local status=$? pid
  for pid in ${started[@]+"${started[@]}"}; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  if [ "$status" -eq 0 ]; then
    rm -rf "$scratch"
  else
    echo "failed; logs are in $scratch" >&2
  fi
}
trap cleanup EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

held() {
  echo "ok  $*"
}

need() {
  command -v "$1" >/dev/null || fail "this script needs $1 ($2)"
}

# until_true SECONDS WHAT COMMAND...: polls until the command succeeds.
until_true() {
  local seconds=$1 what=$2 end
  shift 2
  end=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || fail "$what: not within $seconds s"
    sleep 0.2
  done
}

# start_kadlink NAME OPTIONS...: starts a node; sets kadlink_enode and kadlink_pid.
start_kadlink() {
  local name=$1 out="$scratch/$1.out"
  shift
  rm -f "$out" # of an earlier start, whose enode must not be taken for this one's
  "$root/cli/bin/kadlink" node --data-dir "$scratch/$name" --host 127.0.0.1 "$@" \
    >"$out" 2>"$scratch/$name.log" &
  kadlink_pid=$!
  started+=("$kadlink_pid")
  until_true 120 "$name starts (log: $scratch/$name.log)" grep -q '^enode://' "$out"
  kadlink_enode=$(head -n 1 "$out")
}

# stop PID: ends a node with SIGTERM; it must end with 0.
stop() {
  kill "$1"
  wait "$1" || fail "process $1 ended with $? on SIGTERM"
}

# rpc PORT METHOD [PARAMS-JSON]: prints the result.
rpc() {
  curl -sS -H 'Content-Type: application/json' "http://127.0.0.1:$1/" \
    -d "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$2\",\"params\":${3:-[]}}"
}
