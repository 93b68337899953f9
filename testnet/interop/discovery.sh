# Sourced by the discovery scripts: a small network of Kadlink, and what Kadlink asks another implementation.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need curl "to talk to the node"
port=${KADLINK_PORT:-31333} # of the node's RPC; scripts take the next few for others

# start_first VERSIONS OPTIONS...: a node, kadlink.
start_first() {
  local versions=$1
  shift
  start_kadlink kadlink --port 0 --rpc-port "$port" --discovery "$versions" --log-level debug "$@"
}

# start_others VERSIONS: two bootnodes that find kadlink, second and third.
start_others() {
  local name
  for name in second third; do
    start_listener "$name" bootnode --data-dir "$scratch/$name" --host 127.0.0.1 --port 0 \
      --discovery "$1" --bootnodes "$(enr_of kadlink)" --log-level debug
  done
  for name in second third; do
    until_true 60 "kadlink knows $name" in_table "$(key_of "$(enode_of "$name")")"
  done
  held "a network: kadlink knows two other nodes"
}

key_of() {
  sed 's|^enode://\([0-9a-f]*\)@.*|\1|' <<<"$1"
}

# in_table KEY: whether kadlink's table has a node that answered it.
in_table() {
  rpc "$port" kadlink_table | tr '{' '\n' | grep -F "$1" | grep -q '"proven":true'
}

# json_field NAME: the value of a field of the object on stdin, a field a line.
json_field() {
  sed -n "s/^ *\"$1\" : \"\{0,1\}\([^\",]*\).*/\1/p"
}

# bonds VERSION NAME ADDRESS: a ping of a fresh node of ours, after endpoint proof or handshake.
bonds() {
  local answer
  answer=$(kadlink ping "$1" --json "$3") || fail "kadlink ping $1 of $2"
  held "$1 kadlink -> $2: ping answered in $(json_field milliseconds <<<"$answer") ms"
}

# gives_record VERSION NAME ADDRESS ENR: it tells its own record itself (v4: enrRequest, v5: findnode 0).
gives_record() {
  local answer
  answer=$(kadlink resolve --discovery "$1" --json "$3") || fail "kadlink resolve of $2 by $1"
  [ "$(json_field enr <<<"$answer")" = "$4" ] || fail "the record of $2: $answer"
  held "$1 kadlink -> $2: gives its own record"
}

# tells_nodes VERSION NAME ADDRESS: a fresh node of ours that knows nobody else hears of kadlink, second and
# third from it, so its answers to findnode have them.
tells_nodes() {
  until_true 60 "$2 tells kadlink, second and third by $1" finds_all "$1" "$3"
  held "$1 kadlink -> $2: findnode answered with kadlink, second and third"
}

finds_all() {
  local found name
  found=$(kadlink lookup --discovery "$1" --bootnodes "$2" --json random) || return
  for name in kadlink second third; do
    grep -qF "$(key_of "$(enode_of "$name")")" <<<"$found" || return
  done
}

# talks NAME ENR PROTOCOL ANSWER: what it answers to the talk request 010203, in hex.
talks() {
  local answer
  answer=$(kadlink talk --json "$2" "$3" 010203) || fail "kadlink talk to $1"
  [ "$(json_field response <<<"$answer")" = "$4" ] || fail "talk $3 to $1: $answer"
  held "v5 kadlink -> $1: talk request of $3 answered with $4"
}

# meet NAME COMMAND...: starts a peer program, which gets as arguments a port and the addresses of kadlink and
# others; waits until it has asked all it asks and shows what held. Its address is the first line of its output.
meet() {
  local name=$1
  shift
  start "$name" "$@"
  until_true 60 "$name asks (log: $scratch/$name.log)" grep -q -e '^asked$' -e '^FAILED' "$scratch/$name.out"
  grep -e '^ok ' -e '^FAILED' "$scratch/$name.out"
  ! grep -q '^FAILED' "$scratch/$name.out" || exit 1
}

# meet_v5 NAME COMMAND...: all that is asked from both sides with a program that echoes talk requests of "echo".
meet_v5() {
  local name=$1 enr
  shift
  start_first v5
  start_others v5
  start_listener echo talk --listen echo
  meet "$name" "$@" $((port + 1)) "$(enr_of kadlink)" "$(enr_of echo)" "$(enr_of second)" "$(enr_of third)"
  enr=$(head -n 1 "$scratch/$name.out")
  bonds v5 "$name" "$enr"
  gives_record v5 "$name" "$enr" "$enr"
  tells_nodes v5 "$name" "$enr"
  talks "$name" "$enr" echo 0x010203
  talks "$name" "$enr" unknown 0x
  echo "all held"
}
