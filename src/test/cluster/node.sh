#!/usr/bin/env bash
# A real Kubernetes of one node for the tests, without Docker and without a release to download: the programs are built
# from their Go modules, pinned by go.sum; etcd, containerd and the CNI plugins are Debian's.
#
# node.sh up            builds what is missing (first time: some ten minutes), starts the node and its DNS, prints its
#                       kubeconfig's path
# node.sh certificates  adds what install.sh adds to K3s: an ingress controller (Traefik, at 10.43.0.80), cert-manager's
#                       controllers and a ClusterIssuer `backendim`, whose authority is Pebble (first time: twenty minutes)
# node.sh second PORT   adds a second node, which pulls 127.0.0.1:PORT/... from this one, and enforces NetworkPolicies on both
# node.sh down          stops the node and removes its pods; the programs stay
#
# Who asked the API server for what is in node/audit.log beside the kubeconfig.
# The node is this host: a pod's address and a service's answer here, and images are pulled from 127.0.0.1 over HTTP.
# Not there: a storage class.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

KUBERNETES=$(sed -n 's/.*k8s.io\/kubernetes v/v/p' go.mod)
HOME_FOLDER=${BACKENDIM_CLUSTER:-${XDG_CACHE_HOME:-$HOME/.cache}/backendim-cluster}
PROGRAMS=$HOME_FOLDER/bin/$KUBERNETES
STATE=$HOME_FOLDER/node
KUBECONFIG_FILE=$HOME_FOLDER/kubeconfig
CONTAINERD=$STATE/containerd.sock
PARTS=(names authority certificates etcd apiserver controller-manager scheduler containerd kubelet proxy)
TRAEFIK=v3.5.4
INGRESS=10.43.0.80
NAMES=127.0.0.1:8053

say() { printf 'node: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

require() {
  [ "$(id -u)" = 0 ] || die "a node needs root (it makes network namespaces, mounts and cgroups)"
  local program missing=()
  for program in go openssl curl ip iptables etcd containerd containerd-shim-runc-v2 runc ctr; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  [ -x /usr/lib/cni/bridge ] || missing+=("/usr/lib/cni/bridge")
  [ "${#missing[@]}" = 0 ] || die "missing: ${missing[*]}
     (apt install golang-go etcd-server containerd runc containernetworking-plugins iptables conntrack iproute2; Go of go.mod or later)"
}

build() {
  mkdir -p "$PROGRAMS"
  local program
  for program in kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubectl; do
    [ -x "$PROGRAMS/$program" ] && continue
    say "building $program $KUBERNETES"
    CGO_ENABLED=0 go build -mod=readonly -ldflags "-s -w
      -X k8s.io/component-base/version.gitVersion=$KUBERNETES
      -X k8s.io/component-base/version.gitMajor=1
      -X k8s.io/component-base/version.gitMinor=$(cut -d. -f2 <<<"$KUBERNETES")" \
      -o "$PROGRAMS/$program.new" "k8s.io/kubernetes/cmd/$program"
    mv "$PROGRAMS/$program.new" "$PROGRAMS/$program"
  done
  [ -x "$PROGRAMS/pause" ] || CGO_ENABLED=0 go build -ldflags '-s -w' -o "$PROGRAMS/pause" ./pause
  addon coredns github.com/coredns/coredns
}

addon() { # program, package: built from the module in addons
  [ -x "$PROGRAMS/$1" ] && return
  say "building $1"
  CGO_ENABLED=0 go build -C addons -mod=readonly -ldflags '-s -w' -o "$PROGRAMS/$1.new" "$2"
  mv "$PROGRAMS/$1.new" "$PROGRAMS/$1"
}

# Its own go.mod says which forks of libraries it needs, so it can not be a part of ours.
build_traefik() {
  local source copy
  [ -x "$PROGRAMS/traefik" ] && return
  say "building traefik $TRAEFIK"
  source=$(cd / && go mod download -json "github.com/traefik/traefik/v3@$TRAEFIK" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  copy=$(mktemp -d "$HOME_FOLDER/traefik.XXXXXX")
  cp -r --no-preserve=mode "$source/." "$copy"
  mkdir -p "$copy/webui/static"
  touch "$copy/webui/static/none" # the pages of its dashboard are not in the module
  CGO_ENABLED=0 go build -C "$copy" -mod=mod -ldflags '-s -w' -o "$PROGRAMS/traefik" ./cmd/traefik
  rm -rf "$copy"
}

start() { # name, command...
  local name=$1
  shift
  setsid nohup "$@" >"$STATE/$name.log" 2>&1 </dev/null &
  echo $! >"$STATE/$name.pid"
}

await() { # what, command...
  local what=$1
  shift
  for _ in $(seq 240); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.5
  done
  die "$what did not come up; see $STATE/*.log"
}

kubectl() { "$PROGRAMS/kubectl" --kubeconfig "$KUBECONFIG_FILE" "$@"; }

control_plane() { # the node's address
  local token
  openssl genrsa -out "$STATE/accounts.key" 2048 2>/dev/null
  openssl rsa -in "$STATE/accounts.key" -pubout -out "$STATE/accounts.pub" 2>/dev/null
  token=$(openssl rand -hex 16)
  (umask 077 && printf '%s,admin,admin,"system:masters"\n' "$token" >"$STATE/tokens.csv")
  start etcd etcd --data-dir "$STATE/etcd" --unsafe-no-fsync \
    --listen-client-urls http://127.0.0.1:23790 --advertise-client-urls http://127.0.0.1:23790 \
    --listen-peer-urls http://127.0.0.1:23800
  await etcd curl -sf http://127.0.0.1:23790/health
  cat >"$STATE/audit.json" <<'JSON'
{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"], "rules": [{"level": "Metadata"}]}
JSON
  start apiserver "$PROGRAMS/kube-apiserver" --etcd-servers=http://127.0.0.1:23790 \
    --secure-port=6443 --bind-address="$1" --advertise-address="$1" --cert-dir="$STATE/apiserver" \
    --service-cluster-ip-range=10.43.0.0/16 --authorization-mode=Node,RBAC --token-auth-file="$STATE/tokens.csv" \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$STATE/accounts.pub" \
    --service-account-signing-key-file="$STATE/accounts.key" --kubelet-preferred-address-types=InternalIP \
    --audit-policy-file="$STATE/audit.json" --audit-log-path="$STATE/audit.log" --audit-log-maxsize=500 --allow-privileged
  await "the API server" curl -sfk -H "Authorization: Bearer $token" "https://$1:6443/readyz"
  (
    umask 077
    cat >"$KUBECONFIG_FILE" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: node, cluster: {server: "https://$1:6443", certificate-authority-data: $(base64 -w0 "$STATE/apiserver/apiserver.crt")}}]
users: [{name: admin, user: {token: "$token"}}]
contexts: [{name: node, context: {cluster: node, user: admin}}]
current-context: node
YAML
  )
  start controller-manager "$PROGRAMS/kube-controller-manager" --kubeconfig="$KUBECONFIG_FILE" --leader-elect=false \
    --bind-address=127.0.0.1 --root-ca-file="$STATE/apiserver/apiserver.crt" \
    --service-account-private-key-file="$STATE/accounts.key" --cluster-cidr=10.42.0.0/16 --allocate-node-cidrs
  start scheduler "$PROGRAMS/kube-scheduler" --kubeconfig="$KUBECONFIG_FILE" --leader-elect=false --bind-address=127.0.0.1
}

image() { # name: an archive that containerd imports, one layer with one program
  local folder program=$1
  folder=$(mktemp -d "$STATE/$program.XXXXXX")
  tar -C "$PROGRAMS" --owner=0 --group=0 -cf "$folder/layer.tar" "$program"
  printf '{"architecture":"%s","os":"linux","config":{"Entrypoint":["/%s"],"User":"65535:65535"},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
    "$(go env GOARCH)" "$program" "$(sha256sum "$folder/layer.tar" | cut -d' ' -f1)" >"$folder/config.json"
  printf '[{"Config":"config.json","RepoTags":["localhost/%s:1"],"Layers":["layer.tar"]}]' "$program" >"$folder/manifest.json"
  tar -C "$folder" -cf "$folder/image.tar" config.json layer.tar manifest.json
  ctr -a "$CONTAINERD" -n k8s.io images import --base-name "localhost/$program" "$folder/image.tar" >/dev/null
  rm -r "$folder"
}

worker() { # the node's address
  sysctl -qw net.ipv4.ip_forward=1
  mkdir -p "$STATE/cni"
  cat >"$STATE/cni/10-pods.conflist" <<'JSON'
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.42.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
JSON
  cat >"$STATE/containerd.toml" <<TOML
version = 2
root = "$STATE/containerd"
state = "$STATE/containerd-state"
[grpc]
  address = "$CONTAINERD"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$STATE/cni"
TOML
  start containerd containerd --config "$STATE/containerd.toml"
  await containerd ctr -a "$CONTAINERD" version
  image pause
  # The kubelet listens on this host's own address and lets in whoever asks: a node for tests, never for others.
  cat >"$STATE/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $1
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
cgroupDriver: cgroupfs
clusterDNS: [10.43.0.10]
clusterDomain: cluster.local
failSwapOn: false
failCgroupV1: false
containerRuntimeEndpoint: unix://$CONTAINERD
podLogsDir: $STATE/pod-logs
evictionHard: {nodefs.available: "1%", imagefs.available: "1%", memory.available: "100Mi"}
imageGCHighThresholdPercent: 99
maxPods: 250
serializeImagePulls: false
YAML
  start kubelet "$PROGRAMS/kubelet" --config="$STATE/kubelet.yaml" --kubeconfig="$KUBECONFIG_FILE" \
    --root-dir="$STATE/kubelet" --cert-dir="$STATE/kubelet-cert" --hostname-override=node --node-ip="$1"
  start proxy "$PROGRAMS/kube-proxy" --kubeconfig="$KUBECONFIG_FILE" --hostname-override=node --proxy-mode=iptables \
    --cluster-cidr=10.42.0.0/16 --bind-address="$1" --conntrack-max-per-core=0
  await "the node" kubectl wait --for=condition=Ready node/node --timeout=1s
}

up() {
  require
  [ ! -f "$STATE/kubelet.pid" ] || die "there is a node in $STATE (stop it: node.sh down)"
  build
  mkdir -p "$STATE"
  local address
  address=$(ip -4 -o addr show scope global | awk '{print $4; exit}' | cut -d/ -f1)
  [ -n "$address" ] || die "this host has no address but loopback"
  control_plane "$address"
  worker "$address"
  image coredns
  kubectl apply -f addons/coredns.yaml >/dev/null
  await "the cluster's DNS" kubectl -n kube-system rollout status deployment/coredns --timeout=1s
  say "Kubernetes $KUBERNETES is ready on $address"
  printf '%s\n' "$KUBECONFIG_FILE"
}

certificates() {
  [ -f "$STATE/kubelet.pid" ] || die "there is no node (start it: node.sh up)"
  [ ! -f "$STATE/authority.pid" ] || die "certificates are there already"
  build_traefik
  addon acmesolver ./acmesolver
  addon cert-manager ./controller
  addon pebble github.com/letsencrypt/pebble/v2/cmd/pebble
  addon names github.com/letsencrypt/pebble/v2/cmd/pebble-challtestsrv
  image traefik
  image acmesolver
  kubectl apply -f addons/traefik.yaml >/dev/null
  kubectl apply --server-side -f "$(go list -C addons -m -f '{{.Dir}}' github.com/cert-manager/cert-manager)/deploy/crds" >/dev/null
  kubectl create namespace cert-manager >/dev/null
  # Every name is the controller's address, for the authority and for cert-manager's own look before it; but one has none.
  start names "$PROGRAMS/names" -defaultIPv4 "$INGRESS" -defaultIPv6= -dnsserver "$NAMES" -management 127.0.0.1:8055 \
    -http01= -https01= -tlsalpn01= -doh=
  await "the test's DNS" curl -sf -d '{"host": "nowhere.test."}' http://127.0.0.1:8055/set-servfail
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$STATE/authority.key" -out "$STATE/authority.crt" -days 30 \
    -subj /CN=authority -addext subjectAltName=IP:127.0.0.1 2>/dev/null
  cat >"$STATE/authority.json" <<JSON
{"pebble": {"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000",
  "certificate": "$STATE/authority.crt", "privateKey": "$STATE/authority.key", "httpPort": 80, "tlsPort": 443}}
JSON
  PEBBLE_VA_NOSLEEP=1 start authority "$PROGRAMS/pebble" -config "$STATE/authority.json" -dnsserver "$NAMES"
  start certificates "$PROGRAMS/cert-manager" -kubeconfig "$KUBECONFIG_FILE" \
    -acme-http01-solver-nameservers "$NAMES" -acme-http01-solver-image localhost/acmesolver:1
  # As install.sh writes it, but for the authority.
  kubectl apply -f - >/dev/null <<YAML
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: backendim}
spec:
  acme:
    server: https://127.0.0.1:14000/dir
    caBundle: $(base64 -w0 "$STATE/authority.crt")
    email: you@example.com
    privateKeySecretRef: {name: backendim-issuer}
    solvers: [{http01: {ingress: {ingressClassName: traefik, serviceType: ClusterIP}}}]
YAML
  await "the issuer" kubectl wait --for=condition=Ready clusterissuer/backendim --timeout=1s
  await "the ingress controller" kubectl -n kube-system rollout status deployment/traefik --timeout=1s
  say "an ingress controller answers at $INGRESS, and Ingresses of the issuer backendim get certificates"
}

stop() { # name: ends what up started, and waits for it
  local pid
  [ -f "$STATE/$1.pid" ] || return 0
  pid=$(cat "$STATE/$1.pid")
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 40); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.25
  done
  kill -9 "$pid" 2>/dev/null || true # an API server waits a minute for watches that nobody ends
  rm -f "$STATE/$1.pid"
}

forget_rules() { # iptables or ip6tables: kube-proxy, kubelet and the network plugin leave theirs
  "$1-save" 2>/dev/null | grep -vE '(KUBE|CNI)-' | "$1-restore" 2>/dev/null || true
}

down() {
  [ -d "$STATE" ] || return 0
  second_down
  if [ -f "$KUBECONFIG_FILE" ]; then
    stop proxy
    stop kubelet
  fi
  local container
  if [ -S "$CONTAINERD" ]; then
    for container in $(ctr -a "$CONTAINERD" -n k8s.io tasks ls -q 2>/dev/null); do
      ctr -a "$CONTAINERD" -n k8s.io tasks rm -f "$container" >/dev/null 2>&1 || true
    done
  fi
  local part
  for part in "${PARTS[@]}"; do stop "$part"; done
  awk -v state="$STATE/" 'index($2, state) == 1 {print $2}' /proc/mounts | sort -r | xargs -r -n 1 umount -l
  ip link delete cni0 2>/dev/null || true
  forget_rules iptables
  forget_rules ip6tables
  rm -rf "$STATE" "$KUBECONFIG_FILE"
  say "stopped"
}

# shellcheck source=second.sh
. ./second.sh

case "${1:-}" in
  up) up ;;
  certificates) certificates ;;
  second) second "${2:-8080}" ;;
  down) down ;;
  *) die "say up, certificates, second or down" ;;
esac
