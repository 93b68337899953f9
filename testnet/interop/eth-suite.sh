#!/usr/bin/env bash
# geth's conformance suite for eth, on its own chain of 600 blocks: eth-suite.sh [TEST...] prints each of its tests and
# ends with 0 when all pass but those named. Needs GO_ETHEREUM, a checkout of go-ethereum, for the chain, and devp2p as
# the other scripts do.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
devp2p=$(go_ethereum devp2p "${DEVP2P:-}")
chain=${GO_ETHEREUM:?a checkout of go-ethereum}/cmd/devp2p/internal/ethtest/testdata

port=${KADLINK_PORT:-31353}
start_kadlink kadlink --port "$port" --engine-port $((port + 1)) --discovery none --log-level debug \
  --network-id 3503995874084926 --genesis "$chain/genesis.json" --import "$chain/chain.rlp"
held "kadlink has imported the chain"

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
