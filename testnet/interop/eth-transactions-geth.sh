#!/usr/bin/env bash
# Transactions between geth and Kadlink's eth in each version that geth has, both ways: a transfer and a transaction with
# two blobs, whole before eth/72, by their cells since. Needs geth as the other scripts do, curl, and openssl for the
# tokens of the Engine API.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$root/cli/bin/java-home.sh"
geth=$(go_ethereum geth "${GETH:-}")
unset GETH # geth takes every GETH... variable for one of its own
need curl "to talk to geth"
need openssl "to sign tokens for geth's Engine API"
java=$(find_java)
jar="$root/cli/target/kadlink.jar"
kadlink --version >/dev/null # builds it where that is needed

port=${KADLINK_PORT:-31383}
ipc="$scratch/geth.ipc"
secret="$scratch/jwt.hex"
openssl rand -hex 32 >"$secret"
transaction_peer() {
  "$java" --enable-native-access=ALL-UNNAMED -cp "$jar" "$here/TransactionPeer.java" "$@"
}
ask_geth() {
  "$geth" attach --exec "$1" "$ipc"
}

later='"cancunTime": 0, "pragueTime": 0, "osakaTime": 0, "blobSchedule": {'
for fork in cancun prague osaka; do
  later+="\"$fork\": {\"target\": 6, \"max\": 9, \"baseFeeUpdateFraction\": 5007716}, "
done
sed -e 's/"chainId": 20263/"chainId": 1337/' \
  -e "s/\"shanghaiTime\": 0/\"shanghaiTime\": 0, ${later%, }}/" \
  -e "s/\"alloc\": {/\"alloc\": { $(transaction_peer accounts),/" "$here/genesis.json" >"$scratch/genesis.json"
"$geth" --datadir "$scratch/geth" init "$scratch/genesis.json" >"$scratch/geth-init.log" 2>&1 || fail "geth init"
start geth "$geth" --datadir "$scratch/geth" --networkid 1337 --syncmode full --nodiscover --nat none \
  --netrestrict 127.0.0.0/8 --port "$port" --authrpc.port $((port + 1)) --authrpc.jwtsecret "$secret" \
  --http --http.port $((port + 2)) --ipcpath "$ipc" --maxpeers 5 --verbosity 4
until_true 60 "geth starts (log: $scratch/geth.log)" ask_geth eth.blockNumber
enode=$(ask_geth admin.nodeInfo.enode | tr -d '"' | sed 's/@[^:]*:/@127.0.0.1:/')
genesis=$(ask_geth "eth.getBlock(0).hash" | tr -d '"')
zero=0x0000000000000000000000000000000000000000000000000000000000000000
curl -sS -H 'Content-Type: application/json' -H "Authorization: Bearer $(token "$secret")" \
  "http://127.0.0.1:$((port + 1))/" -d '{"jsonrpc":"2.0","id":1,"method":"engine_forkchoiceUpdatedV3","params":[{"headBlockHash":"'"$genesis"'","safeBlockHash":"'"$zero"'","finalizedBlockHash":"'"$zero"'"},null]}' |
  grep -q VALID || fail "geth does not follow its own head" # and would take no transactions

for version in 69 70 71 72; do
  transaction_peer "$scratch/genesis.json" "$enode" "http://127.0.0.1:$((port + 2))/" "$version" \
    >"$scratch/eth-$version.out" 2>"$scratch/eth-$version.log" || fail "eth/$version; see $scratch/eth-$version.log"
  held "$(grep "^eth/$version:" "$scratch/eth-$version.out")"
done
echo "all held"
