#!/bin/sh
# enter.sh ROOT COMMAND...: runs a command in a Debian in a folder that was not booted, away from this machine's network,
# processes and mounts.
set -eu
# shellcheck disable=SC2016 # the inner shell expands them
exec unshare --mount --net --pid --fork --kill-child sh -euc '
  root=$0
  ip link set lo up
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs tmpfs "$root/tmp"
  exec chroot "$root" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
' "$@"
