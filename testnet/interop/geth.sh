#!/usr/bin/env bash
# Kadlink against geth on a private network with one genesis.json. Needs geth: GETH, or geth on the PATH, or
# GO_ETHEREUM with Go to build it from.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
geth=$(go_ethereum geth "${GETH:-}")
unset GETH # geth takes every GETH... variable for one of its own
need curl "to talk to the node"

port=${KADLINK_PORT:-31323}
data="$scratch/geth"
ipc="$scratch/geth.ipc"
ask_geth() {
  "$geth" attach --exec "$1" "$ipc"
}

"$geth" --datadir "$data" init "$here/genesis.json" >"$scratch/geth-init.log" 2>&1 || fail "geth init"
"$geth" --datadir "$data" --networkid 20263 --nodiscover --nat none --netrestrict 127.0.0.0/8 \
  --port $((port + 2)) --authrpc.port $((port + 3)) --ipcpath "$ipc" --maxpeers 5 --verbosity 4 \
  >"$scratch/geth.log" 2>&1 &
started+=($!)
until_true 60 "geth starts" ask_geth eth.blockNumber
enode=$(ask_geth admin.nodeInfo.enode | tr -d '"' | sed 's/@[^:]*:/@127.0.0.1:/')
held "geth listens: $("$geth" version 2>/dev/null | sed -n 's/^Version: //p')"

hello=$(kadlink hello "$enode") || fail "kadlink hello $enode"
grep -qi geth <<<"$hello" || fail "no Geth in: $hello"
held "kadlink hello: $(head -n 1 <<<"$hello")"

start_kadlink kadlink --port "$port" --rpc-port $((port + 1)) --log-level debug --discovery none \
  --genesis "$here/genesis.json" --static-nodes "$enode"
theirs=$(ask_geth 'eth.getBlock(0).hash' | tr -d '"')
ours=$(rpc $((port + 1)) eth_getBlockByNumber '["0x0",false]' | sed 's/.*"hash":"\([^"]*\)".*/\1/')
[ "$theirs" = "$ours" ] || fail "genesis hash: geth $theirs, kadlink $ours"
held "both compute the genesis hash $ours"

session_in_geth() {
  ask_geth 'admin.peers.map(function(p){return p.name+" "+JSON.stringify(p.protocols)}).join()' |
    grep -q 'kadlink.*version'
}
until_true 30 "geth shows an eth session with kadlink" session_in_geth
held "geth has the session: $(ask_geth 'JSON.stringify(admin.peers.map(function(p){return [p.name,p.caps,p.protocols]}))')"
session_here() {
  rpc $((port + 1)) admin_peers | grep -q 'Geth.*latestBlockHash'
}
until_true 30 "kadlink shows an eth session with geth" session_here
sleep 20
session_in_geth || fail "geth dropped the session within 20 s; see $scratch/geth.log"
session_here || fail "kadlink dropped the session within 20 s; see $scratch/kadlink.log"
held "the session lasts"
echo "all held"
