#!/usr/bin/env bash
# Asks geth for the chain of its own conformance suite, 600 blocks, in each version of eth that it has: headers, bodies,
# receipts (those of one block take more than one message), access lists, cells. Needs GO_ETHEREUM, a checkout of
# go-ethereum, for the chain, and geth as the other scripts do.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$root/cli/bin/java-home.sh"
geth=$(go_ethereum geth "${GETH:-}")
unset GETH # geth takes every GETH... variable for one of its own
java=$(find_java)
chain=${GO_ETHEREUM:?a checkout of go-ethereum}/cmd/devp2p/internal/ethtest/testdata
jar="$root/cli/target/kadlink.jar"
kadlink --version >/dev/null # builds it where that is needed

port=${KADLINK_PORT:-31343}
data="$scratch/geth"
ipc="$scratch/geth.ipc"
ask_geth() {
  "$geth" attach --exec "$1" "$ipc"
}

"$geth" --datadir "$data" init "$chain/genesis.json" >"$scratch/geth-init.log" 2>&1 || fail "geth init"
"$geth" --datadir "$data" import "$chain/chain.rlp" >"$scratch/geth-import.log" 2>&1 || fail "geth import"
"$geth" --datadir "$data" --networkid 3503995874084926 --nodiscover --nat none --netrestrict 127.0.0.0/8 \
  --port "$port" --authrpc.port $((port + 1)) --ipcpath "$ipc" --maxpeers 5 --verbosity 4 \
  >"$scratch/geth.log" 2>&1 &
started+=($!)
until_true 60 "geth starts" ask_geth eth.blockNumber
enode=$(ask_geth admin.nodeInfo.enode | tr -d '"' | sed 's/@[^:]*:/@127.0.0.1:/')
held "geth has $(ask_geth eth.blockNumber) blocks"

for version in 69 70 71 72; do
  answer=$("$java" --enable-native-access=ALL-UNNAMED -cp "$jar" "$here/EthAsker.java" "$enode" "$version" \
    >"$scratch/eth-$version.log" 2>&1 && grep "^eth/$version:" "$scratch/eth-$version.log") ||
    fail "eth/$version; see $scratch/eth-$version.log"
  held "$answer"
done
echo "all held"
