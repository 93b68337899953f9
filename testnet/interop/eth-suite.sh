#!/usr/bin/env bash
# geth's conformance suite for eth, on its own chain of 600 blocks: eth-suite.sh [TEST...] prints each of its tests and
# ends with 0 when all pass but those named. Kadlink has the chain from its file, and the receipts, which it can't compute,
# from a geth that is gone when the tests run. Needs GO_ETHEREUM, a checkout of go-ethereum, for the chain, geth and
# devp2p as the other scripts do, and curl.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
devp2p=$(go_ethereum devp2p "${DEVP2P:-}")
geth=$(go_ethereum geth "${GETH:-}")
unset GETH # geth takes every GETH... variable for one of its own
need curl "to talk to the node"
chain=${GO_ETHEREUM:?a checkout of go-ethereum}/cmd/devp2p/internal/ethtest/testdata

port=${KADLINK_PORT:-31353}
"$geth" --datadir "$scratch/geth" init "$chain/genesis.json" >"$scratch/geth-init.log" 2>&1 || fail "geth init"
"$geth" --datadir "$scratch/geth" import "$chain/chain.rlp" >"$scratch/geth-import.log" 2>&1 || fail "geth import"
start geth "$geth" --datadir "$scratch/geth" --networkid 3503995874084926 --nodiscover --nat none \
  --netrestrict 127.0.0.0/8 --port $((port + 3)) --authrpc.port $((port + 4)) --ipcpath "$scratch/geth.ipc" --verbosity 4
geth_pid=$pid
ask_geth() {
  "$geth" attach --exec "$1" "$scratch/geth.ipc"
}
until_true 60 "geth starts" ask_geth eth.blockNumber
geth_enode=$(ask_geth admin.nodeInfo.enode | tr -d '"' | sed 's/@[^:]*:/@127.0.0.1:/')

start_kadlink kadlink --port "$port" --engine-port $((port + 1)) --rpc-port $((port + 2)) --discovery none \
  --log-level debug --network-id 3503995874084926 --genesis "$chain/genesis.json" --import "$chain/chain.rlp" \
  --state "$chain/headstate.json"
held "kadlink has imported the chain"
rpc $((port + 2)) admin_addPeer "[\"$geth_enode\"]" >/dev/null
until_true 60 "kadlink has the receipts" grep -q 'receipts of .* blocks fetched' "$scratch/kadlink.log"
held "kadlink has the receipts of geth: $(grep -o 'receipts of .*' "$scratch/kadlink.log" | head -n 1)"
stop "$geth_pid"

"$devp2p" rlpx eth-test --chain "$chain" --node "$kadlink_enode" \
  --engineapi "http://127.0.0.1:$((port + 1))" --jwtsecret "$(cat "$scratch/kadlink/jwt.hex")" >"$scratch/suite.log" 2>&1 || true
passed=0
failed=()
while read -r _ outcome name _; do
  if [ "$outcome" = OK ]; then
    passed=$((passed + 1))
    held "$name"
  elif [[ " $* " = *" $name "* ]]; then
    echo "--  $name fails, as said"
  else
    echo "--  $name FAILS"
    failed+=("$name")
  fi
done < <(grep -E '^-- (OK|FAIL) ' "$scratch/suite.log")
echo "$passed of $(grep -cE '^-- (OK|FAIL) ' "$scratch/suite.log") pass"
[ "$passed" -gt 0 ] || fail "the suite did not run; see $scratch/suite.log"
[ ${#failed[@]} -eq 0 ] || fail "${failed[*]}; see $scratch/suite.log"
