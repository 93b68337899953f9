#!/usr/bin/env bash
# Builds Kadlink and starts a network of node processes on loopback; --help tells the options.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
. "$root/cli/bin/java-home.sh"
java=$(find_java) || exit 1
if needs_build "$root" "$root/cli/target/kadlink.jar" ||
  needs_build "$root" "$root/testnet/target/kadlink-testnet.jar"; then
  build "$root" cli,testnet
fi
terminal=()
[ -t 1 ] && terminal=(--terminal)
exec "$java" -jar "$root/testnet/target/kadlink-testnet.jar" \
  --kadlink-jar "$root/cli/target/kadlink.jar" ${terminal[@]+"${terminal[@]}"} "$@"
