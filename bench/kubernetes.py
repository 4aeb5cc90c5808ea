"""What a deploy asks of the API server, how long a release takes against kubectl, and what a thousand projects weigh.

The app is one static program in an image of its own. Both sides run on the same node with the image on it. What is kubectl's
is the same manifests as `kubectl get` shows them, in a namespace of its own with the same policies and quota.
"""

import base64
import json
import subprocess
import time
import uuid
from datetime import datetime
from pathlib import Path

import harness
import kube

BARS = ["K1", "K2", "K3"]
NEEDS = [kube.KUBECTL, "buildah", "gcc", "openssl"]
FILES = [kube.KUBECONFIG]
RUNS = 7
PROJECTS = (10, 1000)
QUICK = {"RUNS": 1, "PROJECTS": (2, 20)}

SOURCE = harness.ROOT / "src" / "test" / "resources" / "apps" / "static" / "serve.c"
DOCKERFILE = "FROM scratch\nCOPY serve /app/serve\nENTRYPOINT [\"/app/serve\"]\n"
NAME = "bench-app"
PROJECT = f"admin-{NAME}"
MANIFEST = f"name: {NAME}\nresources: {{memory: 32Mi, cpu: 10m}}\ndeploy: {{drain: 1s}}\n"
OF_NAMESPACE = "networkpolicy,resourcequota,limitrange,secret"
OF_RELEASE = "secret,deployment,service,ingress"
PEER = "bench-kubectl"
CROWD = "bench-crowd"


# --- the product -----------------------------------------------------------------------------------


class Platform:
    """A server of ours on the cluster."""

    def __init__(self, context):
        self.product = harness.Product(context.java, context.jar, context.work / "product", [
            "--set", "orchestrator=kubernetes", "--set", f"kubernetes.kubeconfig={kube.KUBECONFIG}",
            "--set", "kubernetes.builds=host"])
        self.product.start()
        program = context.work / "serve"
        subprocess.run(["gcc", "-static", "-Os", "-s", "-o", program, SOURCE], check=True)
        self.program = base64.b64encode(program.read_bytes()).decode()
        self.changes = 0

    def deploy(self):
        self.changes += 1
        return self.follow("/api/deploy", {"projectId": PROJECT, "projectName": NAME, "files": {
            "serve": {"content": self.program, "encoding": "base64", "executable": True}, "Dockerfile": DOCKERFILE,
            "backend.yml": MANIFEST, "change": str(self.changes)}})

    def restart(self):
        return self.follow(f"/v1/projects/{PROJECT}/restart", {})

    def rollback(self):
        return self.follow(f"/v1/projects/{PROJECT}/rollback", {})

    def follow(self, path, body):
        """Seconds from the image in the registry to traffic; the deployment has to end well."""
        token = self.product.token()
        deployment = self.product.call("POST", path, body, token=token)["deploymentId"]
        while True:
            status = self.product.call("GET", f"/api/status/{deployment}", token=token)["status"]
            if status in ("complete", "failed"):
                break
            time.sleep(0.05)
        reply = self.product.call("GET", f"/v1/deployments/{deployment}/events?limit=200", token=token)
        times = {}  # of the first event of each status
        for event in reply["events"]:
            times.setdefault(event["status"], datetime.fromisoformat(event["ts"].replace("Z", "+00:00")))
        if status == "failed":
            raise RuntimeError(f"deployment {deployment} failed: {reply}")
        return (times["complete"] - times["deploying"]).total_seconds()

    def namespace(self):
        """Of the release that is live, once nothing else is left."""
        end = time.monotonic() + 120
        while time.monotonic() < end:
            items = json.loads(kube.kubectl("get", "deployments", "-A", "-l", f"{kube.OWNER},backend.im/project={PROJECT}", "-o", "json"))
            if len(items["items"]) == 1:
                return items["items"][0]["metadata"]["namespace"]
            time.sleep(0.5)
        raise RuntimeError("the old release did not go")

    def close(self):
        try:
            self.product.call("DELETE", f"/v1/projects/{PROJECT}?confirm={NAME}", token=self.product.token())
        finally:
            self.product.stop()


# --- kubectl ---------------------------------------------------------------------------------------


class Peer:
    """The same release by kubectl, again and again."""

    def __init__(self, namespace, work):
        self.file = work / "release.json"
        self.count = 0
        self.release = [kube.plain(item) for item in kube.objects(OF_RELEASE, namespace)]
        room = [kube.plain(item) for item in kube.objects(OF_NAMESPACE, namespace)]
        whole = json.loads(kube.kubectl("get", "namespace", namespace, "-o", "json"))
        self.instance = next(item["metadata"]["name"] for item in self.release if item["kind"] == "Deployment")
        self.room = [kube.plain(whole)] + [item for item in room if item["metadata"]["name"] != self.instance]
        self.release = [item for item in self.release if item["kind"] != "Secret" or item["metadata"]["name"] == self.instance]
        self.namespace = namespace

    def text(self, items, name):
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
        return (text.replace(f'"{self.namespace}"', f'"{PEER}"').replace(self.instance, name)
                .replace(".localhost", ".kubectl.localhost"))

    def first(self):
        """All of it, with the namespace."""
        kube.kubectl("apply", "-f", "-", text=self.text(self.room, "none"))
        self.again()

    def again(self):
        """A new Deployment in the namespace; the hosts move to it."""
        self.count += 1
        name = f"run-{self.count}"
        self.file.write_text(self.text(self.release, name))
        start = time.perf_counter()
        kube.kubectl("apply", "-f", str(self.file))
        kube.kubectl("rollout", "status", f"deployment/{name}", "-n", PEER, "--timeout=120s")
        return time.perf_counter() - start

    def tidy(self):
        """What was before the last one goes, outside of what is timed."""
        name = f"run-{self.count - 1}"
        kube.kubectl("delete", "deployment,service,secret", name, "-n", PEER, "--ignore-not-found")

    def close(self):
        kube.kubectl("delete", "namespace", PEER, "--ignore-not-found")


# --- measurements ----------------------------------------------------------------------------------


def calls(report, what, counted, made, peer_counted, peer_made, wanted, runs=1):
    total, peer_total = sum(counted.values()), sum(peer_counted.values())
    most = ", ".join(f"{count} {name}" for name, count in counted.most_common(4))
    report.add(harness.Row("K1", what, "kubectl", "calls of the API", total / peer_total, wanted, runs=runs,
                           product=f"{total} calls, {made} objects made", peer_figure=f"{peer_total} calls, {peer_made} made",
                           note=f"from the audit log; most: {most}"))


def counted(agent, work):
    begun = kube.Calls(agent)
    work()
    return begun.settled()


def measure_calls(platform, context, report):
    """Returns the peer, which has made its first release."""
    first = counted(kube.SERVER_AGENT, platform.deploy)
    peer = Peer(platform.namespace(), context.work)
    peer_first = counted(kube.KUBECTL_AGENT, peer.first)
    redeploy = counted(kube.SERVER_AGENT, platform.deploy)
    rollback = counted(kube.SERVER_AGENT, platform.rollback)

    def replaced():
        peer.again()
        peer.tidy()

    peer_again = counted(kube.KUBECTL_AGENT, replaced)
    calls(report, "first deploy", *first, *peer_first, 1.5)
    calls(report, "redeploy, with the end of the old release", *redeploy, *peer_again, 3)
    calls(report, "rollback, with the end of the old release", *rollback, *peer_again, 3)
    return peer


def measure_time(platform, peer, report):
    def ours(work):
        seconds = work()
        platform.namespace()
        return seconds

    def theirs():
        seconds = peer.again()
        peer.tidy()
        return seconds

    samples = harness.interleaved({"restart": lambda: ours(platform.restart), "kubectl": theirs,
                                   "deploy": lambda: ours(platform.deploy)}, RUNS)
    report.compare("K2", "image on the node, until traffic is on it", "kubectl apply, rollout status", samples["restart"],
                   samples["kubectl"], 1.1, 1.0, note="ours ends later: it asks for health itself, then moves three hosts")
    report.compare("K2", "new image in the registry, until traffic is on it", "kubectl apply, rollout status",
                   samples["deploy"], samples["kubectl"], 1.2,
                   note="ours pulls the new image's manifest; the peer's image is on the node")


def crowd(count, before, owner):
    """Pods of `count` further projects, as the orchestrator labels them."""
    for index in range(before, before + count):
        instance, project = f"web-{index:012x}", f"admin-crowd-{index}"
        yield {"metadata": {"name": instance, "labels": {
            kube.OWNER: owner, kube.INSTANCE: instance, "app.kubernetes.io/managed-by": "backendim",
            "app.kubernetes.io/name": project, "app.kubernetes.io/component": "web", "backend.im/project": project,
            "backend.im/commit": f"{index:040x}", "backend.im/deployment": str(uuid.uuid4()), "backend.im/ordinal": "0"}},
            "spec": {"automountServiceAccountToken": False, "containers": [{"name": "app", "image": "bench"}]}}


def measure_memory(platform, context, report):
    api = kube.Api()
    namespace = platform.namespace()
    owner = json.loads(kube.kubectl("get", "namespace", namespace, "-o", "json"))["metadata"]["labels"][kube.OWNER]
    kube.kubectl("create", "namespace", CROWD)
    end = time.monotonic() + 30
    while "default" not in kube.kubectl("get", "serviceaccounts", "-n", CROWD, "-o", "name") and time.monotonic() < end:
        time.sleep(0.2)
    stand_in = kube.StandIn(context.work, api)
    figures, there = [], 0
    try:
        for count in PROJECTS:
            stand_in.run(crowd(count - there, there, owner), CROWD)
            there = count
            platform.product.stop()
            stand_in.streams = 0
            platform.product.start()
            end = time.monotonic() + 120
            while stand_in.streams < count and time.monotonic() < end:
                time.sleep(0.5)
            if stand_in.streams < count:
                raise RuntimeError(f"only {stand_in.streams} of {count} logs are followed")
            time.sleep(5)
            figures.append(kube.memory(platform.product, context.java))
    finally:
        stand_in.close(CROWD)
    (pss_few, heap_few), (pss_many, heap_many) = figures
    few, many = PROJECTS
    note = (f"real API server; each project has a pod that a stand-in for the kubelet says runs, and whose log is followed;"
            f" heap {heap_few:.0f} to {heap_many:.0f} MiB")
    report.add(harness.Row("K3", f"memory of the server, {few} to {many} projects", "itself, few", "ratio of PSS",
                           pss_many / pss_few, 1.5, product=f"{pss_many:.0f} MiB", peer_figure=f"{pss_few:.0f} MiB", runs=1,
                           note=note))
    each = (heap_many - heap_few) * 1024 / (many - few)
    report.add(harness.Row("K3", "heap of a project that is watched", "64 KiB", "KiB / 64", each / 64, 1.0,
                           product=f"{each:.1f} KiB", peer_figure="64 KiB", runs=1, note="after a collection"))


def run(context, report):
    platform = Platform(context)
    peer = None
    try:
        if kube.AUDIT.exists():
            peer = measure_calls(platform, context, report)
        else:
            harness.say("  K1: not measured, this cluster's API server writes no audit log here")
            platform.deploy()
            peer = Peer(platform.namespace(), context.work)
            peer.first()
        measure_time(platform, peer, report)
        peer.close()
        peer = None
        measure_memory(platform, context, report)
    finally:
        if peer:
            peer.close()
        platform.close()
