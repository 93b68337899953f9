#!/usr/bin/env bash
# geth's conformance suites for discovery (devp2p discv4 test, devp2p discv5 test) against kadlink node, RUNS
# times each (1 unless told), every time with a fresh node. Needs devp2p: DEVP2P, or devp2p on the PATH, or
# GO_ETHEREUM with Go to build it from; and 127.0.0.2 beside 127.0.0.1.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
devp2p=$(go_ethereum devp2p "${DEVP2P:-}")
runs=${1:-1}

# suite VERSION TESTS ARGUMENT...: every test must pass, and there must be that many.
suite() {
  local version=$1 tests=$2 report="$scratch/$1-$run.txt"
  shift 2
  "$devp2p" "disc$version" test --listen1 127.0.0.1 --listen2 127.0.0.2 "$@" >"$report" 2>&1 ||
    fail "$version run $run: $(grep -e '^-- FAIL' -e 'tests passed' "$report" | tr '\n' ' ')in $report"
  grep -q "^$tests/$tests tests passed" "$report" || fail "not the $tests tests known here: $report"
  held "devp2p disc$version test, run $run: $(tail -n 1 "$report")"
}

for run in $(seq "$runs"); do
  start_kadlink "v4-$run" --port 0 --log-level debug
  suite v4 15 --remote "$kadlink_enode"
  stop "$kadlink_pid"
  start_kadlink "v5-$run" --port 0 --log-level debug
  suite v5 7 "$(enr_of "v5-$run")"
  stop "$kadlink_pid"
done
echo "all held"
