"""The registry against the stock one (docker-registry): manifests, one large blob, and what many repositories cost."""

import base64
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import harness

NEEDS = ["docker-registry", "skopeo", "curl", "wrk"]
BARS = ["B7 manifest GET", "B8 a 200 MB blob", "many repositories"]
RUNS = 7
WRK_SECONDS = 8
BLOB_BYTES = 200_000_000
SMALL_BLOB_BYTES = 2_000_000
REPOSITORIES = 10_000
BLOBS = 100_000
QUICK = {"RUNS": 1, "WRK_SECONDS": 1, "BLOB_BYTES": 5_000_000, "SMALL_BLOB_BYTES": 100_000, "REPOSITORIES": 100,
         "BLOBS": 1_000}
PEER = "docker-registry"
IMAGE = "application/vnd.oci.image.manifest.v1+json"


class Peer:
    """As its package comes: files, no log-in, no TLS."""

    def __init__(self, work):
        self.work = Path(work)
        self.work.mkdir(parents=True)
        self.port = harness.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.header = "X-Bench: none"

    def start(self):
        configuration = self.work / "config.yml"
        configuration.write_text(json.dumps({
            "version": "0.1", "log": {"level": "error", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": str(self.work / "data")}},
            "http": {"addr": f"127.0.0.1:{self.port}"}}))
        self.process = subprocess.Popen(["docker-registry", "serve", str(configuration)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)


class Ours:
    def __init__(self, product):
        self.url = product.url
        self.port = product.port
        self.process = product.process
        self.key = (product.data / "admin.key").read_text().strip()
        # Sent at once: a client with a token does not ask twice either.
        self.header = "Authorization: Basic " + base64.b64encode(f"bench:{self.key}".encode()).decode()


def curl(server, *arguments):
    """Seconds that the transfer took, as curl counts them; fails when the answer is no success."""
    text = subprocess.run(["curl", "-sS", "--fail", "-H", server.header, "-w", "\n%{time_total}", *arguments],
                          capture_output=True, text=True, check=True, timeout=300).stdout
    return float(text.rpartition("\n")[2])


def location(server, repository):
    text = subprocess.run(["curl", "-sS", "-D", "-", "-o", "/dev/null", "-X", "POST", "-H", server.header,
                           f"{server.url}/v2/{repository}/blobs/uploads/"],
                          capture_output=True, text=True, check=True).stdout
    found = next(line.split(":", 1)[1].strip() for line in text.splitlines() if line.lower().startswith("location:"))
    return found if found.startswith("http") else server.url + found


def put_blob(server, repository, file, digest):
    where = location(server, repository)
    joined = where + ("&" if "?" in where else "?") + "digest=" + digest
    return curl(server, "-X", "PUT", "-o", "/dev/null", "-H", "Content-Type: application/octet-stream", "-T", str(file),
                joined)


def get_blob(server, repository, digest):
    return curl(server, "-o", "/dev/null", f"{server.url}/v2/{repository}/blobs/{digest}")


def random_file(path, size):
    with open("/dev/urandom", "rb") as source, open(path, "wb") as target:
        for _ in range(size // 1_000_000):
            target.write(source.read(1_000_000))
        target.write(source.read(size % 1_000_000))
    return path


def digest_of(path):
    with open(path, "rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def write_layout(folder, layer):
    """An OCI image of one layer that is in no tar, which registries do not mind."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def add(content):
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"digest": "sha256:" + digest, "size": len(content)}

    digest = digest_of(layer)
    shutil.copyfile(layer, blobs / digest.removeprefix("sha256:"))
    config = add(json.dumps({"architecture": "amd64", "os": "linux",
                             "rootfs": {"type": "layers", "diff_ids": [digest]}}).encode())
    manifest = add(json.dumps({
        "schemaVersion": 2, "mediaType": IMAGE,
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **config},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest,
                    "size": layer.stat().st_size}]}).encode())
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [
        {"mediaType": IMAGE, **manifest, "annotations": {"org.opencontainers.image.ref.name": "v1"}}]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')


def skopeo_push(server, layout, target):
    command = ["skopeo", "copy", "-q", "--preserve-digests", "--dest-tls-verify=false"]
    if isinstance(server, Ours):
        command += ["--dest-creds", "bench:" + server.key]
    start = time.perf_counter()
    subprocess.run([*command, f"oci:{layout}:v1", f"docker://127.0.0.1:{server.port}/{target}"], check=True,
                   capture_output=True, timeout=300)
    return time.perf_counter() - start


def manifests(ours, peer, work, report):
    layout = work / "small"
    write_layout(layout, random_file(work / "small.bin", SMALL_BLOB_BYTES))
    for server in (ours, peer):
        skopeo_push(server, layout, "admin/small:v1")

    def get(server):
        return harness.wrk(f"{server.url}/v2/admin/small/manifests/v1", 16, WRK_SECONDS,
                           headers=[server.header, "Accept: " + IMAGE])

    failures = []
    cpu = {ours: [], peer: []}

    def rps(server):
        pids = harness.process_tree(server.process.pid)
        before = harness.cpu_seconds(pids)
        result = get(server)
        cpu[server].append((harness.cpu_seconds(pids) - before) / max(1, result["requests"]))
        failures.append(result["errors"] + result["bad"])
        return result["rps"]

    samples = harness.interleaved({"ours": lambda: rps(ours), "peer": lambda: rps(peer)}, max(1, RUNS // 2))
    report.compare("B7", "manifest GET, 16 connections, ours with log-in", PEER, samples["ours"], samples["peer"], 6.0,
                   unit="requests/s", better="higher", failures=sum(failures))
    report.compare("B7", "manifest GET, CPU of one", PEER, cpu[ours][-len(samples["ours"]):],
                   cpu[peer][-len(samples["peer"]):], 0.2, failures=sum(failures))


def one_blob(ours, peer, work, report):
    files = [random_file(work / "large.bin", BLOB_BYTES)]
    count = iter(range(1_000_000))

    def fresh():
        """Other bytes each time, so that no push finds its blob there."""
        with open(files[0], "r+b") as file:
            file.write(next(count).to_bytes(8, "big"))
        return digest_of(files[0])

    megabytes = BLOB_BYTES // 1_000_000
    puts = harness.interleaved({
        "ours": lambda: put_blob(ours, "admin/large", files[0], fresh()),
        "peer": lambda: put_blob(peer, "admin/large", files[0], fresh())}, RUNS)
    report.compare("B8", f"{megabytes} MB blob, PUT by curl", PEER, puts["ours"], puts["peer"], 0.75)

    layout = work / "large"

    def push(server):
        shutil.rmtree(layout, ignore_errors=True)
        fresh()
        write_layout(layout, files[0])
        return skopeo_push(server, layout, "admin/pushed:v1")

    pushes = harness.interleaved({"ours": lambda: push(ours), "peer": lambda: push(peer)}, RUNS)
    report.compare("B8", f"{megabytes} MB image, skopeo push", PEER, pushes["ours"], pushes["peer"], 0.95)

    last = {server: last_blob(server, "admin/pushed") for server in (ours, peer)}
    gets = harness.interleaved({
        "ours": lambda: get_blob(ours, "admin/pushed", last[ours]),
        "peer": lambda: get_blob(peer, "admin/pushed", last[peer])}, RUNS)
    report.compare("B8", f"{megabytes} MB blob, GET", PEER, gets["ours"], gets["peer"], 1.3)

    def eight(server):
        start = time.perf_counter()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: get_blob(server, "admin/pushed", last[server]), range(8)))
        return time.perf_counter() - start

    many = harness.interleaved({"ours": lambda: eight(ours), "peer": lambda: eight(peer)}, max(1, RUNS // 2))
    report.compare("B8", f"{megabytes} MB blob, 8 GETs at once", PEER, many["ours"], many["peer"], 1.2)


def last_blob(server, repository):
    text = subprocess.run(["curl", "-sS", "--fail", "-H", server.header, "-H", "Accept: " + IMAGE,
                           f"{server.url}/v2/{repository}/manifests/v1"], capture_output=True, text=True, check=True).stdout
    return json.loads(text)["layers"][0]["digest"]


def memory(context, report):
    """Peak memory after blobs of two sizes, each in a server of its own."""
    peaks = []
    for size in (BLOB_BYTES // 10, BLOB_BYTES):
        product = harness.Product(context.java, context.jar, context.work / f"memory-{size}").start()
        try:
            ours = Ours(product)
            file = random_file(context.work / "memory.bin", size)
            digest = digest_of(file)
            for _ in range(3):
                put_blob(ours, "admin/memory", file, digest)
                get_blob(ours, "admin/memory", digest)
            pids = harness.process_tree(product.process.pid)
            peaks.append(sum(peak_mib(pid) for pid in pids))
        finally:
            product.stop()
    report.add(harness.Row(
        bar="B8", work=f"peak memory, blob of {BLOB_BYTES // 1_000_000} MB", peer="itself, a tenth of the size",
        metric="ratio", ratio=peaks[1] / peaks[0], wanted=1.25, product=f"{peaks[1]:.0f} MiB",
        peer_figure=f"{peaks[0]:.0f} MiB", runs=1))


def peak_mib(pid):
    try:
        line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    except (OSError, StopIteration):
        return 0


def fill(folder, repositories, blobs):
    """Writes the files that so many pushes would have left: the layout is the contract of ADR 18."""
    old = time.time() - 7 * 86_400
    layers_each = max(1, (blobs - 2 * repositories) // repositories)
    made = 0
    for number in range(repositories):
        repository = folder / "repositories" / f"owner{number % 50}" / f"app{number}"
        links = repository / "_blobs" / "sha256"
        links.mkdir(parents=True)
        names = []
        for part in range(layers_each + 1):
            names.append(store(folder, f"{number} {part}".encode(), old))
            (links / names[-1]).touch()
            os.utime(links / names[-1], (old, old))
        content = json.dumps({"schemaVersion": 2, "mediaType": IMAGE,
                              "config": {"digest": "sha256:" + names[0], "size": 1},
                              "layers": [{"digest": "sha256:" + name, "size": 1} for name in names[1:]]}).encode()
        manifest = store(folder, content, old)
        (repository / "_manifests" / "sha256").mkdir(parents=True)
        (repository / "_manifests" / "sha256" / manifest).write_text(IMAGE)
        os.utime(repository / "_manifests" / "sha256" / manifest, (old, old))
        made += layers_each + 2
        # Half of the images lost their tag: what a collection is for.
        (repository / "_tags").mkdir()
        if number % 2 == 0:
            (repository / "_tags" / "v1").write_text("sha256:" + manifest)
    return made


def store(folder, content, when):
    name = hashlib.sha256(content).hexdigest()
    file = folder / "blobs" / "sha256" / name[:2] / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    os.utime(file, (when, when))
    return name


def many_repositories(context, report):
    empty = harness.Product(context.java, context.jar, context.work / "empty")
    full = harness.Product(context.java, context.jar, context.work / "full")
    for product in (empty, full):
        product.start()
        product.stop()
    blobs = fill(full.data / "registry", REPOSITORIES, BLOBS)

    def start(product):
        begun = time.perf_counter()
        product.start()
        took = time.perf_counter() - begun
        product.stop()
        return took

    starts = harness.interleaved({"full": lambda: start(full), "empty": lambda: start(empty)}, max(1, RUNS // 2))
    report.compare("many", f"start with {REPOSITORIES} repositories, {blobs} blobs", "itself, empty", starts["full"],
                   starts["empty"], 1.1)
    full.start()
    try:
        ours = Ours(full)

        def timed_curl(*arguments):
            return curl(ours, "-o", "/dev/null", *arguments)

        first = timed_curl(f"{full.url}/v2/_catalog?n=1000")
        again = statistics.median(timed_curl(f"{full.url}/v2/_catalog?n=1000") for _ in range(max(3, RUNS)))
        token = full.token()
        begun = time.perf_counter()
        usage = full.call("GET", "/v1/registry/usage", token=token)
        counted = time.perf_counter() - begun
        begun = time.perf_counter()
        planned = full.call("POST", "/v1/registry/collect", {"dryRun": True}, token=token)
        looked = time.perf_counter() - begun
        begun = time.perf_counter()
        removed = full.call("POST", "/v1/registry/collect", {}, token=token)
        swept = time.perf_counter() - begun
        wrong = int(usage["repositories"] != REPOSITORIES) + int(planned["blobs"] != removed["blobs"]) + int(
            removed["manifests"] != REPOSITORIES // 2)
        for work, seconds, wanted, note in (
                ("first catalog page", first, 2.0, "reads the folders"),
                ("next catalog pages", again, 0.05, "from memory"),
                ("bytes by owner", counted, 20.0, ""),
                ("collection, dry run", looked, 30.0, f"{planned['blobs']} blobs to go"),
                ("collection", swept, 30.0, f"{removed['blobs']} blobs gone")):
            report.add(harness.Row(
                bar="many", work=f"{work}, {REPOSITORIES} repositories, {blobs} blobs", peer="seconds", metric="seconds",
                ratio=seconds, wanted=wanted, product=f"{seconds:.3g} s", peer_figure="-", runs=1, failures=wrong,
                note=note))
    finally:
        full.stop()


def run(context, report):
    product = harness.Product(context.java, context.jar, context.work / "product",
                              extra=["--set", "registry.quota=100Gi"]).start()
    peer = Peer(context.work / "peer")
    peer.start()
    try:
        ours = Ours(product)
        manifests(ours, peer, context.work, report)
        one_blob(ours, peer, context.work, report)
    finally:
        product.stop()
        peer.stop()
    memory(context, report)
    many_repositories(context, report)
