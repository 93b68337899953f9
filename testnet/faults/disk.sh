#!/usr/bin/env bash
# Fills the disk under a running node to the last byte, frees it, starts nodes on it while it is full, and checks what
# becomes of peers and files: disk.sh [MEGABYTES]. The disk is a tmpfs, so this needs root. Takes about three minutes.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
[ "$(id -u)" -eq 0 ] || {
  echo "this script needs root, to mount a small disk" >&2
  exit 1
}
. "$root/cli/bin/java-home.sh"
java=$(find_java) || exit 1
if [ -z "${KADLINK_NO_BUILD:-}" ] && { needs_build "$root" "$root/cli/target/kadlink.jar" ||
  needs_build "$root" "$root/testnet/target/kadlink-testnet.jar"; }; then
  build "$root" cli,testnet
fi
disk=$(mktemp -d)
run=
cleanup() {
  if [ -n "$run" ] && kill "$run" 2>/dev/null; then
    wait "$run" || true
  fi
  umount "$disk" 2>/dev/null || umount -l "$disk" 2>/dev/null || true
  rmdir "$disk" || true
}
trap cleanup EXIT
trap 'exit 1' INT TERM
mount -t tmpfs -o "size=${1:-6}m" kadlink-disk "$disk"
"$java" --enable-native-access=ALL-UNNAMED -cp "$root/testnet/target/kadlink-testnet.jar" \
  io.kadlink.testnet.faults.DiskRun --kadlink-jar "$root/cli/target/kadlink.jar" --disk "$disk" &
run=$!
wait "$run" && status=0 || status=$?
run=
exit "$status"
