#!/usr/bin/env bash
# A chain that Kadlink has generated, and geth: geth imports it to the last block; Kadlink syncs it from a live geth; a
# geth that has nothing syncs it from Kadlink, told the head by the Engine API; transactions go both ways. Needs geth as
# the other scripts do, curl, and openssl for the tokens of the Engine API.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
geth=$(go_ethereum geth "${GETH:-}")
unset GETH # geth takes every GETH... variable for one of its own
need curl "to talk to the nodes"
need openssl "to sign tokens for geth's Engine API"

blocks=${BLOCKS:-1000}
port=${KADLINK_PORT:-31363}
chain="$scratch/chain"
secret="$scratch/jwt.hex"
openssl rand -hex 32 >"$secret"

# ask_geth NAME EXPRESSION
ask_geth() {
  "$geth" attach --exec "$2" "$scratch/$1.ipc"
}
# geth_is NAME EXPRESSION VALUE
geth_is() {
  [ "$(ask_geth "$1" "$2")" = "$3" ]
}
# start_geth NAME PORT OPTIONS...: starts geth on $scratch/NAME; sets geth_enode.
start_geth() {
  local name=$1 at=$2
  shift 2
  start "$name" "$geth" --datadir "$scratch/$name" --networkid 1337 --syncmode full --nodiscover --nat none \
    --netrestrict 127.0.0.0/8 --port "$at" --authrpc.port $((at + 1)) --authrpc.jwtsecret "$secret" \
    --ipcpath "$scratch/$name.ipc" --maxpeers 5 --verbosity 4 "$@"
  until_true 60 "geth starts (log: $scratch/$name.log)" ask_geth "$name" eth.blockNumber
  geth_enode=$(ask_geth "$name" admin.nodeInfo.enode | tr -d '"' | sed 's/@[^:]*:/@127.0.0.1:/')
}
# choose PORT HASH: has the geth whose Engine API is there follow this head; prints what it says.
choose() {
  local zero=0x0000000000000000000000000000000000000000000000000000000000000000
  curl -sS -H 'Content-Type: application/json' -H "Authorization: Bearer $(token "$secret")" "http://127.0.0.1:$1/" \
    -d '{"jsonrpc":"2.0","id":1,"method":"engine_forkchoiceUpdatedV2","params":[{"headBlockHash":"'"$2"'","safeBlockHash":"'"$zero"'","finalizedBlockHash":"'"$zero"'"},null]}'
}
kadlink_head() {
  rpc "$1" eth_getBlockByNumber '["latest",false]' | sed 's/.*"hash":"\(0x[0-9a-f]*\)".*/\1/'
}
kadlink_has() {
  [ "$(kadlink_head "$1")" = "$2" ]
}

kadlink chain generate --blocks "$blocks" --txs 5 --out "$chain" >"$scratch/generate.log" 2>&1 ||
  fail "kadlink chain generate; see $scratch/generate.log"
for name in full empty; do
  "$geth" --datadir "$scratch/$name" init "$chain/genesis.json" >"$scratch/$name-init.log" 2>&1 || fail "geth init"
done
"$geth" --datadir "$scratch/full" import "$chain/chain.rlp" >"$scratch/import.log" 2>&1 || fail "geth import"
start_geth full "$port"
full_enode=$geth_enode
geth_is full eth.blockNumber "$blocks" ||
  fail "geth imported $(ask_geth full eth.blockNumber) of $blocks blocks; see $scratch/import.log"
head=$(ask_geth full "eth.getBlock('latest').hash" | tr -d '"')
held "geth imported $blocks generated blocks, head $head"

start_kadlink kadlink --port $((port + 2)) --rpc-port $((port + 4)) --log-level debug --discovery none \
  --genesis "$chain/genesis.json" --static-nodes "$full_enode" --dev-wallet 0
until_true 120 "kadlink has geth's head" kadlink_has $((port + 4)) "$head"
held "kadlink synced to block $blocks of geth: $(grep -o 'sync complete.*' "$scratch/kadlink.log" | head -n 1)"

start_geth empty $((port + 5))
ask_geth empty "admin.addPeer('$kadlink_enode')" >/dev/null
until_true 30 "the empty geth has a session with kadlink" geth_is empty "admin.peers.length" 1
followed() {
  choose $((port + 6)) "$head" >"$scratch/choose.json" && geth_is empty eth.blockNumber "$blocks"
}
until_true 120 "the empty geth syncs from kadlink (log: $scratch/empty.log)" followed
geth_is empty "eth.getBlock('latest').hash" "\"$head\"" || fail "geth's head is another"
held "geth synced to block $blocks of kadlink"

choose $((port + 1)) "$head" | grep -q VALID || fail "geth does not follow its own head"
sent=$(rpc $((port + 4)) kadlink_transfer '["0x1000000000000000000000000000000000000001","0x1"]' |
  sed 's/.*"result":"\(0x[0-9a-f]*\)".*/\1/')
until_true 30 "geth has the transaction $sent of kadlink" geth_is full "eth.getTransaction('$sent').hash" "\"$sent\""
held "geth took a transaction of kadlink into its pool: $(ask_geth full 'JSON.stringify(txpool.status)')"
echo "all held"
