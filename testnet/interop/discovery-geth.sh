#!/usr/bin/env bash
# Discovery of Kadlink and geth, by v4 and v5, each asking the other: the node itself, and the tools of devp2p.
# Needs both: GETH and DEVP2P, or geth and devp2p on the PATH, or GO_ETHEREUM with Go to build them from.
. "$(dirname "${BASH_SOURCE[0]}")/discovery.sh"
geth=$(go_ethereum geth "${GETH:-}")
devp2p=$(go_ethereum devp2p "${DEVP2P:-}")
unset GETH # geth takes every GETH... variable for one of its own

# counted COUNTER: whether kadlink counts such packets.
counted() {
  curl -sS "http://127.0.0.1:$((port + 1))/metrics" | grep -q "^kadlink_discovery_$1 [1-9]"
}

start_first v4,v5 --metrics-port $((port + 1))
data="$scratch/geth"
ipc="$scratch/geth.ipc"
ask_geth() {
  "$geth" attach --exec "$1" "$ipc" | tr -d '"'
}
"$geth" --datadir "$data" init "$here/genesis.json" >"$scratch/geth-init.log" 2>&1 || fail "geth init"
start geth "$geth" --datadir "$data" --networkid 20263 --nat extip:127.0.0.1 --netrestrict 127.0.0.0/8 \
  --discovery.v4 --discovery.v5 --discovery.dns "" --bootnodes "$(enr_of kadlink)" \
  --port $((port + 2)) --authrpc.port $((port + 3)) --ipcpath "$ipc" --maxpeers 5 --verbosity 4
until_true 60 "geth starts" ask_geth eth.blockNumber
enode=$(ask_geth admin.nodeInfo.enode)
enr=$(ask_geth admin.nodeInfo.enr)
held "geth listens: $("$geth" version 2>/dev/null | sed -n 's/^Version: //p')"

until_true 30 "kadlink has geth in its table" in_table "$(key_of "$enode")"
held "geth -> kadlink: geth is in kadlink's table"
# There is nobody else yet who could ask.
until_true 30 "geth asks by v4" counted 'v4_received_total{type="findnode"}'
until_true 30 "kadlink answers by v4" counted 'v4_sent_total{type="neighbors"}'
held "v4 geth -> kadlink: findnode asked and answered"
until_true 30 "geth asks by v5" counted 'v5_received_total{type="findnode"}'
until_true 30 "kadlink answers by v5" counted 'v5_sent_total{type="nodes"}'
held "v5 geth -> kadlink: findnode asked and answered"
start_others v4,v5
bonds v4 geth "$enode"
gives_record v4 geth "$enode" "$enr"
tells_nodes v4 geth "$enode"
bonds v5 geth "$enr"
gives_record v5 geth "$enr" "$enr"
tells_nodes v5 geth "$enr"
talks geth "$enr" unknown 0x

# nowhere NAME: the node with that key, where nobody is
nowhere() {
  echo "enode://$(key_of "$(enode_of "$1")")@127.0.0.1:9"
}

# tool ARGUMENT...: runs devp2p; its log goes to a file.
tool() {
  "$devp2p" "$@" 2>>"$scratch/devp2p.log"
}

answer=$(tool discv4 ping "$(enode_of kadlink)") || fail "devp2p discv4 ping; see $scratch/devp2p.log"
held "devp2p discv4 ping: $answer"
[ "$(tool discv4 requestenr "$(enode_of kadlink)")" = "$(enr_of kadlink)" ] || fail "devp2p discv4 requestenr"
held "devp2p discv4 requestenr: kadlink's record"
answer=$(tool discv5 ping "$(enr_of kadlink)")
[ "$answer" = "<nil>" ] || fail "devp2p discv5 ping: $answer" # it prints the error and ends with 0
held "devp2p discv5 ping: answered"
for version in v4 v5; do
  for name in second third; do
    found=$(tool "disc$version" resolve --bootnodes "$(enr_of kadlink)" "$(nowhere "$name")")
    [ "$found" = "$(enr_of "$name")" ] || fail "devp2p disc$version resolve of $name: $found"
  done
  held "devp2p disc$version resolve: finds second and third through kadlink"
done

for version in v4 v5; do
  start "listen-$version" "$devp2p" "disc$version" listen --addr "127.0.0.1:$((port + 4))" --bootnodes "$(enr_of kadlink)"
  until_true 10 "devp2p disc$version listens" grep -q '^en' "$scratch/listen-$version.out"
  listener=$(enode_of "listen-$version")
  bonds "$version" "devp2p listen" "$listener"
  tells_nodes "$version" "devp2p listen" "$listener"
  [ "$version" = v4 ] || talks "devp2p listen" "$listener" unknown 0x
  kill "$pid"
  wait "$pid" || true
done
echo "all held"
