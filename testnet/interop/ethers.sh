#!/usr/bin/env bash
# A wallet, ethers, on Kadlink's JSON-RPC: needs node 20 or newer, npm with a registry, curl.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need node "20 or newer"
need npm "to install ethers"
need curl "to talk to the node"

mkdir "$scratch/js"
cp "$here/ethers.mjs" "$scratch/js/"
(cd "$scratch/js" && npm init -y && npm install --no-audit --no-fund ethers@6.17.0) >"$scratch/npm.log" 2>&1 ||
  fail "npm install; see $scratch/npm.log"
port=${KADLINK_PORT:-31383}
start_kadlink kadlink --port "$port" --rpc-port $((port + 1)) --discovery none --dev-produce 1
(cd "$scratch/js" && node ethers.mjs "http://127.0.0.1:$((port + 1))/") || fail "ethers; the log is $scratch/kadlink.log"
echo "all held"
