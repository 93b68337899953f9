#!/usr/bin/env bash
# Kills a node with SIGKILL at random moments while its state is changed, starts it again, and checks that nothing it had
# acknowledged is lost and that its peers come back: kill.sh [--rounds N] [--seed N] [--dir DIR]. Takes about ten seconds a round.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
. "$root/cli/bin/java-home.sh"
java=$(find_java) || exit 1
if [ -z "${KADLINK_NO_BUILD:-}" ] && { needs_build "$root" "$root/cli/target/kadlink.jar" ||
  needs_build "$root" "$root/testnet/target/kadlink-testnet.jar"; }; then
  build "$root" cli,testnet
fi
exec "$java" --enable-native-access=ALL-UNNAMED -cp "$root/testnet/target/kadlink-testnet.jar" io.kadlink.testnet.faults.KillRun \
  --kadlink-jar "$root/cli/target/kadlink.jar" "$@"
