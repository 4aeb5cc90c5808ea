// Enforces the NetworkPolicies of one node's pods by iptables, as the network plugin of K3s does: what comes from the pod's
// own node is let in, everything else is what the policies say. For the tests: all rules are made anew each second.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	core "k8s.io/api/core/v1"
	net "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// What the cluster holds just now.
type sight struct {
	pods       []core.Pod
	namespaces map[string]labels.Set
	policies   []net.NetworkPolicy
}

func look(ctx context.Context, client kubernetes.Interface) (sight, error) {
	pods, err := client.CoreV1().Pods("").List(ctx, meta.ListOptions{})
	if err != nil {
		return sight{}, err
	}
	namespaces, err := client.CoreV1().Namespaces().List(ctx, meta.ListOptions{})
	if err != nil {
		return sight{}, err
	}
	policies, err := client.NetworkingV1().NetworkPolicies("").List(ctx, meta.ListOptions{})
	if err != nil {
		return sight{}, err
	}
	seen := sight{namespaces: map[string]labels.Set{}, policies: policies.Items}
	for _, namespace := range namespaces.Items {
		seen.namespaces[namespace.Name] = namespace.Labels
	}
	for _, pod := range pods.Items {
		if pod.Status.PodIP != "" && !pod.Spec.HostNetwork && pod.Status.Phase == core.PodRunning {
			seen.pods = append(seen.pods, pod)
		}
	}
	return seen, nil
}

func selects(selector *meta.LabelSelector, set map[string]string) bool {
	wanted, err := meta.LabelSelectorAsSelector(selector)
	return err == nil && wanted.Matches(labels.Set(set))
}

// Matches of iptables for a peer; flag is -s or -d, for where the peer is. More than one is any of them.
func (seen sight) matches(peer net.NetworkPolicyPeer, namespace, flag string) []string {
	if peer.IPBlock != nil {
		return nil // done by block, which has exceptions
	}
	var found []string
	for _, pod := range seen.pods {
		there := pod.Namespace == namespace
		if peer.NamespaceSelector != nil {
			there = selects(peer.NamespaceSelector, seen.namespaces[pod.Namespace])
		}
		if there && (peer.PodSelector == nil || selects(peer.PodSelector, pod.Labels)) {
			found = append(found, flag+" "+pod.Status.PodIP+"/32")
		}
	}
	return found
}

func ports(all []net.NetworkPolicyPort) []string {
	if len(all) == 0 {
		return []string{""}
	}
	var found []string
	for _, port := range all {
		protocol := strings.ToLower(string(*port.Protocol))
		found = append(found, fmt.Sprintf("-p %s -m %s --dport %d", protocol, protocol, port.Port.IntValue()))
	}
	return found
}

// Rules of one direction for one pod: a packet that none of them lets pass is refused.
func (seen sight) chain(name, namespace, flag string, peers [][]net.NetworkPolicyPeer, where [][]net.NetworkPolicyPort) []string {
	var rules []string
	for at, some := range peers {
		for _, port := range ports(where[at]) {
			if len(some) == 0 {
				rules = append(rules, fmt.Sprintf("-A %s %s -j RETURN", name, port))
			}
			for number, peer := range some {
				if peer.IPBlock != nil {
					if strings.Contains(peer.IPBlock.CIDR, ":") {
						continue
					}
					block := fmt.Sprintf("%s-%d-%d", name, at, number)
					rules = append(rules, "-N "+block)
					for _, except := range peer.IPBlock.Except {
						rules = append(rules, fmt.Sprintf("-A %s %s %s -j RETURN", block, flag, except))
					}
					rules = append(rules, fmt.Sprintf("-A %s %s %s %s -j MARK --set-mark 0x70000/0x70000", block, flag, peer.IPBlock.CIDR, port),
						fmt.Sprintf("-A %s -j %s", name, block), fmt.Sprintf("-A %s -m mark --mark 0x70000/0x70000 -j RETURN", name))
				}
				for _, match := range seen.matches(peer, namespace, flag) {
					rules = append(rules, fmt.Sprintf("-A %s %s %s -j RETURN", name, match, port))
				}
			}
		}
	}
	return append(rules, fmt.Sprintf("-A %s -j REJECT", name))
}

func (seen sight) rules(node string) string {
	rules := []string{"-A POLICIES -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN", "-A POLICIES -j MARK --set-mark 0/0x70000"}
	for number, pod := range seen.pods {
		if pod.Spec.NodeName != node {
			continue
		}
		var from, to [][]net.NetworkPolicyPeer
		var fromPorts, toPorts [][]net.NetworkPolicyPort
		in, out := false, false
		for _, policy := range seen.policies {
			if policy.Namespace != pod.Namespace || !selects(&policy.Spec.PodSelector, pod.Labels) {
				continue
			}
			in = in || slices.Contains(policy.Spec.PolicyTypes, net.PolicyTypeIngress)
			out = out || slices.Contains(policy.Spec.PolicyTypes, net.PolicyTypeEgress)
			for _, rule := range policy.Spec.Ingress {
				from, fromPorts = append(from, rule.From), append(fromPorts, rule.Ports)
			}
			for _, rule := range policy.Spec.Egress {
				to, toPorts = append(to, rule.To), append(toPorts, rule.Ports)
			}
		}
		if out {
			name := fmt.Sprintf("POLICY-OUT-%d", number)
			rules = append(rules, "-N "+name, fmt.Sprintf("-A POLICIES -s %s/32 -j %s", pod.Status.PodIP, name),
				"-A POLICIES -j MARK --set-mark 0/0x70000")
			rules = append(rules, seen.chain(name, pod.Namespace, "-d", to, toPorts)...)
		}
		if in {
			name := fmt.Sprintf("POLICY-IN-%d", number)
			rules = append(rules, "-N "+name, fmt.Sprintf("-A POLICIES -d %s/32 -m addrtype ! --src-type LOCAL -j %s", pod.Status.PodIP, name))
			rules = append(rules, seen.chain(name, pod.Namespace, "-s", from, fromPorts)...)
		}
	}
	return strings.Join(rules, "\n")
}

func iptables(arguments ...string) error { return exec.Command("iptables", arguments...).Run() }

// Chains that are gone are taken away by the next look, because the whole of ours is written at once.
func apply(rules string) error {
	var table bytes.Buffer
	table.WriteString("*filter\n:POLICIES - [0:0]\n")
	saved, err := exec.Command("iptables-save", "-t", "filter").Output()
	if err != nil {
		return err
	}
	var old []string
	for _, line := range strings.Split(string(saved), "\n") {
		if strings.HasPrefix(line, ":POLICY-") {
			chain := strings.Fields(line)[0][1:]
			table.WriteString(":" + chain + " - [0:0]\n") // emptied
			old = append(old, chain)
		}
	}
	for _, line := range strings.Split(rules, "\n") {
		if chain, isNew := strings.CutPrefix(line, "-N "); isNew {
			table.WriteString(":" + chain + " - [0:0]\n")
			old = slices.DeleteFunc(old, func(one string) bool { return one == chain })
		} else {
			table.WriteString(line + "\n")
		}
	}
	for _, chain := range old {
		table.WriteString("-X " + chain + "\n")
	}
	table.WriteString("COMMIT\n")
	restore := exec.Command("iptables-restore", "--noflush", "-w")
	restore.Stdin = &table
	if answer, err := restore.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, answer)
	}
	for _, hook := range []string{"FORWARD", "INPUT"} {
		if iptables("-w", "-C", hook, "-j", "POLICIES") != nil {
			if err := iptables("-w", "-I", hook, "1", "-j", "POLICIES"); err != nil {
				return err
			}
		}
	}
	return nil
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "")
	node := flag.String("node", "node", "")
	flag.Parse()
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	client := kubernetes.NewForConfigOrDie(config)
	last := ""
	for stop.Err() == nil {
		seen, err := look(stop, client)
		if err == nil {
			if now := seen.rules(*node); now != last {
				if err = apply(now); err == nil {
					last = now
				}
			}
		}
		if err != nil && stop.Err() == nil {
			fmt.Fprintln(os.Stderr, err)
		}
		select {
		case <-stop.Done():
		case <-time.After(time.Second / 2):
		}
	}
	for _, hook := range []string{"FORWARD", "INPUT"} {
		_ = iptables("-w", "-D", hook, "-j", "POLICIES")
	}
}
