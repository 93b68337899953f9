#!/usr/bin/env bash
# How fast RLPx carries messages over loopback, beside others: Kadlink between two processes, @ethereumjs/devp2p
# between two processes (needs node 20 or newer and npm), and geth's own benchmark of p2p/rlpx (needs Go and
# GO_ETHEREUM, a checkout of go-ethereum). Rounds are interleaved; compare within one.
#   rlpx-throughput.sh [ROUNDS [SECONDS]]
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
rounds=${1:-3}
seconds=${2:-5}
jar=$root/bench/target/benchmarks.jar
[ -f "$jar" ] || fail "build first: mvn -q -Pquick -pl bench -am package"
. "$root/cli/bin/java-home.sh"
java=$(find_java)

if command -v npm >/dev/null; then
  mkdir "$scratch/js"
  cp "$here/rlpx-throughput.mjs" "$scratch/js/"
  (cd "$scratch/js" && npm init -y && npm install --no-audit --no-fund \
    @ethereumjs/devp2p@10.0.0 @ethereumjs/util@10.0.0 snappyjs) \
    >"$scratch/npm.log" 2>&1 || fail "npm install; see $scratch/npm.log"
fi
for round in $(seq "$rounds"); do
  echo "round $round"
  echo "kadlink: bytes a message, messages/s, MB/s"
  "$java" -cp "$jar" io.kadlink.bench.rlpx.Throughput "$seconds" 2>/dev/null | grep '^| [0-9]'
  if [ -d "$scratch/js" ]; then
    echo "@ethereumjs/devp2p: bytes a message, messages/s, MB/s"
    for bytes in 1024 16384; do
      (cd "$scratch/js" && node rlpx-throughput.mjs "$seconds" "$bytes")
    done
  fi
  if [ -n "${GO_ETHEREUM:-}" ]; then
    echo "geth p2p/rlpx, 1024 bytes, one process"
    (cd "$GO_ETHEREUM" && go test -run '^$' -bench 'Throughput' -benchtime "${seconds}s" ./p2p/rlpx) |
      grep '^Benchmark'
  fi
done
