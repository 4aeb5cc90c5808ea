# shellcheck shell=bash disable=SC2030,SC2031,SC2034,SC2153 # read by node.sh
# A second node in a network namespace of this host, and the enforcement of NetworkPolicies on both. As on K3s, an overlay
# network (VXLAN, as flannel has it) leads from node to node, so that what this host sends to a pod of the second node comes
# from the first address of its own pods' network; and addresses outside the cluster are in a namespace too.

SECOND=backendim-second
OUTSIDE=backendim-outside
TWO=$STATE/second
FIRST_ADDRESS=10.44.0.1
SECOND_ADDRESS=10.44.0.2
OUTSIDE_ADDRESSES=(198.51.100.10 169.254.169.254 172.30.255.10) # as of the internet, a provider's metadata, a private network

inside() { # namespace, command...; with the mounts of this host, which kubelet and containerd need
  local namespace=$1
  shift
  nsenter --net="/run/netns/$namespace" "$@"
}

start_second() { # name, command...
  local name=$1
  shift
  STATE=$TWO start "$name" nsenter --net="/run/netns/$SECOND" "$@"
}

join() { # namespace, link of this host, address of this host, address there
  ip netns add "$1"
  ip link add "$2" type veth peer name eth0 netns "$1"
  ip addr add "$3/24" dev "$2"
  ip link set "$2" up
  ip -n "$1" addr add "$4/24" dev eth0
  ip -n "$1" link set lo up
  ip -n "$1" link set eth0 up
  ip -n "$1" route add default via "$3"
}

overlay() {
  ip link add flannel.1 type vxlan id 1 local "$FIRST_ADDRESS" remote "$SECOND_ADDRESS" dstport 8472 dev bim0
  ip addr add 10.42.0.0/32 dev flannel.1
  ip link set flannel.1 up
  ip route add 10.42.1.0/24 via 10.42.1.0 dev flannel.1 onlink
  ip -n "$SECOND" link add flannel.1 type vxlan id 1 local "$SECOND_ADDRESS" remote "$FIRST_ADDRESS" dstport 8472 dev eth0
  ip -n "$SECOND" addr add 10.42.1.0/32 dev flannel.1
  ip -n "$SECOND" link set flannel.1 up
  ip -n "$SECOND" route add 10.42.0.0/24 via 10.42.0.0 dev flannel.1 onlink
  # From pod to pod nobody's address is changed: policies look at it.
  local between=(-s 10.42.0.0/16 -d 10.42.0.0/16 -m mark ! --mark 0x4000/0x4000 -j ACCEPT)
  iptables -t nat -I POSTROUTING 1 "${between[@]}"
  inside "$SECOND" iptables -t nat -I POSTROUTING 1 "${between[@]}"
  inside "$SECOND" iptables -t nat -A POSTROUTING -s 10.42.1.0/24 ! -d 10.42.0.0/16 -j MASQUERADE
  iptables -t nat -A POSTROUTING -s 10.44.0.0/24 ! -d 10.42.0.0/15 -j MASQUERADE
}

second_settings() { # port of the registry whose images are named 127.0.0.1:PORT
  mkdir -p "$TWO/cni" "$TWO/certs.d/127.0.0.1:$1"
  cat >"$TWO/cni/10-pods.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$TWO/ipam", "ranges": [[{"subnet": "10.42.1.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
JSON
  printf 'server = "http://%s:%s"\n[host."http://%s:%s"]\n  capabilities = ["pull", "resolve"]\n' \
    "$FIRST_ADDRESS" "$1" "$FIRST_ADDRESS" "$1" >"$TWO/certs.d/127.0.0.1:$1/hosts.toml"
  sed -e "s#$STATE/containerd#$TWO/containerd#; s#$STATE/cni#$TWO/cni#" "$STATE/containerd.toml" >"$TWO/containerd.toml"
  printf '  [plugins."io.containerd.grpc.v1.cri".registry]\n    config_path = "%s"\n' "$TWO/certs.d" >>"$TWO/containerd.toml"
  sed -e "s#^address: .*#address: $SECOND_ADDRESS#; s#unix://.*#unix://$TWO/containerd.sock#" \
    -e "s#^podLogsDir: .*#podLogsDir: $TWO/pod-logs#" "$STATE/kubelet.yaml" >"$TWO/kubelet.yaml"
  # The first kubelet takes the pods' groups for its own, and would end what it does not know.
  printf 'cgroupsPerQOS: false\nenforceNodeAllocatable: []\n' >>"$TWO/kubelet.yaml"
}

second() { # port of the server's registry
  [ -f "$STATE/kubelet.pid" ] || die "there is no node (start it: node.sh up)"
  [ ! -d "$TWO" ] || die "there is a second node already"
  addon policies ./policies
  second_settings "$1"
  join "$SECOND" bim0 "$FIRST_ADDRESS" "$SECOND_ADDRESS"
  inside "$SECOND" sysctl -qw net.ipv4.ip_forward=1
  overlay
  start_second containerd containerd --config "$TWO/containerd.toml"
  await "the second containerd" ctr -a "$TWO/containerd.sock" version
  (
    STATE=$TWO CONTAINERD=$TWO/containerd.sock
    image pause
    [ ! -x "$PROGRAMS/acmesolver" ] || image acmesolver # which runs beside an app
  )
  start_second kubelet "$PROGRAMS/kubelet" --config="$TWO/kubelet.yaml" --kubeconfig="$KUBECONFIG_FILE" \
    --root-dir="$TWO/kubelet" --cert-dir="$TWO/kubelet-cert" --hostname-override=second --node-ip="$SECOND_ADDRESS"
  start_second proxy "$PROGRAMS/kube-proxy" --kubeconfig="$KUBECONFIG_FILE" --hostname-override=second \
    --proxy-mode=iptables --cluster-cidr=10.42.0.0/16 --bind-address="$SECOND_ADDRESS" --conntrack-max-per-core=0
  await "the second node" kubectl wait --for=condition=Ready node/second --timeout=1s
  join "$OUTSIDE" bim1 10.44.1.1 10.44.1.2
  local address
  for address in "${OUTSIDE_ADDRESSES[@]}"; do
    ip -n "$OUTSIDE" addr add "$address/32" dev lo
    ip route add "$address/32" via 10.44.1.2
  done
  mkdir -p "$STATE/outside"
  start outside nsenter --net="/run/netns/$OUTSIDE" python3 -m http.server 80 --directory "$STATE/outside"
  start policies "$PROGRAMS/policies" -kubeconfig "$KUBECONFIG_FILE" -node node
  start_second policies "$PROGRAMS/policies" -kubeconfig "$KUBECONFIG_FILE" -node second
  say "a second node is ready on $SECOND_ADDRESS, and NetworkPolicies are enforced on both"
}

second_down() {
  local part container
  [ -d "$TWO" ] || return 0
  for part in policies outside; do stop "$part"; done
  for part in policies proxy kubelet; do STATE=$TWO stop "$part"; done
  for container in $(ctr -a "$TWO/containerd.sock" -n k8s.io tasks ls -q 2>/dev/null); do
    ctr -a "$TWO/containerd.sock" -n k8s.io tasks rm -f "$container" >/dev/null 2>&1 || true
  done
  STATE=$TWO stop containerd
  ip link delete flannel.1 2>/dev/null || true
  ip netns delete "$SECOND" 2>/dev/null || true # and with it the other end of its link
  ip netns delete "$OUTSIDE" 2>/dev/null || true
  iptables-save | grep -vE -- 'POLIC(Y|IES)|10\.44\.0\.0/24|-s 10\.42\.0\.0/16 -d 10\.42\.0\.0/16' | iptables-restore
}
