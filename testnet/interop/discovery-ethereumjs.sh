#!/usr/bin/env bash
# Discovery v4 of Kadlink and @ethereumjs/devp2p, each asking the other (it knows no enrRequest). Needs node 20
# or newer, npm with a registry, curl.
. "$(dirname "${BASH_SOURCE[0]}")/discovery.sh"
need node "20 or newer"
need npm "to install @ethereumjs/devp2p"

mkdir "$scratch/js"
cp "$here/discovery-ethereumjs.mjs" "$scratch/js/"
(cd "$scratch/js" && npm init -y && npm install --no-audit --no-fund \
  @ethereumjs/devp2p@10.0.0 @ethereumjs/util@10.0.0) >"$scratch/npm.log" 2>&1 ||
  fail "npm install; see $scratch/npm.log"
held "installed @ethereumjs/devp2p 10.0.0"

start_first v4
start_others v4
meet ethereumjs node "$scratch/js/discovery-ethereumjs.mjs" $((port + 1)) \
  "$(enode_of kadlink)" "$(enode_of second)" "$(enode_of third)"
enode=$(enode_of ethereumjs)
until_true 30 "kadlink has ethereumjs in its table" in_table "$(key_of "$enode")"
held "v4 ethereumjs -> kadlink: is in kadlink's table"
bonds v4 ethereumjs "$enode"
tells_nodes v4 ethereumjs "$enode"
echo "all held"
