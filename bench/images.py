"""B4, B5, B6, G4, G10: an image from source in a registry, against buildah and docker-registry on the same base."""

import datetime
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import time
import urllib.request
from pathlib import Path

import apps
import harness
from many import Deployer, files_of

sys.path.insert(0, str(harness.HERE / "diy"))
import base  # noqa: E402
import diy  # noqa: E402

BARS = ["B4", "B5", "B6", "G4", "G10"]
NEEDS = ["buildah", "docker-registry", "podman", "runc", "gzip", *base.NEEDS]
RUNS = 7
COLD_RUNS = 5
IMAGES = 2_000
LARGE_MEGABYTES = 200
QUICK = {"RUNS": 1, "COLD_RUNS": 1, "IMAGES": 12, "LARGE_MEGABYTES": 4}
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
FEW_IMAGES = 10


def saved_base(work):
    """The peer's base as docker save would write it, for `registry import`."""
    root = base.archive()
    digest = hashlib.sha256()
    with open(root, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    architecture = "arm64" if os.uname().machine == "aarch64" else "amd64"
    (work / "config.json").write_text(json.dumps({
        "architecture": architecture, "os": "linux", "config": {"Env": ["PATH=/usr/local/bin:/usr/bin:/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest.hexdigest()}"]}}))
    (work / "manifest.json").write_text(json.dumps([{"Config": "config.json", "Layers": ["layer.tar"]}]))
    archive = work / "base.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(work / "manifest.json", "manifest.json")
        tar.add(work / "config.json", "config.json")
        tar.add(root, "layer.tar")
    return archive


def stored_bytes(folder):
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def image_bytes(blobs, digest, before):
    """Of the manifest and of what it names, as far as it was not there before."""

    def blob(digest):
        digits = digest.split(":")[1]
        return blobs / "sha256" / digits[:2] / digits

    manifest = json.loads(blob(digest).read_text())
    named = {digest, manifest["config"]["digest"]} | {layer["digest"] for layer in manifest["layers"]}
    return sum(blob(one).stat().st_size for one in named if one.split(":")[1] not in before)


class Ours:
    def __init__(self, context, name="product"):
        self.product = harness.Product(context.java, context.jar, context.work / name, extra=(
            "--set", "limits.upload-max=1Gi", "--set", "limits.upload-expanded-max=2Gi", "--set",
            f"build.bases=python=docker.io/library/python:{PYTHON}-slim")).start()
        self.deployer = Deployer(self.product)

    def bring_base(self, archive):
        self.product.cli("registry", "import", str(archive), "--name", f"docker.io/library/python:{PYTHON}-slim")

    def deploy(self, name, files):
        seconds, status = self.deployer.deploy(name, files)
        if status != "complete":
            raise RuntimeError(f"deployment of {name} {status}")
        return seconds

    def building_seconds(self, name):
        """Build and push of the last deployment, as its events say it."""
        token = self.deployer.token
        last = self.product.call("GET", f"/v1/projects/{name}/deployments?limit=1", token=token)["items"][0]["id"]
        events = self.product.call("GET", f"/v1/deployments/{last}/events?limit=200", token=token)["events"]
        at = {event["status"]: datetime.datetime.fromisoformat(event["ts"].replace("Z", "+00:00"))
              for event in reversed(events)}
        return (at["deploying"] - at["building"]).total_seconds()

    def build(self, name, files):
        self.deploy(name, files)
        return self.building_seconds(name)

    def image(self, name):
        return self.product.call("GET", f"/v1/projects/{name}/releases?limit=1", token=self.deployer.token)["items"][0]["image"]

    def stop(self):
        self.product.stop_apps()
        self.product.stop()


class Peer:
    """buildah and docker-registry, set up as well as they can be: layers cached, base in the store and in the registry."""

    def __init__(self, work):
        self.work = work / "peer"
        for folder in ("tmp", "registry"):
            (self.work / folder).mkdir(parents=True)
        (self.work / "storage.conf").write_text(
            f'[storage]\ndriver = "overlay"\nrunroot = "{self.work}/run"\ngraphroot = "{self.work}/store"\n')
        self.environment = os.environ | {
            "CONTAINERS_STORAGE_CONF": f"{self.work}/storage.conf", "BUILDAH_ISOLATION": "chroot", "TMPDIR": f"{self.work}/tmp"}
        port = harness.free_port()
        self.registry = f"127.0.0.1:{port}"
        (self.work / "registry.yml").write_text(
            f"version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n"
            f"storage: {{filesystem: {{rootdirectory: {self.work}/registry}}}}\nhttp: {{addr: \"{self.registry}\"}}\n")
        log = open(self.work / "log", "ab")
        self.process = subprocess.Popen(["docker-registry", "serve", str(self.work / "registry.yml")], stdout=log, stderr=log)

    def run(self, *command):
        subprocess.run(command, check=True, env=self.environment, capture_output=True)

    def bring_base(self):
        base.load(self.work, self.environment)

    def build(self, name, folder, *options):
        start = time.perf_counter()
        self.run("buildah", "bud", "--layers", *options, "-q", "-t", f"localhost/{name}:1", str(folder))
        self.run("buildah", "push", "-q", "--tls-verify=false", f"localhost/{name}:1", f"docker://{self.registry}/{name}:1")
        return time.perf_counter() - start

    def first(self, name, folder):
        """Build, push, run, until it answers."""
        start = time.perf_counter()
        self.build(name, folder)
        port = harness.free_port()
        self.run("podman", "--cgroup-manager", "cgroupfs", "--runtime", "runc", "--events-backend", "none", "--tmpdir",
                 f"{self.work}/podman", "run", "-d", "--rm", "--name", name, "--network", "host", "--ulimit",
                 "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "-e", f"PORT={port}", "-e", "HOST=127.0.0.1",
                 f"localhost/{name}:1")
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).read()
                break
            except OSError:
                time.sleep(0.005)
        seconds = time.perf_counter() - start
        self.run("podman", "--cgroup-manager", "cgroupfs", "--runtime", "runc", "--events-backend", "none", "--tmpdir",
                 f"{self.work}/podman", "rm", "-f", "-t", "0", name)
        return seconds

    def stop(self):
        self.process.terminate()
        self.process.wait()
        subprocess.run(["umount", str(self.work / "store" / "overlay")], check=False, capture_output=True)


def app(folder, name):
    folder = apps.python_app(folder, name)
    (folder / "Dockerfile").write_text(diy.DOCKERFILE)
    return folder


def fresh(files):
    return files | {"app/version.py": f'V = "{time.time_ns()}"\n'}


def run(context, report):
    archive = saved_base(context.work)
    ours = Ours(context)
    peer = Peer(context.work)
    try:
        base_new(context, report, archive)
        ours.bring_base(archive)
        peer.bring_base()
        first_deploys(context, report, ours, peer)
        builds(context, report, ours, peer)
        stored(context, report, ours, peer)
        many_images(context, report, ours)
        large_app(context, report, ours)
    finally:
        ours.stop()
        peer.stop()


def base_new(context, report, archive):
    """The base has to be brought in first: import and deploy, against build of the base, build, push and run."""
    counter = iter(range(1_000))

    def by_us():
        here = Ours(context, f"new{next(counter)}")
        files = files_of(app(here.product.work / "app", "first"))
        start = time.perf_counter()
        here.bring_base(archive)
        here.deploy("first", files)
        seconds = time.perf_counter() - start
        here.stop()
        return seconds

    def by_them():
        there = Peer(context.work / f"peer{next(counter)}")
        folder = app(there.work / "app", "first")
        start = time.perf_counter()
        there.bring_base()
        there.first("first", folder)
        seconds = time.perf_counter() - start
        there.stop()
        return seconds

    samples = harness.interleaved({"us": by_us, "them": by_them}, max(1, COLD_RUNS // 2), warm_up=0)
    report.compare("B4", "first deploy, base new", "buildah, podman", samples["us"], samples["them"], 0.60, 0.1, unit="s",
                   note="base of 120 MB, one layer")


def first_deploys(context, report, ours, peer):
    counter = iter(range(1_000))

    def by_us():
        name = f"first{next(counter)}"
        return ours.deploy(name, files_of(app(context.work / f"ours-{name}", name)))

    def by_them():
        name = f"first{next(counter)}"
        return peer.first(name, app(context.work / f"theirs-{name}", name))

    by_them()
    samples = harness.interleaved({"us": by_us, "them": by_them}, COLD_RUNS)
    report.compare("B4", "first deploy, base known", "buildah, podman", samples["us"], samples["them"], 0.50, 0.2)


def builds(context, report, ours, peer):
    folder = app(context.work / "theirs", "pyapp")
    files = files_of(app(context.work / "ours", "pyapp"))
    ours.build("pyapp", files)
    peer.build("pyapp", folder)

    def changed():
        apps.set_version(folder, str(time.time_ns()))
        return peer.build("pyapp", folder)

    def pruned():
        peer.run("buildah", "rmi", "--prune", "-f")
        return changed()

    samples = harness.interleaved({"us": lambda: ours.build("pyapp", fresh(files)), "them": pruned}, RUNS)
    report.compare("B5", "build and push, one file", "buildah bud, push", samples["us"], samples["them"], 0.25, 0.05)
    same = fresh(files)
    ours.build("pyapp", same)
    first = ours.image("pyapp")
    samples = harness.interleaved(
        {"us": lambda: ours.build("pyapp", same), "them": lambda: peer.build("pyapp", folder)}, RUNS)
    differ = int(ours.image("pyapp") != first)
    report.compare("B5", "build and push, no change", "buildah bud, push", samples["us"], samples["them"], 0.20, 0.02,
                   failures=differ, note="a failure is another digest of the same source (B6)")
    counter = iter(range(1_000))
    samples = harness.interleaved({
        "us": lambda: ours.build(f"cold{next(counter)}", files),
        "them": lambda: peer.build(f"cold{next(counter)}", folder, "--no-cache")}, COLD_RUNS)
    report.compare("B5", "build and push, cold", "buildah bud, push", samples["us"], samples["them"], 0.60, 0.3)


def stored(context, report, ours, peer):
    """Bytes that one changed file adds to each registry."""
    folder = context.work / "theirs"
    files = files_of(context.work / "ours")
    blobs = ours.product.data / "registry" / "blobs"
    theirs = peer.work / "registry"
    before = {path.name for path in blobs.rglob("*")}
    bytes_before = stored_bytes(blobs)
    ours.build("pyapp", fresh(files))
    added = image_bytes(blobs, ours.image("pyapp"), before)
    time.sleep(1)  # the bill of materials and the provenance follow
    attached = stored_bytes(blobs) - bytes_before - added
    before = stored_bytes(theirs)
    apps.set_version(folder, str(time.time_ns()))
    peer.build("pyapp", folder)
    report.compare("B6", "bytes that one changed file adds", "docker-registry", [added], [stored_bytes(theirs) - before], 1.1,
                   0.5, unit="B", note=f"and {attached} B of provenance and bill of materials, which the peer does not make")


def many_images(context, report, ours):
    files = files_of(context.work / "ours")
    for number in range(FEW_IMAGES):
        ours.build("grown", fresh(files))
    few = [ours.build("grown", fresh(files)) for _ in range(RUNS)]
    for number in range(IMAGES):
        ours.build("grown", fresh(files))
    many = [ours.build("grown", fresh(files)) for _ in range(RUNS)]
    report.compare("G4", f"one-file build, {FEW_IMAGES} to {IMAGES} images", "itself", many, few, 1.2)


def large_app(context, report, ours):
    """An app of many megabytes, of which one small file changes: only the layer that it is in is packed again."""
    folder = context.work / "large"
    app(folder, "large")
    seconds = {}
    for megabytes in (1, LARGE_MEGABYTES):
        data = folder / "data"
        data.mkdir(exist_ok=True)
        for number in range(len(list(data.iterdir())), megabytes):
            (data / f"{number}.txt").write_text(os.urandom(1 << 19).hex())
        figures = []
        for _ in range(2 + min(RUNS, 5)):
            apps.set_version(folder, str(time.time_ns()))
            ours.product.cli("deploy", "--dir", str(folder))
            figures.append(ours.building_seconds("large"))
        seconds[megabytes] = figures[2:]
    part = context.work / "part"
    part.write_bytes(b"".join((folder / "data" / f"{number}.txt").read_bytes() for number in range(max(1, LARGE_MEGABYTES // 16))))
    start = time.perf_counter()
    subprocess.run(["gzip", "-1", "-k", "-f", str(part)], check=True)
    gzip = time.perf_counter() - start
    report.compare("G10", f"one-file build, app of {LARGE_MEGABYTES} MB", "itself at 1 MB and gzip -1 of a sixteenth",
                   seconds[LARGE_MEGABYTES], [one + gzip for one in seconds[1]], 1.0)
