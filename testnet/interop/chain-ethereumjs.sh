#!/usr/bin/env bash
# A chain that Kadlink has generated, and @ethereumjs/client: it executes the file to the last block; Kadlink syncs the
# chain from it; one that has nothing syncs it from Kadlink. Needs node 20 or newer, npm with a registry, curl.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need node "20 or newer"
need npm "to install @ethereumjs/client"
need curl "to talk to the nodes"

blocks=${BLOCKS:-1000}
port=${KADLINK_PORT:-31373}
chain="$scratch/chain"

mkdir "$scratch/js"
(cd "$scratch/js" && npm init -y && npm install --no-audit --no-fund @ethereumjs/client@0.10.5) >"$scratch/npm.log" 2>&1 ||
  fail "npm install; see $scratch/npm.log"
held "installed @ethereumjs/client"

# start_client NAME OPTIONS...: on $scratch/NAME, with RLPx at port + 1, JSON-RPC at + 2, the Engine API at + 3;
# sets client_pid and client_enode.
start_client() {
  local name=$1
  shift
  start "$name" node "$scratch/js/node_modules/@ethereumjs/client/dist/esm/bin/cli.js" --gethGenesis "$chain/genesis.json" \
    --dataDir "$scratch/$name" --logRotate false --extIP 127.0.0.1 --discDns false --discV4 false --port $((port + 1)) \
    --rpc --rpcPort $((port + 2)) --rpcEngine --rpcEnginePort $((port + 3)) --rpcEngineAuth false "$@"
  client_pid=$pid
  until_true 180 "@ethereumjs/client starts (log: $scratch/$name.out)" rpc $((port + 2)) admin_nodeInfo
  client_enode=$(rpc $((port + 2)) admin_nodeInfo | grep -o 'enode://[^"]*')
}
head_of() {
  rpc "$1" eth_getBlockByNumber '["latest",false]' | sed 's/.*"hash":"\(0x[0-9a-f]*\)".*/\1/'
}
has_head() {
  [ "$(head_of "$1")" = "$2" ]
}
number_of() {
  printf '%d' "$(rpc "$1" eth_blockNumber | sed 's/.*"result":"\(0x[0-9a-f]*\)".*/\1/')"
}
is_higher_than() {
  [ "$(number_of "$1")" -gt "$2" ]
}

kadlink chain generate --blocks "$blocks" --txs 5 --out "$chain" >"$scratch/generate.log" 2>&1 ||
  fail "kadlink chain generate; see $scratch/generate.log"
start_client loaded --loadBlocksFromRlp "$chain/chain.rlp"
until_true 60 "it is at block $blocks" is_higher_than $((port + 2)) $((blocks - 1))
head=$(head_of $((port + 2)))
held "@ethereumjs/client executed $blocks generated blocks, head $head"

node=(--port "$port" --rpc-port $((port + 4)) --log-level debug --discovery none --genesis "$chain/genesis.json")
start_kadlink kadlink "${node[@]}" --static-nodes "$client_enode"
until_true 120 "kadlink has its head" has_head $((port + 4)) "$head"
held "kadlink synced from it: $(grep -o 'sync complete.*' "$scratch/kadlink.log" | head -n 1)"
stop "$kadlink_pid"
kill "$client_pid"
wait "$client_pid" || true

start_kadlink kadlink "${node[@]}" --dev-produce 5
until_true 30 "kadlink has a block more" is_higher_than $((port + 4)) "$blocks"
start_client empty
rpc $((port + 4)) admin_addPeer "[\"$client_enode\"]" >/dev/null
followed() {
  node "$here/chain-ethereumjs.mjs" "http://127.0.0.1:$((port + 4))/" "http://127.0.0.1:$((port + 3))/" &&
    is_higher_than $((port + 2)) "$blocks"
}
until_true 180 "@ethereumjs/client syncs from kadlink (log: $scratch/empty.out)" followed
held "@ethereumjs/client synced from kadlink to block $(number_of $((port + 2)))"
echo "all held"
