"""A cluster as a benchmark needs it: kubectl, its audit log, and a kubelet that only says that its pods run.

The cluster is the one of `./dev cluster up`, or another whose kubeconfig BACKENDIM_TEST_KUBECONFIG names and whose node is
this machine. Calls are counted from the API server's audit log, which only the former writes (node/audit.log beside the
kubeconfig), by the caller's user agent.
"""

import base64
import http.client
import json
import os
import re
import ssl
import subprocess
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlparse

import harness

HOME = Path(os.environ.get("BACKENDIM_CLUSTER")
            or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "backendim-cluster")
KUBECONFIG = Path(os.environ.get("BACKENDIM_TEST_KUBECONFIG") or HOME / "kubeconfig")
AUDIT = KUBECONFIG.parent / "node" / "audit.log"
KUBECTL = next((str(file) for file in sorted(KUBECONFIG.parent.glob("bin/*/kubectl"))), "kubectl")
OWNER = "backend.im/owner"
INSTANCE = "backend.im/instance"
SERVER_AGENT, KUBECTL_AGENT = "Kubernetes Java Client", "kubectl/"
FLEETING = ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "ownerReferences", "selfLink")


def kubectl(*words, text=None):
    return subprocess.run([KUBECTL, "--kubeconfig", str(KUBECONFIG), *words], check=True, capture_output=True, text=True,
                          input=text, timeout=300).stdout


def objects(kinds, namespace):
    return json.loads(kubectl("get", kinds, "-n", namespace, "-o", "json"))["items"]


def plain(item):
    """The manifest that somebody could have written to get this object."""
    metadata = {key: value for key, value in item["metadata"].items() if key not in FLEETING}
    labels = {key: value for key, value in metadata.get("labels", {}).items() if key != OWNER}
    metadata["labels"] = labels
    annotations = metadata.get("annotations", {})
    metadata["annotations"] = {key: value for key, value in annotations.items() if not key.startswith("deployment.kub")}
    manifest = {**item, "metadata": metadata}
    manifest.pop("status", None)
    if item["kind"] == "Service":
        manifest["spec"] = {key: value for key, value in item["spec"].items() if key not in ("clusterIP", "clusterIPs")}
    if item["kind"] == "Deployment":
        manifest["spec"]["template"]["metadata"]["labels"].pop(OWNER, None)
    return manifest


# --- calls -----------------------------------------------------------------------------------------


class Calls:
    """Those that one program makes from now on."""

    def __init__(self, agent):
        self.agent = agent
        self.begin = AUDIT.stat().st_size

    def so_far(self):
        """Counter of `verb resource`, and the number of objects that were made."""
        counted, made = Counter(), 0
        with open(AUDIT, encoding="utf-8") as log:
            log.seek(self.begin)
            for line in log:
                if not line.endswith("\n"):
                    break
                event = json.loads(line)
                # What goes on for long is written twice: when it begins and when it ends.
                lasting = event["verb"] == "watch" or "follow=true" in event["requestURI"]
                if self.agent not in event.get("userAgent", "") or (event["stage"] == "ResponseStarted") != lasting:
                    continue
                counted[f"{event['verb']} {event.get('objectRef', {}).get('resource', event['requestURI'])}"] += 1
                made += event.get("responseStatus", {}).get("code") == 201
        return counted, made

    def settled(self, quiet=8.0, limit=60.0):
        """As above, once there were no further ones for a while."""
        end = time.monotonic() + limit
        last, since = self.so_far(), time.monotonic()
        while time.monotonic() - since < quiet and time.monotonic() < end:
            time.sleep(0.5)
            now = self.so_far()
            if now != last:
                last, since = now, time.monotonic()
        return last


# --- the API without a process for each call -------------------------------------------------------


class Api:
    def __init__(self):
        config = json.loads(kubectl("config", "view", "--raw", "-o", "json"))
        server = urlparse(config["clusters"][0]["cluster"]["server"])
        authority = base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"]).decode()
        self.connection = http.client.HTTPSConnection(server.hostname, server.port, timeout=60,
                                                      context=ssl.create_default_context(cadata=authority))
        self.token = config["users"][0]["user"]["token"]

    def call(self, method, path, body=None, content="application/json"):
        self.connection.request(method, path, None if body is None else json.dumps(body),
                                {"Authorization": f"Bearer {self.token}", "Content-Type": content})
        reply = self.connection.getresponse()
        text = reply.read()
        if reply.status >= 300:
            raise RuntimeError(f"{method} {path}: {reply.status} {text[:500]}")
        return json.loads(text)


# --- a kubelet that runs nothing -------------------------------------------------------------------


class StandIn:
    """A node whose pods are said to run; the log of each is one line, and then silence for as long as it is followed."""

    NAME = "bench-stand-in"

    def __init__(self, work, api):
        self.api = api
        self.streams = 0
        self.lock = threading.Lock()
        self.ended = threading.Event()
        key, certificate = work / "kubelet.key", work / "kubelet.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=kubelet",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        stand_in = self

        class Log(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(time.strftime("%Y-%m-%dT%H:%M:%S.000000001Z serving\n", time.gmtime()).encode())
                if "follow=true" in self.path:
                    with stand_in.lock:
                        stand_in.streams += 1
                    stand_in.ended.wait()

            def log_message(self, *words):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 512

            def get_request(self):
                # The handshake waits for the peer: in the thread of its connection.
                connection, address = self.socket.accept()
                return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

            def handle_error(self, request, client_address):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        threading.stack_size(256 << 10)
        self.server = Server(("127.0.0.1", 0), Log)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        api.call("POST", "/api/v1/nodes", {"metadata": {"name": self.NAME}, "spec": {"unschedulable": True}})
        api.call("PATCH", f"/api/v1/nodes/{self.NAME}/status", {"status": {
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": self.server.server_port}},
            "conditions": [{"type": "Ready", "status": "True", "reason": "Bench"}]}}, "application/merge-patch+json")

    def run(self, pods, namespace):
        for pod in pods:
            pod["spec"]["nodeName"] = self.NAME
            self.api.call("POST", f"/api/v1/namespaces/{namespace}/pods", pod)
            now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            container = {"name": pod["spec"]["containers"][0]["name"], "image": "bench", "imageID": "", "ready": True,
                         "restartCount": 0, "started": True, "state": {"running": {"startedAt": now}}}
            self.api.call("PATCH", f"/api/v1/namespaces/{namespace}/pods/{pod['metadata']['name']}/status",
                          {"status": {"phase": "Running", "startTime": now, "containerStatuses": [container]}},
                          "application/merge-patch+json")

    def close(self, namespace):
        self.ended.set()
        kubectl("delete", "pods", "--all", "-n", namespace, "--grace-period=0", "--force", "--wait=false")
        kubectl("delete", "namespace", namespace, "--wait=false")
        kubectl("delete", "node", self.NAME)
        self.server.shutdown()
        self.server.server_close()


# --- the server's memory ---------------------------------------------------------------------------


def memory(product, java):
    """(PSS in MiB, used heap in MiB), after a collection."""
    tools = Path(java).resolve().parent
    virtual_machine = next(pid for pid in harness.process_tree(product.process.pid)
                           if "java" in Path(f"/proc/{pid}/exe").resolve().name)
    for _ in range(2):
        subprocess.run([tools / "jcmd", str(virtual_machine), "GC.run"], check=True, capture_output=True)
        time.sleep(1)
    heap = subprocess.run([tools / "jcmd", str(virtual_machine), "GC.heap_info"], check=True, capture_output=True, text=True)
    # Each collector names its parts in its own way; metaspace is no heap.
    lines = [line for line in heap.stdout.splitlines() if "total" in line and "used" in line]
    used = sum(int(kib) for kib in re.findall(r"used (\d+)K", "\n".join(lines)))
    return harness.pss_mib(harness.process_tree(product.process.pid)), used / 1024
