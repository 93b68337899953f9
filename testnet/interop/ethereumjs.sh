#!/usr/bin/env bash
# Kadlink against @ethereumjs/devp2p: needs node 20 or newer, npm with a registry, curl.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need node "20 or newer"
need npm "to install @ethereumjs/devp2p"
need curl "to talk to the node"

mkdir "$scratch/js"
cp "$here/ethereumjs.mjs" "$scratch/js/"
(cd "$scratch/js" && npm init -y && npm install --no-audit --no-fund \
  @ethereumjs/devp2p@10.0.0 @ethereumjs/common@10.0.0 @ethereumjs/util@10.0.0 @ethereumjs/rlp@10.0.0) \
  >"$scratch/npm.log" 2>&1 || fail "npm install; see $scratch/npm.log"
held "installed @ethereumjs/devp2p"

port=${KADLINK_PORT:-31313}
node=(--port "$port" --rpc-port $((port + 1)) --log-level debug --genesis "$here/genesis.json")
start_kadlink kadlink "${node[@]}" --dev-produce 1
has_blocks() {
  rpc $((port + 1)) eth_getBlockByNumber '["0x5",false]' | grep -q '"hash"'
}
until_true 60 "kadlink produces 5 blocks" has_blocks
stop "$kadlink_pid"
held "kadlink produced 5 blocks and stopped"
start_kadlink kadlink "${node[@]}"
held "kadlink listens again: $kadlink_enode"
(cd "$scratch/js" && PORT=$((port + 2)) node ethereumjs.mjs "$kadlink_enode" \
  "http://127.0.0.1:$((port + 1))/" "$here/genesis.json")
