#!/usr/bin/env bash
# A node that shows a chain of certificates in its Hello, and one that admits members alone, with geth. Needs geth and
# devp2p: GETH and DEVP2P, or both on the PATH, or GO_ETHEREUM with Go to build them from; openssl when it is there.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
geth=$(go_ethereum geth "${GETH:-}")
unset GETH # geth takes every GETH... variable for one of its own
devp2p=$(go_ethereum devp2p "${DEVP2P:-}")
need curl "to talk to the node"

port=${KADLINK_PORT:-31423}
data="$scratch/geth"
ipc="$scratch/geth.ipc"
ask_geth() {
  "$geth" attach --exec "$1" "$ipc"
}

# Keys and signatures of RSA and long names make the chain about as long as one may be.
long="Bank with a name of forty-two characters.."
kadlink cert ca "$scratch/bank" --organisation "$long" --key-type rsa2048 >/dev/null
kadlink cert ca "$scratch/branch" --issuer "$scratch/bank" --key-type rsa2048 --name b >/dev/null
for node in shows members; do
  kadlink key generate "$scratch/$node.key" >/dev/null
done
kadlink cert issue --key-file "$scratch/shows.key" --ca "$scratch/branch" --name "$(printf 'n%.0s' {1..40})" \
  --out "$scratch/shows.pem" >"$scratch/issued"
kadlink cert issue --key-file "$scratch/members.key" --ca "$scratch/bank" --out "$scratch/members.pem" >/dev/null
held "a chain of $(sed -n 's/^helloBytes *//p' "$scratch/issued") of 1500 bytes is issued"
if command -v openssl >/dev/null; then
  openssl verify -crl_check -CRLfile "$scratch/bank/crl.pem" -CAfile "$scratch/bank/ca.pem" "$scratch/members.pem" \
    >/dev/null || fail "openssl does not verify what kadlink issues"
  held "$(openssl version | cut -d' ' -f1,2) verifies what kadlink issues, with its revocation list"
fi

start_kadlink shows --port "$port" --rpc-port $((port + 1)) --discovery none --genesis "$here/genesis.json" \
  --key-file "$scratch/shows.key" --membership-cert "$scratch/shows.pem"
shows=$kadlink_enode
pong=$("$devp2p" rlpx ping "$shows" 2>&1) || fail "devp2p rlpx ping: $pong"
grep -q 'kadlink/' <<<"$pong" || fail "no kadlink in: $pong"
tail=$(sed -n 's/.*Rest:\[*\([^]]*\).*/\1/p' <<<"$pong" | wc -w)
held "devp2p rlpx ping reads the Hello, with $tail bytes it does not know"

start_kadlink members --port $((port + 4)) --rpc-port $((port + 5)) --discovery none --genesis "$here/genesis.json" \
  --key-file "$scratch/members.key" --membership-cert "$scratch/members.pem" --membership-ca "$scratch/bank/ca.pem" \
  --membership-crl "$scratch/bank/crl.pem" --static-nodes "$shows"
"$geth" --datadir "$data" init "$here/genesis.json" >"$scratch/geth-init.log" 2>&1 || fail "geth init"
"$geth" --datadir "$data" --networkid 20263 --nodiscover --nat none --netrestrict 127.0.0.0/8 \
  --port $((port + 2)) --authrpc.port $((port + 3)) --ipcpath "$ipc" --maxpeers 30 --verbosity 4 \
  >"$scratch/geth.log" 2>&1 &
started+=($!)
until_true 60 "geth starts" ask_geth eth.blockNumber
ask_geth "admin.addPeer('$shows')" >/dev/null
session_in_geth() {
  ask_geth 'admin.peers.map(function(p){return p.name+" "+JSON.stringify(p.protocols)}).join()' |
    grep -q 'kadlink.*version'
}
until_true 30 "geth has an eth session with the node that shows its chain" session_in_geth
held "geth $("$geth" version 2>/dev/null | sed -n 's/^Version: //p') has an eth session with the node that shows its chain"

member_here() {
  rpc $((port + 5)) admin_peers | grep -q "\"organisation\":\"$long\""
}
until_true 30 "the two members have a session" member_here
held "the two members have a session"
ask_geth "admin.addPeer('$kadlink_enode')" >/dev/null
refused() {
  rpc $((port + 5)) kadlink_dialReasons | grep -q "shows no certificate"
}
until_true 30 "geth is refused by the node that admits members alone" refused
sleep 5
rpc $((port + 5)) admin_peers | grep -qi '"name":"geth' && fail "geth is a peer of the node that admits members alone"
member_here || fail "the two members lost their session"
session_in_geth || fail "geth dropped the session within 5 s; see $scratch/geth.log"
grep -q 'err="useless peer"' "$scratch/geth.log" || fail "geth was not told why; see $scratch/geth.log"
held "geth is refused by the node that admits members alone, is told why, and keeps its session with the other"
echo "all held"
