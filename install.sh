#!/usr/bin/env bash
# Makes a bare machine (Debian or Ubuntu) into a Backend.im server, and keeps it one: install, upgrade, uninstall.
# `install.sh --help` says how; docs/install.md says what it does and why.
set -Eeuo pipefail
umask 022
trap 'printf "install.sh: stopped at line %s, where this failed: %s\n" "$LINENO" "$BASH_COMMAND" >&2' ERR

readonly JAVA_WANTED=25
readonly K3S_VERSION=v1.34.1+k3s1
readonly CERT_MANAGER_VERSION=v1.19.1

readonly PROGRAM=/opt/backendim
readonly COMMAND=/usr/local/bin/backendim
readonly CONFIG=/etc/backendim
readonly DATA=/var/lib/backendim
readonly BACKUPS=/var/backups/backendim
readonly UNITS=/etc/systemd/system
readonly K3S_CONFIG=/etc/rancher/k3s
readonly K3S_MANIFESTS=/var/lib/rancher/k3s/server/manifests
readonly ACCOUNT=backendim
readonly API_PORT=8080
readonly APPS_PORT=8000

# What of the data a new version may change. Volumes are the apps' own, and apps go on writing during an upgrade.
readonly SERVER_DATA=(db git registry keys admin.key)

usage() {
  cat <<'TEXT'
Usage: install.sh [options]                 install, or put right what is missing; safe to run again
       install.sh --upgrade [options]       another version; goes back by itself when it does not become ready
       install.sh --uninstall [--purge]     remove the program; data stay, unless --purge

Where the files come from (each is checked against SHA256SUMS):
  (nothing)        the folder that install.sh lies in: an unpacked bundle, or target/bundle of a checkout (./dev bundle)
  --offline DIR    a bundle in DIR; nothing is fetched from a network. Beside the bundle's own files DIR may hold
                   jre.tar.gz, k3s, k3s-install.sh, k3s-airgap-images.tar.zst and cert-manager.yaml
  --from URL       a bundle that is published at an https address

What is installed:
  --no-k3s         apps run on this machine, in sandboxes, without Kubernetes and without certificates
  --domain NAME    apps answer at {app}.NAME; needs a wildcard DNS entry *.NAME for this machine
  --email ADDRESS  for certificates from Let's Encrypt (with K3s and --domain)

Other:
  --no-caches      make no caches for a quick start, which takes half a minute
  --dry-run        say each step, change nothing
  --confirm NAME   with --purge: the name of this machine, where nobody can be asked
  --version        the version that this script belongs to
  --help           this text
TEXT
}

say() { printf '%s\n' "$*"; }
warn() { printf 'install.sh: %s\n' "$*" >&2; }
die() {
  warn "$*"
  exit 1
}

# --- what was asked for ------------------------------------------------------------------------------

action=install
k3s=yes
caches=yes
dry_run=no
purge=no
bundle=
offline=no
from=
domain=
email=
confirmed=

needs_value() {
  if [ "$#" -lt 2 ] || [ -z "$2" ]; then die "$1 needs a value; install.sh --help shows which."; fi
}

read_arguments() {
  while [ "$#" -gt 0 ]; do
    case "$1" in
      --offline) needs_value "$@"; bundle=$2; offline=yes; shift ;;
      --from) needs_value "$@"; from=$2; shift ;;
      --domain) needs_value "$@"; domain=$2; shift ;;
      --email) needs_value "$@"; email=$2; shift ;;
      --confirm) needs_value "$@"; confirmed=$2; shift ;;
      --no-k3s) k3s=no ;;
      --no-caches) caches=no ;;
      --dry-run) dry_run=yes ;;
      --upgrade) action=upgrade ;;
      --uninstall) action=uninstall ;;
      --purge) purge=yes ;;
      --version) action=version ;;
      -h | --help) usage; exit 0 ;;
      *) die "unknown option: $1 (install.sh --help lists them)" ;;
    esac
    shift
  done
  [ -z "$domain" ] || [[ $domain =~ ^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$ ]] \
    || die "--domain $domain (expected: a domain in lower case, as in apps.example.com)"
  [ -z "$email" ] || [[ $email =~ ^[^[:space:]@\"]+@[^[:space:]@\"]+\.[^[:space:]@\"]+$ ]] \
    || die "--email $email (expected: an address as in you@example.com)"
  [ -z "$from" ] || [[ $from == https://* ]] || die "--from $from (expected: an address that begins with https://)"
  [ -z "$from" ] || [ -z "$bundle" ] || die "--from and --offline say different places (expected: one of them)"
  [ "$purge" = no ] || [ "$action" = uninstall ] || die "--purge goes with --uninstall"
}

# --- doing, or saying what would be done -----------------------------------------------------------------

run() {
  if [ "$dry_run" = yes ]; then
    say "  would run: $*"
  else
    "$@"
  fi
}

step() { say "* $*"; }

put() { # path, mode, owner; the content comes from stdin. The file is whole or not there
  local path=$1 mode=$2 owner=$3
  if [ "$dry_run" = yes ]; then
    say "  would write $path ($mode, $owner):"
    sed 's/^/    | /'
    return
  fi
  mkdir -p "$(dirname "$path")"
  cat >"$path.new"
  chmod "$mode" "$path.new"
  chown "$owner" "$path.new"
  mv -f "$path.new" "$path"
}

systemd_runs() { [ -d /run/systemd/system ]; }

manage() { # systemctl, where there is a systemd to talk to
  if systemd_runs; then
    run systemctl "$@"
  fi
}

# --- checks, all before the first change --------------------------------------------------------------------

faults=()
fault() { faults+=("$*"); }

listening() { # whether a program on this machine listens on the port; reads what ss would
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null \
    | awk -v port="$(printf '%04X' "$1")" '$4 == "0A" { split($2, at, ":"); if (at[2] == port) found = 1 } END { exit !found }'
}

os_release() { sed -n "s/^$1=\"\?\([^\"]*\)\"\?\$/\1/p" /etc/os-release 2>/dev/null || true; }

installed() { [ -e "$COMMAND" ]; }

check_system() {
  local os version memory disk memory_min=900 disk_min=2 name
  [ "$(id -u)" = 0 ] || fault "this needs root: run it with sudo, or as root."
  os=$(os_release ID)
  version=$(os_release VERSION_ID)
  version=${version%%.*}
  case "$os-$version" in
    debian-1[2-9] | ubuntu-2[2-9]) ;;
    *) fault "this machine runs ${os:-an unknown system} $version (expected: Debian 12 or later, Ubuntu 22.04 or later). On another one, run backendim.jar as docs/operations.md shows." ;;
  esac
  case "$(uname -m)" in
    x86_64 | aarch64) ;;
    *) fault "this machine is a $(uname -m) (expected: x86_64 or aarch64)." ;;
  esac
  for name in systemctl useradd sha256sum tar awk; do
    command -v "$name" >/dev/null || fault "the program $name is missing: apt install systemd passwd coreutils tar mawk"
  done
  if [ "$k3s" = yes ]; then
    memory_min=1800 disk_min=8
  fi
  memory=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
  [ "$memory" -ge "$memory_min" ] \
    || fault "this machine has $memory MiB of memory (expected: $memory_min MiB). Take a larger one$([ "$k3s" = no ] || echo ", or --no-k3s, which needs 900 MiB")."
  disk=$(df --output=avail -BG /var/lib | awk 'NR == 2 { print int($1) }')
  [ "$disk" -ge "$disk_min" ] || fault "the disk of /var/lib has $disk GiB free (expected: $disk_min GiB). Free some, or mount a larger disk there."
}

check_ports() {
  local port ports=("$API_PORT")
  installed && return 0 # then it is we who listen
  if [ "$k3s" = no ]; then
    ports+=("$APPS_PORT")
  elif ! command -v k3s >/dev/null; then
    ports+=(80 443 6443 10250)
    [ ! -e /etc/kubernetes/kubelet.conf ] || fault "this machine is a node of a Kubernetes cluster already. Use that cluster (docs/growing.md), or --no-k3s."
  fi
  for port in "${ports[@]}"; do
    listening "$port" && fault "port $port is taken by another program (ss -ltnp shows which). Stop it$([ "$port" -gt 443 ] || echo ": a web server, as a rule (systemctl disable --now nginx apache2 caddy)")."
  done
  return 0
}

check_files() {
  local name
  for name in "${PROGRAM_FILES[@]}" "${UNIT_FILES[@]/#/systemd/}"; do
    verified "$name" >/dev/null || fault "$bundle_fault"
  done
  if [ "$offline" = yes ]; then
    [ -n "$(find_java)" ] || verified jre.tar.gz >/dev/null || fault "no Java $JAVA_WANTED or later is installed and $bundle has no jre.tar.gz that SHA256SUMS names. Put one there (https://adoptium.net, JRE, tar.gz) and its line of sha256sum into SHA256SUMS."
    if [ "$k3s" = yes ] && ! command -v k3s >/dev/null; then
      for name in k3s k3s-install.sh k3s-airgap-images.tar.zst; do
        verified "$name" >/dev/null || fault "$bundle_fault Without K3s: --no-k3s."
      done
    fi
  elif ! command -v curl >/dev/null && { [ "$k3s" = yes ] || [ -z "$(find_java)" ]; }; then
    fault "the program curl is missing: apt install curl ca-certificates"
  fi
}

refuse_faults() {
  local one
  [ "${#faults[@]}" -gt 0 ] || return 0
  warn "nothing was changed, because:"
  for one in "${faults[@]}"; do printf '  - %s\n' "$one" >&2; done
  exit 1
}

# --- the bundle -----------------------------------------------------------------------------------------------

scratch=
leave() { [ -z "$scratch" ] || rm -rf "$scratch"; }

find_bundle() {
  local here
  if [ -n "$from" ]; then
    scratch=$(mktemp -d)
    bundle=$scratch
    fetch_bundle
  fi
  if [ -z "$bundle" ]; then
    here=$(dirname "$(readlink -f "${BASH_SOURCE[0]:-$0}")")
    for bundle in "$here" "$here/target/bundle"; do
      [ ! -f "$bundle/SHA256SUMS" ] || break
    done
  fi
  [ -f "$bundle/SHA256SUMS" ] || die "there is no bundle in $bundle, because it has no file SHA256SUMS. In a checkout, ./dev bundle makes one; else name one with --offline DIR or --from URL."
  bundle=$(cd "$bundle" && pwd)
}

fetch_bundle() {
  local name
  command -v curl >/dev/null || die "--from needs the program curl: apt install curl ca-certificates"
  curl -fsSL --retry 3 --max-time 60 -o "$bundle/SHA256SUMS" "${from%/}/SHA256SUMS" || die "${from%/}/SHA256SUMS could not be fetched; is that the address of a bundle?"
  while read -r _ name; do
    [[ $name =~ ^[A-Za-z0-9._/-]+$ && $name != *..* && $name != /* ]] || die "SHA256SUMS of $from names the file '$name' (expected: a path below it)"
    mkdir -p "$bundle/$(dirname "$name")"
    curl -fsSL --retry 3 --max-time 900 -o "$bundle/$name" "${from%/}/$name" || die "${from%/}/$name could not be fetched"
  done <"$bundle/SHA256SUMS"
}

listed() { awk -v name="$1" '$2 == name || $2 == "*" name { found = 1 } END { exit !found }' "$bundle/SHA256SUMS"; }

bundle_fault=
verified() { # prints the path of a file of the bundle whose checksum is right; else sets bundle_fault
  local wanted is
  bundle_fault="$bundle/$1 is missing, or SHA256SUMS does not name it. Get the bundle anew."
  [ -f "$bundle/$1" ] && listed "$1" || return 1
  wanted=$(awk -v name="$1" '$2 == name || $2 == "*" name { print $1; exit }' "$bundle/SHA256SUMS")
  is=$(sha256sum <"$bundle/$1")
  bundle_fault="$bundle/$1 is not the file that SHA256SUMS names (its sum is ${is%% *}, expected: $wanted). Get the bundle anew."
  [ "${is%% *}" = "$wanted" ] || return 1
  printf '%s\n' "$bundle/$1"
}

readonly PROGRAM_FILES=(backendim.jar backendim train.sh await backup install.sh VERSION)
readonly UNIT_FILES=(backendim.service backendim-backup.service backendim-backup.timer backendim.service.d/local.conf backendim.service.d/delegate.conf)

version_sum() { # of all that makes a version; check_files has compared each file with its line
  sort -k2 "$bundle/SHA256SUMS" | awk '$2 !~ /jre|k3s|cert-manager/' | sha256sum | cut -c1-12
}

# --- Java ---------------------------------------------------------------------------------------------------------

find_java() { # the home of a Java that is new enough, or nothing
  local home version
  for home in "$PROGRAM/jre" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [ ! -x "$home/bin/java" ] || [ ! -r "$home/release" ]; then continue; fi
    # The service can not read home folders.
    case "$home" in /home/* | /root/*) continue ;; esac
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
    if [ "${version:-0}" -ge "$JAVA_WANTED" ]; then
      printf '%s\n' "$home"
      return
    fi
  done
}

java_home=
need_java() {
  java_home=$(find_java)
  if [ -n "$java_home" ]; then
    step "Java: $java_home"
  elif listed jre.tar.gz; then
    step "Java: the bundle's, into $PROGRAM/jre"
    unpack_jre
  else
    step "Java: a package of this machine's distribution, or Temurin's"
    install_java_package
  fi
}

unpack_jre() {
  verified jre.tar.gz >/dev/null || die "$bundle_fault"
  java_home=$PROGRAM/jre
  run rm -rf "$PROGRAM/jre.new"
  run mkdir -p "$PROGRAM/jre.new"
  run tar -xzf "$bundle/jre.tar.gz" -C "$PROGRAM/jre.new" --strip-components=1 --no-same-owner
  if [ "$dry_run" = no ] && [ ! -x "$PROGRAM/jre.new/bin/java" ]; then
    rm -rf "$PROGRAM/jre.new"
    die "jre.tar.gz holds no bin/java below its one folder (expected: an archive as https://adoptium.net has)"
  fi
  run rm -rf "$PROGRAM/jre"
  run mv "$PROGRAM/jre.new" "$PROGRAM/jre"
}

packages_read=no
apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  if [ "$packages_read" = no ]; then
    run apt-get update -qq || return 1
    packages_read=yes
  fi
  run apt-get install -y -qq --no-install-recommends "$@"
}

install_java_package() {
  local codename
  java_home=/usr/lib/jvm/java-$JAVA_WANTED
  if ! apt_install "openjdk-$JAVA_WANTED-jre-headless" 2>/dev/null; then
    codename=$(os_release VERSION_CODENAME)
    step "  no openjdk-$JAVA_WANTED here: adding Adoptium's packages"
    if [ "$dry_run" = no ]; then
      mkdir -p /etc/apt/keyrings
      curl -fsSL --retry 3 --max-time 60 -o /etc/apt/keyrings/adoptium.asc https://packages.adoptium.net/artifactory/api/gpg/key/public \
        || die "no Java $JAVA_WANTED: neither this distribution nor https://packages.adoptium.net has one that can be reached. Put jre.tar.gz into a bundle (install.sh --help, --offline)."
    fi
    put /etc/apt/sources.list.d/adoptium.list 0644 root:root <<TEXT
deb [signed-by=/etc/apt/keyrings/adoptium.asc] https://packages.adoptium.net/artifactory/deb $codename main
TEXT
    packages_read=no
    apt_install "temurin-$JAVA_WANTED-jre" || die "temurin-$JAVA_WANTED-jre could not be installed; what apt says above is why."
  fi
  [ "$dry_run" = yes ] || java_home=$(find_java)
  [ -n "$java_home" ] || die "Java was installed, but no Java $JAVA_WANTED is in /usr/lib/jvm"
}

# --- the program -----------------------------------------------------------------------------------------------------

make_account() {
  if id "$ACCOUNT" >/dev/null 2>&1; then return; fi
  step "user $ACCOUNT"
  run useradd --system --user-group --home-dir "$DATA" --no-create-home --shell /usr/sbin/nologin "$ACCOUNT"
}

make_folders() {
  step "folders $DATA, $BACKUPS, $CONFIG"
  run install -d -m 0700 -o "$ACCOUNT" -g "$ACCOUNT" "$DATA" "$BACKUPS"
  run install -d -m 0755 "$CONFIG" "$PROGRAM" "$PROGRAM/versions"
}

# Each version has a folder of its own, with its caches; which one is in use is one symbolic link, that is replaced in
# one step.
stage_version() { # sets $version to its folder
  local name
  version=$PROGRAM/versions/$(version_sum)
  if [ -f "$version/complete" ] && [ "$dry_run" = no ]; then return; fi
  step "program: $version"
  run rm -rf "$version"
  run install -d -m 0755 "$version"
  for name in "${PROGRAM_FILES[@]}"; do
    run install -m 0755 "$bundle/$name" "$version/$name"
  done
  for name in "${UNIT_FILES[@]}"; do
    run install -D -m 0644 "$bundle/systemd/$name" "$version/systemd/$name"
  done
  run ln -sfn "$java_home" "$version/jre"
  [ "$caches" = no ] || train
  run touch "$version/complete"
}

train() {
  local log
  step "caches for a quick start (half a minute; without them everything works, only slower)"
  if [ "$dry_run" = yes ]; then
    say "  would run: $version/train.sh"
    return
  fi
  log=$(mktemp)
  if ! BACKENDIM_JAVA_HOME=$java_home timeout 300 "$version/train.sh" "$java_home/bin/java" "$version/backendim.jar" >"$log" 2>&1; then
    warn "the caches could not be made; the first lines of why:"
    head -5 "$log" >&2
    rm -f "$version"/*.aot "$version"/*.aot.*
  fi
  rm -f "$log"
}

use_version() { # folder
  run ln -sfn "$1/await" "$PROGRAM/await"
  run ln -sfn "$1/backup" "$PROGRAM/backup"
  run ln -sfn "$1/install.sh" "$PROGRAM/install.sh"
  run ln -sn "$1/backendim" "$COMMAND.new"
  run mv -T "$COMMAND.new" "$COMMAND"
}

version_in_use() { dirname "$(readlink "$COMMAND")"; }

write_config() {
  if [ -e "$CONFIG/backendim.yml" ]; then
    step "configuration: $CONFIG/backendim.yml is there and stays as it is"
    if [ -n "$domain" ] && ! grep -qF "$domain" "$CONFIG/backendim.yml"; then
      warn "--domain $domain is not in $CONFIG/backendim.yml: set apps.domain there and systemctl restart backendim."
    fi
    return
  fi
  step "configuration: $CONFIG/backendim.yml"
  put "$CONFIG/backendim.yml" 0644 root:root < <(configuration)
}

configuration() {
  cat <<TEXT
# Settings of this server; docs/configuration.md has them all. After a change: systemctl restart backendim
data: $DATA
server:
  # Plain HTTP, so it is only for this machine. From another one: ssh -L $API_PORT:127.0.0.1:$API_PORT
  host: 127.0.0.1
  port: $API_PORT
apps:
  domain: ${domain:-localhost}
TEXT
  if [ "$k3s" = yes ]; then
    kubernetes_configuration
  else
    # Without a domain the apps are for this machine alone.
    printf '  host: %s\n  port: %s\norchestrator: local\n' "$([ -n "$domain" ] && echo 0.0.0.0 || echo 127.0.0.1)" "$APPS_PORT"
  fi
}

kubernetes_configuration() {
  printf 'orchestrator: kubernetes\nkubernetes:\n  kubeconfig: %s\n' "$CONFIG/kubeconfig"
  if [ -n "$domain" ] && [ -n "$email" ]; then
    printf '  cluster-issuer: backendim\n'
  fi
}

install_units() {
  local unit
  step "systemd: backendim.service, backendim-backup.timer"
  for unit in backendim.service backendim-backup.service backendim-backup.timer; do
    put_unit "$unit"
  done
  if [ "$k3s" = no ]; then
    put_unit backendim.service.d/local.conf
    if [ "$(systemctl --version | awk 'NR == 1 { print int($2) }')" -ge 254 ]; then
      put_unit backendim.service.d/delegate.conf
    else
      step "  systemd is older than 254: apps are limited one process at a time, not by control groups"
    fi
  fi
  manage daemon-reload
  run systemctl enable --quiet backendim.service backendim-backup.timer
}

put_unit() { run install -D -m 0644 "$version/systemd/$1" "$UNITS/$1"; }

need_sandbox() {
  command -v bwrap >/dev/null && return
  if [ "$offline" = yes ]; then
    warn "bubblewrap is not installed: apps will run without a sandbox. Install the package bubblewrap when you can, then: systemctl restart backendim"
    return
  fi
  step "bubblewrap, which puts each app into a sandbox"
  apt_install bubblewrap || warn "bubblewrap could not be installed; apps will run without a sandbox until it is there."
}

start() {
  if ! systemd_runs; then
    step "systemd does not run here: the server starts with the machine"
    return
  fi
  step "start"
  run systemctl start backendim-backup.timer
  [ "$dry_run" = no ] || return 0
  if ! comes_up; then
    journalctl -u backendim --no-pager -n 20 >&2 || true
    die "the server does not become ready; the lines above say why. When that is mended: systemctl restart backendim"
  fi
}

# --- K3s --------------------------------------------------------------------------------------------------------------

install_k3s() {
  step "K3s: $K3S_CONFIG/registries.yaml, so that the cluster finds the images of this server"
  if [ -e "$K3S_CONFIG/registries.yaml" ] && ! grep -q "127.0.0.1:$API_PORT" "$K3S_CONFIG/registries.yaml"; then
    warn "$K3S_CONFIG/registries.yaml is yours and stays as it is. Add a mirror '127.0.0.1:$API_PORT' with the endpoint http://127.0.0.1:$API_PORT to it."
  else
    put "$K3S_CONFIG/registries.yaml" 0600 root:root <<TEXT
mirrors:
  "127.0.0.1:$API_PORT":
    endpoint:
      - "http://127.0.0.1:$API_PORT"
TEXT
  fi
  if [ ! -e "$K3S_CONFIG/config.yaml" ]; then
    put "$K3S_CONFIG/config.yaml" 0600 root:root <<TEXT
write-kubeconfig-mode: "0600"
secrets-encryption: true
TEXT
  fi
  if command -v k3s >/dev/null; then
    step "K3s is installed already"
  else
    run_k3s_installer
    run touch "$PROGRAM/installed-k3s"
  fi
  install_certificates
  # The service's user can not read K3s' own file, which is root's.
  if [ "$dry_run" = no ] && [ ! -s "$K3S_CONFIG/k3s.yaml" ]; then
    await_file "$K3S_CONFIG/k3s.yaml"
  fi
  run install -m 0640 -o root -g "$ACCOUNT" "$K3S_CONFIG/k3s.yaml" "$CONFIG/kubeconfig"
  systemd_runs || return 0
  run k3s kubectl wait --for=condition=Ready node --all --timeout=180s
}

run_k3s_installer() {
  if [ "$offline" = yes ]; then
    step "K3s $K3S_VERSION from $bundle"
    run install -m 0755 "$(verified k3s)" /usr/local/bin/k3s
    run install -D -m 0644 "$(verified k3s-airgap-images.tar.zst)" /var/lib/rancher/k3s/agent/images/k3s-airgap-images.tar.zst
    run env INSTALL_K3S_SKIP_DOWNLOAD=true sh "$(verified k3s-install.sh)"
    return
  fi
  step "K3s $K3S_VERSION from https://get.k3s.io"
  [ "$dry_run" = yes ] || curl -fsSL --retry 3 --max-time 60 -o "$PROGRAM/k3s-install.sh" https://get.k3s.io \
    || die "https://get.k3s.io could not be reached. Without a network: --offline DIR; without Kubernetes: --no-k3s."
  run env INSTALL_K3S_VERSION="$K3S_VERSION" sh "$PROGRAM/k3s-install.sh"
}

await_file() {
  local _
  for _ in $(seq 120); do
    [ ! -s "$1" ] || return 0
    sleep 1
  done
  die "K3s did not write $1 within two minutes: journalctl -u k3s says why."
}

install_certificates() {
  if [ -z "$domain" ] || [ -z "$email" ]; then
    step "certificates: none, because --domain and --email were not both given"
    return
  fi
  step "certificates: cert-manager $CERT_MANAGER_VERSION and an issuer for Let's Encrypt"
  if listed cert-manager.yaml; then
    verified cert-manager.yaml >/dev/null || die "$bundle_fault"
    run install -D -m 0600 "$bundle/cert-manager.yaml" "$K3S_MANIFESTS/cert-manager.yaml"
  elif [ "$offline" = yes ]; then
    warn "$bundle has no cert-manager.yaml: apps will have no certificates until it is in $K3S_MANIFESTS."
  else
    run mkdir -p "$K3S_MANIFESTS"
    run curl -fsSL --retry 3 --max-time 120 -o "$K3S_MANIFESTS/cert-manager.yaml" \
      "https://github.com/cert-manager/cert-manager/releases/download/$CERT_MANAGER_VERSION/cert-manager.yaml"
  fi
  put "$K3S_MANIFESTS/backendim-issuer.yaml" 0600 root:root <<TEXT
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata:
  name: backendim
  labels:
    app.kubernetes.io/managed-by: backendim
spec:
  acme:
    server: https://acme-v02.api.letsencrypt.org/directory
    email: $email
    privateKeySecretRef:
      name: backendim-issuer
    solvers:
      - http01:
          ingress:
            ingressClassName: traefik
            serviceType: ClusterIP
TEXT
}

# --- what a person needs to know ------------------------------------------------------------------------------------------

firewall_hints() {
  local ports=()
  if [ "$k3s" = yes ]; then
    ports=(80 443)
  elif [ -n "$domain" ]; then
    ports=("$APPS_PORT")
  fi
  [ "${#ports[@]}" -gt 0 ] || return 0
  say "Firewall: open ${ports[*]} (TCP) to the world and nothing else of ours; as in"
  if command -v ufw >/dev/null; then
    say "    ufw allow OpenSSH && ufw allow proto tcp to any port $(IFS=,; echo "${ports[*]}") && ufw enable"
  else
    say "    nft add rule inet filter input tcp dport '{ $(IFS=,; echo "${ports[*]}") }' accept"
  fi
  [ "$k3s" = no ] || say "  6443 and 10250 are the cluster's own: open them to your other nodes only."
}

farewell() {
  local apps
  apps="http://{app}.localhost:$APPS_PORT"
  if [ -n "$domain" ]; then
    apps="http://{app}.$domain:$APPS_PORT"
    [ "$k3s" = no ] || apps="https://{app}.$domain"
  elif [ "$k3s" = yes ]; then
    apps="http://{app}.localhost"
  fi
  say
  say "Backend.im: http://127.0.0.1:$API_PORT (from another machine: ssh -L $API_PORT:127.0.0.1:$API_PORT root@$(hostname))"
  say "Apps:       $apps"
  say "Sign in:    backendim login --server http://127.0.0.1:$API_PORT --key-file $DATA/admin.key"
  say "            That file is the first key; on another machine, copy it there or give it with --stdin."
  say "Logs:       journalctl -u backendim"
  firewall_hints
}

# --- words ------------------------------------------------------------------------------------------------------------------

version=
install_all() {
  find_bundle
  check_system
  check_ports
  check_files
  refuse_faults
  if installed && [ "$(version_in_use)" != "$PROGRAM/versions/$(version_sum)" ] && [ "$dry_run" = no ]; then
    die "another version is installed ($(version_in_use)): run install.sh --upgrade."
  fi
  make_account
  make_folders
  need_java
  [ "$k3s" = yes ] || need_sandbox
  stage_version
  use_version "$version"
  [ "$k3s" = no ] || install_k3s
  write_config
  install_units
  start
  farewell
}

upgrade() {
  local old keep
  find_bundle
  installed || die "nothing is installed; run install.sh without --upgrade."
  [ ! -e "$UNITS/backendim.service.d/local.conf" ] || k3s=no
  check_system
  check_files
  old=$(version_in_use)
  refuse_faults
  [ "$old" != "$PROGRAM/versions/$(version_sum)" ] || { say "This version is in use already: $old"; return; }
  need_java
  stage_version
  keep="$BACKUPS/before-$(basename "$version")-$(date -u +%Y%m%dT%H%M%SZ)"
  require_room
  step "stop (apps go on running)"
  manage stop backendim.service
  step "backup of the server's own data: $keep"
  if ! copy_data "$DATA" "$keep"; then
    manage start backendim.service
    die "the backup failed, so nothing was changed; the server runs as before."
  fi
  use_version "$version"
  install_units
  step "start, and wait until it is ready"
  if [ "$dry_run" = no ] && systemd_runs; then
    comes_up || roll_back "$old"
  fi
  remove_other_versions "$old"
  say "Upgraded. The data as they were before: $keep (remove it when you are content)."
}

comes_up() { systemctl start backendim.service && "$PROGRAM/await" readyz 120; }

require_room() {
  local name needed room
  needed=0
  for name in "${SERVER_DATA[@]}"; do
    [ ! -e "$DATA/$name" ] || needed=$((needed + $(du -sm "$DATA/$name" | cut -f1)))
  done
  room=$(df --output=avail -BM "$BACKUPS" | awk 'NR == 2 { print int($1) }')
  [ "$((needed + 512))" -le "$room" ] || die "the backup before the upgrade needs $((needed + 512)) MiB in $BACKUPS, which has $room MiB free. Free some, or mount a larger disk there. Nothing was changed."
}

copy_data() { # from, to
  local name
  run install -d -m 0700 "$2" || return 1
  for name in "${SERVER_DATA[@]}"; do
    [ ! -e "$1/$name" ] || run cp -a --reflink=auto "$1/$name" "$2/$name" || return 1
  done
}

# The database is migrated forward at a start, and an older jar refuses newer data: so both go back, or none.
roll_back() { # folder of the version before
  local name
  warn "the new version did not become ready; what it said:"
  journalctl -u backendim --no-pager -n 20 >&2 || true
  systemctl stop backendim.service || true
  for name in "${SERVER_DATA[@]}"; do
    [ -e "$keep/$name" ] || continue
    rm -rf "${DATA:?}/$name.back"
    cp -a --reflink=auto "$keep/$name" "$DATA/$name.back"
    rm -rf "${DATA:?}/$name"
    mv "$DATA/$name.back" "$DATA/$name"
  done
  version=$1
  use_version "$version"
  install_units
  comes_up || die "went back to $1, but that is not ready either: journalctl -u backendim says why. The data before: $keep"
  die "went back to $1, which serves. The data are those from before the upgrade."
}

remove_other_versions() { # the one before stays, for a way back by hand
  local folder
  for folder in "$PROGRAM"/versions/*; do
    [ "$folder" = "$version" ] || [ "$folder" = "$1" ] || run rm -rf "$folder"
  done
}

uninstall() {
  local k3s_is_ours=no
  [ "$(id -u)" = 0 ] || die "this needs root: run it with sudo, or as root."
  [ "$purge" = no ] || confirm_purge
  [ ! -e "$PROGRAM/installed-k3s" ] || k3s_is_ours=yes
  step "stop the server and its apps"
  if systemd_runs && [ -e "$UNITS/backendim.service" ]; then
    run systemctl disable --quiet --now backendim-backup.timer backendim.service || true
    # Apps of this machine outlive a stop; now they shall not.
    run end_programs_of_account
  elif [ -e "$UNITS/backendim.service" ]; then
    run systemctl disable --quiet backendim-backup.timer backendim.service
  fi
  step "remove the program, its command and its units"
  run rm -f "$COMMAND" "$COMMAND.new" "$UNITS/backendim.service" "$UNITS/backendim-backup.service" "$UNITS/backendim-backup.timer"
  run rm -rf "$UNITS/backendim.service.d" "$PROGRAM"
  manage daemon-reload
  if [ "$purge" = yes ]; then
    purge_data "$k3s_is_ours"
    return
  fi
  say "What stays: $DATA (data), $BACKUPS (backups), $CONFIG (configuration), and the user $ACCOUNT, who owns them."
  say "To remove these too: install.sh --uninstall --purge"
  [ "$k3s_is_ours" = no ] || say "K3s stays too, with the apps that run on it and their data: /usr/local/bin/k3s-uninstall.sh removes all of it."
}

end_programs_of_account() {
  local signal uid folder
  uid=$(id -u "$ACCOUNT" 2>/dev/null) || return 0
  for signal in TERM KILL; do
    for folder in /proc/[0-9]*; do
      if [ "$(stat -c %u "$folder" 2>/dev/null)" = "$uid" ]; then
        kill -s "$signal" "${folder#/proc/}" 2>/dev/null || true
      fi
    done
    [ "$signal" = KILL ] || sleep 3
  done
}

confirm_purge() {
  local machine
  machine=$(hostname)
  [ "$dry_run" = no ] || return 0
  if [ -z "$confirmed" ] && [ -t 0 ]; then
    say "This deletes $DATA with all projects, secrets and volumes, $BACKUPS with all backups, and $CONFIG."
    read -r -p "Type the name of this machine ($machine) to go on: " confirmed
  fi
  [ "$confirmed" = "$machine" ] || die "not confirmed: --purge deletes all data and backups, so it needs --confirm $machine. Nothing was changed."
}

purge_data() {
  step "delete $DATA, $BACKUPS, $CONFIG and the user $ACCOUNT"
  run rm -rf "$DATA" "$BACKUPS" "$CONFIG"
  if id "$ACCOUNT" >/dev/null 2>&1; then
    run userdel "$ACCOUNT"
  fi
  [ "$1" = no ] || [ ! -x /usr/local/bin/k3s-uninstall.sh ] || run /usr/local/bin/k3s-uninstall.sh
  say "Nothing of Backend.im is left on this machine."
}

main() {
  read_arguments "$@"
  trap leave EXIT
  case "$action" in
    install) install_all ;;
    upgrade) upgrade ;;
    uninstall) uninstall ;;
    version) cat "$(dirname "$(readlink -f "${BASH_SOURCE[0]:-$0}")")/VERSION" 2>/dev/null || say "development" ;;
  esac
}

# Below main, so that a script that was cut off while it came through a pipe does nothing.
main "$@"
