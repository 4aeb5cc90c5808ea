#!/usr/bin/env bash
# bundle.sh JAR VERSION FOLDER: all that install.sh needs, in one folder with checksums (docs/install.md).
set -euo pipefail
jar=$1 version=$2 folder=$3
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../../..
rm -rf "$folder"
install -d "$folder/systemd/backendim.service.d"
install -m 0644 "$jar" "$folder/backendim.jar"
install -m 0755 "$here"/{backendim,train.sh,await,backup} "$root/install.sh" "$folder"
install -m 0644 "$root"/systemd/backendim*.{service,timer} "$folder/systemd"
install -m 0644 "$root"/systemd/backendim.service.d/*.conf "$folder/systemd/backendim.service.d"
printf '%s\n' "$version" >"$folder/VERSION"
sums=$(cd "$folder" && find . -type f -printf '%P\0' | sort -z | xargs -0 sha256sum)
printf '%s\n' "$sums" >"$folder/SHA256SUMS"
