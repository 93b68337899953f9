#!/usr/bin/env bash
# Discovery v5 of Kadlink and @chainsafe/discv5, each asking the other. Needs node 20 or newer, npm with a
# registry, curl.
. "$(dirname "${BASH_SOURCE[0]}")/discovery.sh"
need node "20 or newer"
need npm "to install @chainsafe/discv5"

mkdir "$scratch/js"
cp "$here/discovery-chainsafe.mjs" "$scratch/js/"
# the newest discv5 whose own dependencies can all be installed
(cd "$scratch/js" && npm init -y && npm install --no-audit --no-fund \
  @chainsafe/discv5@11.0.0 @chainsafe/enr@5.0.0 @libp2p/crypto@5 @multiformats/multiaddr@12) \
  >"$scratch/npm.log" 2>&1 || fail "npm install; see $scratch/npm.log"
held "installed @chainsafe/discv5 11.0.0"

meet_v5 chainsafe node "$scratch/js/discovery-chainsafe.mjs"
