"""B1, B2, B3: one changed file until the public URL shows it, against the DIY peer."""

import base64
import io
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import time
import urllib.error
from pathlib import Path

import apps
import harness

sys.path.insert(0, str(harness.HERE / "diy"))
import diy  # noqa: E402

BARS = ["B1", "B2", "B3"]
NEEDS = diy.NEEDS
RUNS = 7
QUICK = {"RUNS": 1}


class Ours:
    def __init__(self, context):
        self.product = harness.Product(context.java, context.jar, context.work / "product").start()
        self.source = apps.python_app(context.work / "ours")
        self.product.cli("deploy", "--dir", str(self.source))
        self.clone = context.work / "clone"
        shutil.copytree(self.source, self.clone)
        self.token = self.product.token()
        for arguments in (["init", "-q", "-b", "main"], ["config", "user.email", "bench@localhost"],
                          ["config", "user.name", "bench"]):
            self.git(*arguments)
        self.url = self.product.url.replace("http://", f"http://git:{(self.product.data / 'admin.key').read_text().strip()}@")
        self.remote = f"{self.url}/git/admin-pyapp.git"
        self.git("fetch", "-q", self.remote, "main")
        self.git("reset", "-q", "--hard", "FETCH_HEAD")

    def git(self, *arguments):
        subprocess.run(["git", "-C", str(self.clone), *arguments], check=True, capture_output=True)

    def shows(self, version):
        return until(lambda: f'"{version}"'.encode() in safely(lambda: self.product.get_app("pyapp")))

    def by_cli(self):
        version = fresh(self.source)
        start = time.perf_counter()
        process = subprocess.Popen(self.product.program + ["deploy", "--watch", "--dir", str(self.source)],
                                   env=self.product.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.shows(version)
        seconds = time.perf_counter() - start
        if process.wait() != 0:
            raise RuntimeError("deploy failed")
        return seconds

    def by_push(self):
        self.git("fetch", "-q", self.remote, "main")
        self.git("reset", "-q", "--hard", "FETCH_HEAD")
        version = fresh(self.clone)
        self.git("commit", "-qam", version)
        start = time.perf_counter()
        process = subprocess.Popen(["git", "-C", str(self.clone), "push", "-q", self.remote, "main"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.shows(version)
        seconds = time.perf_counter() - start
        if process.wait() != 0:
            raise RuntimeError("push failed")
        return seconds

    def by_api(self):
        version = fresh(self.source)
        body = {"source": base64.b64encode(packed(self.source)).decode(), "project": "pyapp",
                "config": (self.source / "backend.yml").read_text()}
        self.token = self.product.token()
        start = time.perf_counter()
        reply = self.product.call("POST", "/v1/deployments", body, token=self.token)
        self.shows(version)
        seconds = time.perf_counter() - start
        until(lambda: self.product.call("GET", f"/api/status/{reply['deploymentId']}", token=self.token)["status"]
              in ("complete", "failed"))
        return seconds


def safely(get):
    try:
        return get()
    except (OSError, urllib.error.URLError):
        return b""


def until(holds, seconds=60, pause=0.002):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise RuntimeError("waited in vain")
        time.sleep(pause)


def fresh(folder):
    version = str(time.time_ns())
    apps.set_version(folder, version)
    return version


def packed(folder):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and ".git" not in path.parts:
                archive.add(path, arcname=str(path.relative_to(folder)))
    return buffer.getvalue()


def bare_start(source):
    """Seconds from spawning the app to its first answer: what no platform can save."""
    port = harness.free_port()
    start = time.perf_counter()
    process = subprocess.Popen([str(Path(sys.executable).resolve()), "-m", "app.main"], cwd=source,
                               env={"PORT": str(port), "HOST": "127.0.0.1", "PATH": os.environ["PATH"],
                                    "PYTHONDONTWRITEBYTECODE": "1"})
    import urllib.request
    try:
        until(lambda: safely(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).read()), pause=0.001)
        return time.perf_counter() - start
    finally:
        process.kill()
        process.wait()


def by_peer(peer):
    version = fresh(peer.clone)
    peer.git("commit", "-qam", version)
    start = time.perf_counter()
    process = subprocess.Popen(
        ["git", "-C", str(peer.clone), "push", "-q", f"http://127.0.0.1:{peer.git_port}/{peer.app}.git", "main"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: f'"{version}"'.encode() in peer.get())
    seconds = time.perf_counter() - start
    process.wait()
    return seconds


def run(context, report):
    """Against both forms of the peer: ours is a plain process in a sandbox, which lies between the two."""
    ours = Ours(context)
    peers = []
    try:
        for containers in (False, True) if diy.runs_containers() else (False,):
            peer = diy.Diy(context.work / ("podman" if containers else "plain") / "diy", containers)
            peers.append(peer.start(apps.python_app(context.work / f"theirs-{len(peers)}")))
        samples = harness.interleaved({
            "cli": ours.by_cli, "push": ours.by_push, "api": ours.by_api, "bare": lambda: bare_start(ours.source),
            **{peer.name: lambda peer=peer: by_peer(peer) for peer in peers}}, RUNS, warm_up=2)
        bare = statistics.median(samples["bare"])
        for peer in peers:
            theirs = samples[peer.name]
            report.compare("B1", "redeploy, one changed file, deploy --watch", peer.name, samples["cli"], theirs, 0.40, 0.25)
            report.compare("B2", "the same by git push", peer.name, samples["push"], theirs, 0.25, 0.15)
            report.compare("B3", "platform overhead by API (wall minus bare app start)", f"overhead of {peer.name}",
                           [max(0.001, wall - bare) for wall in samples["api"]],
                           [wall - bare for wall in theirs], 0.10, 0.03,
                           note=f"bare start {bare * 1000:.0f} ms; whole redeploy by API {statistics.median(samples['api']) * 1000:.0f} ms")
    finally:
        for peer in peers:
            peer.stop()
        ours.product.stop_apps()
        ours.product.stop()
