#!/usr/bin/env bash
# Kadlink behind a router: network namespaces with a NAT of nftables, miniupnpd on it, a node inside and one outside.
# Needs root, ip (iproute2), nft (nftables), miniupnpd for nftables, curl.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need ip "package iproute2: network namespaces"
need nft "package nftables: the router's NAT"
need miniupnpd "package miniupnpd-nftables: the router's UPnP, NAT-PMP and PCP"
need curl "to talk to the node"
[ "$(id -u)" -eq 0 ] || fail "this script needs root, to make network namespaces"
. "$root/cli/bin/java-home.sh"
java=$(find_java) || exit 1

inside=kadlink-in-$$ router=kadlink-router-$$ outside=kadlink-out-$$
# Addresses that are no one's private ones, or the router would take itself to be behind another NAT. Nothing leaves the namespaces.
wan=11.22.33.1 far=11.22.33.9 lan=10.77.0.1 own=10.77.0.2 neighbour=10.77.0.3
lan6=2a10:77::1 own6=2a10:77::2 wan6=2a10:33::1 far6=2a10:33::9
port=30303 rpc_port=8545
lifetime=24 # seconds, so that renewals can be waited for

remove_namespaces() {
  local name
  for name in "$inside" "$router" "$outside"; do
    ip netns delete "$name" 2>/dev/null || true
  done
}
clean_all() {
  local status=$?
  set +e # or the next line would be the last one
  (exit "$status")
  cleanup
  remove_namespaces
}
trap clean_all EXIT

for name in "$inside" "$router" "$outside"; do
  ip netns add "$name" || fail "no network namespace can be made here"
  ip -n "$name" link set lo up
done
ip -n "$inside" link add eth0 type veth peer name lan netns "$router"
ip -n "$outside" link add eth0 type veth peer name wan netns "$router"
ip -n "$inside" address add "$own/24" dev eth0
ip -n "$inside" address add "$neighbour/24" dev eth0
ip -n "$router" address add "$lan/24" dev lan
ip -n "$router" address add "$wan/24" dev wan
ip -n "$outside" address add "$far/24" dev eth0
ip -n "$inside" link set eth0 up
ip -n "$router" link set lan up
ip -n "$router" link set wan up
ip -n "$outside" link set eth0 up
ip -n "$inside" -6 address add "$own6/64" dev eth0 nodad
ip -n "$router" -6 address add "$lan6/64" dev lan nodad
ip -n "$router" -6 address add "$wan6/64" dev wan nodad
ip -n "$outside" -6 address add "$far6/64" dev eth0 nodad
ip -n "$inside" route add default via "$lan"
ip -n "$router" route add 239.0.0.0/8 dev lan
ip netns exec "$router" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n "$outside" -6 route add default via "$wan6"
echo "namespaces: $own -- $lan [NAT] $wan -- $far"

# A default route by IPv6, through the router's link-local address as everywhere, or none.
ipv6_on() {
  local router_link
  router_link=$(ip -n "$router" -6 address show dev lan scope link | sed -n 's/.*inet6 \([^/]*\).*/\1/p')
  ip -n "$inside" -6 route add default via "$router_link" dev eth0
}
ipv6_off() {
  ip -n "$inside" -6 route delete default
}

# The chains that miniupnpd fills in, a NAT and a firewall that let nothing in by themselves. A fresh router has nothing mapped.
power_on() {
  ip netns exec "$router" nft -f - <<EOF
flush ruleset
table inet filter {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname lan accept
    ct status dnat accept
    meta l4proto ipv6-icmp accept
    jump miniupnpd
  }
  chain miniupnpd { }
  chain prerouting {
    type nat hook prerouting priority -100;
    jump prerouting_miniupnpd
  }
  chain postrouting {
    type nat hook postrouting priority 100;
    jump postrouting_miniupnpd
    oifname wan masquerade
  }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
}
EOF
  cat >"$scratch/miniupnpd.conf" <<EOF
ext_ifname=wan
listening_ip=lan
http_port=0
enable_upnp=yes
enable_natpmp=yes
min_lifetime=20
secure_mode=yes
system_uptime=no
ipv6_disable=no
uuid=6e4a8a1c-5d3b-4d6e-9a76-0d6f1f0c7b11
lease_file=$scratch/leases
allow 1024-65535 10.77.0.0/24 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
EOF
  : >"$scratch/leases"
  start miniupnpd ip netns exec "$router" miniupnpd -d -f "$scratch/miniupnpd.conf" -P "$scratch/miniupnpd.pid"
  miniupnpd_pid=$pid
  until_true 10 "miniupnpd starts" grep -q "listening" "$scratch/miniupnpd.log"
}

power_off() {
  kill "$miniupnpd_pid"
  wait "$miniupnpd_pid" || true
}

# start_node NAME OPTIONS...: a node inside; sets node_pid.
start_node() {
  local name=$1
  shift
  start "$name" ip netns exec "$inside" "$root/cli/bin/kadlink" node --data-dir "$scratch/$name" --discovery v4,v5 \
    --nat-lifetime "$lifetime" --log-level debug "$@"
  node_pid=$pid
  until_true 120 "$name starts (log: $scratch/$name.log)" grep -q '^enr:' "$scratch/$name.out"
}

# ask METHOD [PORT]: JSON-RPC inside.
ask() {
  ip netns exec "$inside" curl -sS -H 'Content-Type: application/json' "http://127.0.0.1:${2:-$rpc_port}/" \
    -d "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$1\",\"params\":[]}"
}

# nat_field NAME [PORT]: of kadlink_nat, what it says of IPv4.
nat_field() {
  ask kadlink_nat "${2:-$rpc_port}" | sed 's/,"ipv6":.*//' | sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"
}

# ipv6_field NAME: of kadlink_nat, what it says of IPv6.
ipv6_field() {
  ask kadlink_nat | sed 's/.*,"ipv6"://' | sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"
}

is_found() {
  [ "$(nat_field state "${1:-$rpc_port}")" = found ]
}

record_names() {
  ask admin_nodeInfo "$2" | grep -q "@$1"
}

# from_outside COMMAND...: kadlink in the outer namespace.
from_outside() {
  ip netns exec "$outside" "$root/cli/bin/kadlink" "$@"
}

router_maps() {
  ip netns exec "$router" nft list ruleset | grep -c 'dnat .*to 10.77'
}

maps_none() {
  [ "$(router_maps || true)" -eq 0 ]
}

maps_two() {
  [ "$(router_maps || true)" -eq 2 ]
}

# miniupnpd's rules name the address as it is at its place in the header.
router_passes() {
  ip netns exec "$router" nft list chain inet filter miniupnpd | grep -c "dport $port.*0x2a100077000000000000000000000002"
}

passes_none() {
  [ "$(router_passes || true)" -eq 0 ]
}

passes_two() {
  [ "$(router_passes || true)" -eq 2 ]
}

is_passed() {
  [ "$(ipv6_field state)" = found ]
}

# is_dialable WHAT ENODE: a session by TCP, and a ping of each discovery protocol, from outside.
is_dialable() {
  local hello
  hello=$(from_outside hello "$2" 2>&1) || fail "$1: hello from outside to $2: $hello"
  held "$1: RLPx session from outside at ${2#*@}"
  is_pinged "$1" "$2"
}

is_pinged() {
  local answer version
  for version in v4 v5; do
    answer=$(from_outside ping "$version" --json "$2" 2>&1) || fail "$1: ping $version from outside: $answer"
  done
  held "$1: pings of v4 and v5 from outside at ${2#*@}"
}

enode_now() {
  ask admin_nodeInfo "${1:-$rpc_port}" | sed 's/.*"enode":"\([^"]*\)".*/\1/'
}

enr_now() {
  ask admin_nodeInfo "${1:-$rpc_port}" | sed 's/.*"enr":"\([^"]*\)".*/\1/'
}

seq_of() {
  kadlink enr decode --json "$1" | sed -n 's/.*"seq" : "\([0-9]*\)".*/\1/p'
}

expires_later_than() {
  [[ "$(nat_field expires)" > "$1" ]]
}

# stays_mapped METHOD VIA: one node from start to SIGTERM.
stays_mapped() {
  local method=$1 via=$2 began=$SECONDS expires seq enode
  start_node "$method" --port "$port" --rpc-port "$rpc_port" --nat "$method"
  until_true 30 "$method: an endpoint is found: $(ask kadlink_nat)" is_found
  [[ "$(nat_field via)" =~ ^($via)$ ]] || fail "$method: $(ask kadlink_nat)"
  until_true 5 "$method: the record has the endpoint" record_names "$wan:$port" "$rpc_port"
  held "$method: mapped by $(nat_field via) $((SECONDS - began)) s after the start: $(ask kadlink_nat)"
  maps_two || fail "$method: the router maps $(router_maps) ports"
  enode=$(enode_now)
  is_dialable "$method" "$enode"
  seq=$(seq_of "$(enr_now)")

  expires=$(nat_field expires)
  until_true $((lifetime + 5)) "$method: the mapping is renewed" expires_later_than "$expires"
  held "$method: renewed, now until $(nat_field expires), before until $expires"
  sleep "$lifetime"
  maps_two || fail "$method: gone after its first lifetime"
  [ "$(seq_of "$(enr_now)")" = "$seq" ] || fail "$method: renewals changed the record"
  held "$method: still mapped after its first lifetime, with the same record (seq $seq)"

  power_off
  power_on
  maps_none || fail "the router remembers"
  began=$SECONDS
  until_true 60 "$method: mapped again after the router restarted" maps_two
  held "$method: mapped again $((SECONDS - began)) s after the router restarted with nothing"
  is_dialable "$method, after the restart" "$enode"

  stop "$node_pid"
  maps_none || fail "$method: SIGTERM left mappings: $(ip netns exec "$router" nft list ruleset)"
  held "$method: SIGTERM removes both mappings"
}

ipv6_expires_later_than() {
  [[ "$(ipv6_field expires)" > "$1" ]]
}

# is_let_through METHOD: a node with a global IPv6 address behind a firewall, from start to SIGTERM.
is_let_through() {
  local method=$1 began=$SECONDS expires enode6
  ipv6_on
  start_node "$method-ipv6" --port "$port" --rpc-port "$rpc_port" --nat "$method"
  enode6="$(enode_now | sed 's/@.*//')@[$own6]:$port"
  until_true 30 "$method: the firewall lets others through: $(ask kadlink_nat)" is_passed
  passes_two || fail "$method: not two pinholes: $(ip netns exec "$router" nft list ruleset)"
  held "$method: two pinholes by $(ipv6_field via) $((SECONDS - began)) s after the start: $(ask kadlink_nat)"
  until_true 5 "$method: the record has the IPv6 endpoint" record_has "ip6 $own6" "tcp6 $port" "udp6 $port"
  held "$method: the record says $(kadlink enr decode "$(enr_now)" | grep -o '[a-z]*6 .*' | tr -s ' \n' ' ')"
  is_dialable "$method, IPv6" "$enode6"

  expires=$(ipv6_field expires)
  until_true $((lifetime + 5)) "$method: the pinholes are renewed" ipv6_expires_later_than "$expires"
  sleep "$lifetime"
  passes_two || fail "$method: pinholes are gone after their first lifetime"
  held "$method: renewed, now until $(ipv6_field expires), before until $expires"

  power_off
  power_on
  passes_none || fail "the router remembers"
  began=$SECONDS
  until_true 60 "$method: pinholes again after the router restarted" passes_two
  held "$method: let through again $((SECONDS - began)) s after the router restarted with nothing"
  is_dialable "$method, IPv6, after the restart" "$enode6"

  stop "$node_pid"
  passes_none || fail "$method: SIGTERM left pinholes: $(ip netns exec "$router" nft list ruleset)"
  held "$method: SIGTERM removes both pinholes"
  ipv6_off
}

# record_has LINE...: in the record as it is decoded, blanks squeezed.
record_has() {
  local decoded line
  decoded=$(kadlink enr decode "$(enr_now)" | tr -s ' ')
  for line in "$@"; do
    grep -q "$line" <<<"$decoded" || return 1
  done
}

# A firewall without pinholes does keep others out; or the rest would show nothing.
is_shut() {
  local key
  ipv6_on
  start_node shut --port "$port" --rpc-port "$rpc_port"
  key=$(enode_now | sed 's/@.*//')
  ! from_outside hello "$key@[$own6]:$port" >/dev/null 2>&1 || fail "the firewall lets anyone through"
  held "without pinholes nobody gets through to [$own6]:$port"
  stop "$node_pid"
  ipv6_off
}

# shares_router METHOD: a second node wants the port that the first one has.
shares_router() {
  local method=$1 first other
  start_node "$method-first" --host "$own" --port "$port" --rpc-port "$rpc_port" --nat "$method"
  first=$node_pid
  until_true 30 "$method: the first node is mapped" is_found
  start_node "$method-second" --host "$neighbour" --port "$port" --rpc-port $((rpc_port + 1)) --nat "$method"
  until_true 60 "$method: the second node is mapped" is_found $((rpc_port + 1))
  other=$(nat_field tcpPort $((rpc_port + 1)))
  [ "$other" != "$port" ] || fail "$method: both have port $port"
  until_true 5 "the record of the second node" record_names "$wan:$other" $((rpc_port + 1))
  is_dialable "$method, port $port taken, got $other" "$(enode_now $((rpc_port + 1)))"
  stop "$node_pid"
  stop "$first"
  maps_none || fail "$method: mappings are left"
}

# comes_back METHOD: a node that was killed finds its own mappings in its way.
comes_back() {
  local method=$1 began
  start_node "$method-killed" --port "$port" --rpc-port "$rpc_port" --nat "$method"
  until_true 30 "$method: the node is mapped" is_found
  kill -9 "$node_pid"
  wait "$node_pid" 2>/dev/null || true
  maps_two || fail "$method: mappings ended with the node"
  began=$SECONDS
  start_node "$method-killed" --port "$port" --rpc-port "$rpc_port" --nat "$method"
  until_true 90 "$method: mapped again after SIGKILL: $(ask kadlink_nat)" is_found
  maps_two || fail "$method: not two mappings after SIGKILL"
  held "$method: mapped $((SECONDS - began)) s after the start that followed a SIGKILL"
  stop "$node_pid"
  maps_none || fail "$method: mappings are left"
}

record_moved() {
  record_names "$1:$port" "$rpc_port"
}

# follows_address METHOD: the provider gives the router another address.
follows_address() {
  local method=$1 began before other=11.22.33.2
  start_node "$method-moved" --port "$port" --rpc-port "$rpc_port" --nat "$method"
  until_true 30 "$method: the node is mapped" is_found
  until_true 5 "$method: the record has the endpoint" record_names "$wan:$port" "$rpc_port"
  before=$(seq_of "$(enr_now)")
  ip -n "$router" address delete "$wan/24" dev wan
  ip -n "$router" address add "$other/24" dev wan
  began=$SECONDS
  until_true 60 "$method: the record follows the router's address" record_moved "$other"
  held "$method: the record has the new address $((SECONDS - began)) s later, seq $before then $(seq_of "$(enr_now)")"
  is_dialable "$method, at the new address" "$(enode_now)"
  stop "$node_pid"
  ip -n "$router" address delete "$other/24" dev wan
  ip -n "$router" address add "$wan/24" dev wan
  maps_none || fail "$method: mappings are left"
}

is_failed() {
  [ "$(nat_field state)" = failed ]
}

# sees_second_nat METHOD: the router's own address is a private one, of another router's network.
sees_second_nat() {
  local method=$1
  start_node "$method-double" --port "$port" --rpc-port "$rpc_port" --nat "$method"
  until_true 40 "$method: the second NAT is seen" is_failed
  ! record_names "192.168" "$rpc_port" || fail "$method: a private address is advertised"
  held "$method behind two NATs: $(nat_field problem)"
  stop "$node_pid"
}

# A bootnode has one port, and tells where it is in its log alone.
serves_as_bootnode() {
  start bootnode ip netns exec "$inside" "$root/cli/bin/kadlink" bootnode --data-dir "$scratch/bootnode" \
    --port "$port" --nat any --nat-lifetime "$lifetime"
  node_pid=$pid
  until_true 60 "the bootnode is mapped" grep -q "others reach this node at $wan, UDP port $port" "$scratch/bootnode.log"
  is_pinged bootnode "$(enode_of bootnode | sed "s/@.*/@$wan:$port/")"
  stop "$node_pid"
  maps_none || fail "bootnode: mappings are left"
}

# The router forwards the ports by hand; a STUN server outside says where the node is.
finds_itself_by_stun() {
  start stun ip netns exec "$outside" "$java" "$here/StunResponder.java" "$far" 3478
  until_true 30 "the STUN server starts" grep -q listens "$scratch/stun.out"
  ip netns exec "$router" nft -f - <<EOF
add rule inet filter prerouting iifname wan tcp dport $port dnat ip to $own
add rule inet filter prerouting iifname wan udp dport $port dnat ip to $own
EOF
  start_node stun --port "$port" --rpc-port "$rpc_port" --nat "stun:$far"
  until_true 30 "stun: an endpoint is found: $(ask kadlink_nat)" is_found
  until_true 5 "stun: the record has the address" record_names "$wan:$port" "$rpc_port"
  held "stun: $(ask kadlink_nat)"
  is_dialable stun "$(enode_now)"
  stop "$node_pid"
}

export KADLINK_NO_BUILD=
kadlink --version >/dev/null # builds when it must
export KADLINK_NO_BUILD=1
power_on
for method in ${*:-upnp pmp pcp any shared killed moved double ipv6 bootnode stun}; do
  case "$method" in
    upnp | pmp | pcp) stays_mapped "$method" "$method" ;;
    any) stays_mapped any "upnp|pmp|pcp" ;;
    shared)
      shares_router upnp
      shares_router pmp
      shares_router pcp
      ;;
    killed)
      comes_back upnp
      comes_back pmp
      comes_back pcp
      ;;
    moved)
      follows_address upnp
      follows_address pmp
      follows_address pcp
      ;;
    double)
      power_off
      ip -n "$router" address delete "$wan/24" dev wan
      ip -n "$router" address add 192.168.9.2/24 dev wan
      power_on
      sees_second_nat upnp
      sees_second_nat pmp
      sees_second_nat pcp
      sees_second_nat any
      power_off
      ip -n "$router" address delete 192.168.9.2/24 dev wan
      ip -n "$router" address add "$wan/24" dev wan
      power_on
      ;;
    ipv6)
      is_shut
      is_let_through pcp
      is_let_through upnp
      is_let_through any
      ;;
    bootnode) serves_as_bootnode ;;
    stun) finds_itself_by_stun ;;
    *) fail "what is $method?" ;;
  esac
done
echo "all held"
