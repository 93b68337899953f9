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

# start NAME COMMAND...: starts a process that ends with the script, with its output in $scratch/NAME.out
# and $scratch/NAME.log. Sets pid.
start() {
  local name=$1
  shift
  rm -f "$scratch/$name.out" # of an earlier start, which must not be taken for this one's
  "$@" >"$scratch/$name.out" 2>"$scratch/$name.log" &
  pid=$!
  started+=("$pid")
}

kadlink() {
  "$root/cli/bin/kadlink" "$@"
}

# start_kadlink NAME OPTIONS...: starts a node; sets kadlink_enode and kadlink_pid.
start_kadlink() {
  local name=$1
  shift
  start_listener "$name" node --data-dir "$scratch/$name" --host 127.0.0.1 "$@"
  kadlink_pid=$pid
  kadlink_enode=$(enode_of "$name")
}

# start_listener NAME COMMAND...: starts a command of kadlink that prints its enode and enr and stays.
start_listener() {
  local name=$1
  shift
  start "$name" "$root/cli/bin/kadlink" "$@"
  until_true 120 "$name starts (log: $scratch/$name.log)" grep -q '^enr:' "$scratch/$name.out"
}

enode_of() {
  sed -n 1p "$scratch/$1.out"
}

enr_of() {
  sed -n 2p "$scratch/$1.out"
}

# go_ethereum TOOL BINARY: prints the path of geth or devp2p: BINARY or the one on the PATH, else it is built
# from the checkout of go-ethereum that GO_ETHEREUM names.
go_ethereum() {
  local tool=$1 binary=${2:-$(command -v "$1" || true)}
  if [ -z "$binary" ] && [ -n "${GO_ETHEREUM:-}" ]; then
    need go "to build $tool"
    binary="$scratch/$tool"
    (cd "$GO_ETHEREUM" && go build -o "$binary" "./cmd/$tool") >&2 || fail "go build ./cmd/$tool in $GO_ETHEREUM"
  fi
  [ -x "$binary" ] || fail "no $tool: set ${tool^^}=/path/to/$tool," \
    "or GO_ETHEREUM=/path/to/go-ethereum, its public source, to have it built"
  echo "$binary"
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

# token FILE: prints a token for the Engine API, signed with the secret in the file (64 hex digits).
token() {
  local signed
  base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
  signed=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url).$(printf '{"iat":%s}' "$(date +%s)" | base64url)
  printf '%s.%s' "$signed" \
    "$(printf '%s' "$signed" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(sed 's/^0x//' "$1")" -binary | base64url)"
}
