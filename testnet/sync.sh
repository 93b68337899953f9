#!/usr/bin/env bash
# How fast a node syncs a generated chain from one and from eight other nodes on loopback, beside the store's own write
# speed and an import of the same blocks from a file; then a sync that is killed three times and must end on the same head.
# Prints the table of docs/performance.md. Needs curl, and for eight nodes of 100,000 blocks some 4 GB of disk.
#   sync.sh [--blocks N] [--txs N] [--rounds N] [--dir DIR]     (100,000 blocks of 6 transactions, 3 rounds)
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
blocks=100000 txs=6 rounds=3 work=""
while [ $# -gt 0 ]; do
  case $1 in
    --blocks) blocks=$2 ;;
    --txs) txs=$2 ;;
    --rounds) rounds=$2 ;;
    --dir) work=$2 ;;
    *) echo "sync.sh [--blocks N] [--txs N] [--rounds N] [--dir DIR]" >&2; exit 2 ;;
  esac
  shift 2
done
command -v curl >/dev/null || { echo "this script needs curl" >&2; exit 1; }
. "$root/cli/bin/java-home.sh"
java=$(find_java) || exit 1
if [ -z "${KADLINK_NO_BUILD:-}" ] && { needs_build "$root" "$root/cli/target/kadlink.jar" ||
  needs_build "$root" "$root/bench/target/benchmarks.jar"; }; then
  build "$root" cli,bench
fi
export KADLINK_NO_BUILD=1 KADLINK_JAVA_OPTS="${KADLINK_JAVA_OPTS:--Xmx768m}"
kadlink=$root/cli/bin/kadlink
temporary=""
[ -n "$work" ] || { work=$(mktemp -d); temporary=$work; }
mkdir -p "$work"
pids=()

stop_all() {
  local pid
  for pid in ${pids[@]+"${pids[@]}"}; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  pids=()
}

finish() {
  local status=$?
  stop_all
  if [ "$status" -eq 0 ]; then
    [ -z "$temporary" ] || rm -rf "$temporary"
  else
    echo "failed; data and logs are in $work" >&2
  fi
}
trap finish EXIT

fail() { echo "FAILED: $*" >&2; exit 1; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# start NAME ARGUMENTS...: a node with its data in $work/NAME; sets pid, enode and rpc.
start() {
  local name=$1 log=$work/$1.log out=$work/$1.out try
  shift
  rpc=$(free_port)
  "$kadlink" node --data-dir "$work/$name" --host 127.0.0.1 --port 0 --nat none --discovery none \
    --rpc-port "$rpc" "$@" >"$out" 2>>"$log" &
  pid=$!
  pids+=("$pid")
  for try in $(seq 600); do
    enode=$(head -n 1 "$out" 2>/dev/null || true)
    [ -n "$enode" ] && return 0
    kill -0 "$pid" 2>/dev/null || fail "$name ended; see $log"
    sleep 0.1
  done
  fail "$name does not come up; see $log"
}

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 30000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

ask() {
  curl -s -H 'content-type: application/json' "http://127.0.0.1:$1" \
    -d "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$2\",\"params\":$3}" || true
}
height() { printf '%d' "$(ask "$1" eth_blockNumber '[]' | sed -n 's/.*"result":"\(0x[0-9a-f]*\)".*/\1/p')" 2>/dev/null || echo 0; }
head_hash() { ask "$1" eth_getBlockByNumber '["latest",false]' | sed -n 's/.*"hash":"\(0x[0-9a-f]\{64\}\)".*/\1/p'; }

# until_height RPC NUMBER
until_height() {
  local end=$((SECONDS + 3600))
  until [ "$(height "$1")" -ge "$2" ]; do
    [ "$SECONDS" -lt "$end" ] || fail "block $2 is not reached in an hour"
    sleep 0.1
  done
}

# What the log lines of a node's downloads add up to: blocks/s and MB/s.
synced() {
  local end=$((SECONDS + 30))
  until grep -q 'sync complete' "$1"; do
    [ "$SECONDS" -lt "$end" ] || fail "no end of the sync in $1"
    sleep 0.1
  done
  sed -n 's/.*sync [a-z]*: \([0-9]*\) blocks, \([0-9]*\) bytes in \([0-9]*\) ms.*/\1 \2 \3/p' "$1" |
    awk '{ b += $1; y += $2; ms += $3 } END { printf "%.0f %.1f\n", b * 1000 / ms, y / ms / 1000 }'
}

if [ ! -f "$work/chain/chain.rlp" ]; then
  echo "generating $blocks blocks of $txs transactions" >&2
  KADLINK_JAVA_OPTS=-Xmx4g "$kadlink" chain generate --blocks "$blocks" --txs "$txs" --seed 1 --out "$work/chain" >&2
fi
file=$work/chain/chain.rlp
bytes=$(wc -c <"$file")

echo "importing, and writing without checks, $rounds times by turns" >&2
for round in $(seq "$rounds"); do
  rm -rf "$work/store" "$work/node1"
  "$java" -Xmx768m --enable-native-access=ALL-UNNAMED -cp "$root/bench/target/benchmarks.jar" \
    io.kadlink.protocols.eth.dev.StoreSpeed "$file" "$work/store" 2>"$work/store.log" >>"$work/store.figures"
  begin=$(date +%s%N)
  "$kadlink" chain import "$file" --data-dir "$work/node1" >"$work/import.log" 2>&1
  awk -v n="$blocks" -v y="$bytes" -v t="$(($(date +%s%N) - begin))" \
    'BEGIN { printf "%.0f %.1f\n", n / t * 1e9, y / t * 1e3 }' >>"$work/import.figures"
done
rm -rf "$work/store"
disk=$(du -sm "$work/node1/chain" | cut -f1)

for n in 2 3 4 5 6 7 8; do
  mkdir -p "$work/node$n"
  [ -d "$work/node$n/chain" ] || cp -r "$work/node1/chain" "$work/node$n/chain"
done
enodes=() first=""
for n in 1 2 3 4 5 6 7 8; do
  start "node$n"
  enodes+=("$enode")
  [ -n "$first" ] || first=$rpc
done
[ "$(height "$first")" -eq "$blocks" ] || fail "the serving node is not at block $blocks"
expected=$(head_hash "$first")

for round in $(seq "$rounds"); do
  for count in 1 8; do
    echo "round $round: sync from $count" >&2
    rm -rf "$work/late" "$work/late.log"
    start late --static-nodes "$(IFS=,; echo "${enodes[*]:0:$count}")"
    until_height "$rpc" "$blocks"
    [ "$(head_hash "$rpc")" = "$expected" ] || fail "another head"
    synced "$work/late.log" >>"$work/sync$count.figures"
    kill "$pid" && wait "$pid" || true
  done
done

echo "sync from eight, killed three times" >&2
rm -rf "$work/late" "$work/late.log"
peers=$(IFS=,; echo "${enodes[*]}")
for share in 20 45 70; do
  start late --static-nodes "$peers"
  until_height "$rpc" $((blocks * share / 100))
  told=$(height "$rpc")
  kill -9 "$pid" && wait "$pid" 2>/dev/null || true
done
start late --static-nodes "$peers"
[ "$(height "$rpc")" -ge "$told" ] || fail "blocks that were told are lost"
until_height "$rpc" "$blocks"
[ "$(head_hash "$rpc")" = "$expected" ] || fail "another head after three kills"

row() { echo "| $1 | $(cut -d' ' -f1 "$work/$2.figures" | median) | $(cut -d' ' -f2 "$work/$2.figures" | median) |"; }
echo
echo "$blocks blocks of $txs transactions, $((bytes / 1000000)) MB; $disk MB on disk with indices and state; median of $rounds rounds"
echo
echo "| | blocks/s | MB/s |"
echo "| --- | --- | --- |"
row "written to the store without checks" store
row "\`chain import\` of the file" import
row "sync from one node" sync1
row "sync from eight nodes" sync8
echo
echo "killed three times on the way: ends on the same head"
rm -f "$work"/*.figures
