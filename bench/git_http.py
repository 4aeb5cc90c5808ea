"""Git over HTTP against nginx + fcgiwrap + git-http-backend: the same repository, the same client, in turn."""

import base64
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import harness

NEEDS = ["git", "nginx", "fcgiwrap", "wrk"]
BARS = ["B9 push, clone, ls-remote, info/refs", "G6 refs and history"]
RUNS = 7
GROWTH_RUNS = 5
REFS = 5_000
COMMITS = 5_000
QUICK = {"RUNS": 1, "GROWTH_RUNS": 1, "REFS": 100, "COMMITS": 100}
PEER = "git-http-backend"
BACKEND = "/usr/lib/git-core/git-http-backend"
# Only main is deployed; what is measured here is git.
BRANCH = "trunk"


def environment():
    return os.environ | {
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "bench", "GIT_AUTHOR_EMAIL": "bench@example.org",
        "GIT_COMMITTER_NAME": "bench", "GIT_COMMITTER_EMAIL": "bench@example.org"}


def git(folder, *arguments, stdin=None):
    return subprocess.run(["git", "-C", str(folder), *arguments], env=environment(), input=stdin, check=True,
                          capture_output=True, text=True, timeout=300).stdout


class Peer:
    """git-http-backend as its manual sets it up, without log-in."""

    def __init__(self, work):
        self.work = Path(work)
        self.repositories = self.work / "repositories"
        self.repositories.mkdir(parents=True)
        self.port = harness.free_port()
        self.header = "X-Bench: none"

    def start(self):
        socket = self.work / "fcgi.sock"
        (self.work / "nginx.conf").write_text(f"""
worker_processes 2; daemon off; pid {self.work}/nginx.pid; error_log {self.work}/error.log; {'user root;' if os.getuid() == 0 else ''}
events {{ worker_connections 512; }}
http {{ access_log off; client_max_body_size 0; client_body_temp_path {self.work}/t1; proxy_temp_path {self.work}/t2;
 fastcgi_temp_path {self.work}/t3; uwsgi_temp_path {self.work}/t4; scgi_temp_path {self.work}/t5;
 server {{ listen 127.0.0.1:{self.port}; location ~ ^/git(/.*)$ {{
  fastcgi_pass unix:{socket}; fastcgi_buffering off; fastcgi_param SCRIPT_FILENAME {BACKEND};
  fastcgi_param PATH_INFO $1; fastcgi_param GIT_PROJECT_ROOT {self.repositories}; fastcgi_param GIT_HTTP_EXPORT_ALL 1;
  fastcgi_param REMOTE_USER bench; fastcgi_param HTTP_GIT_PROTOCOL $http_git_protocol;
  fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
  fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method;
  fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length; }} }} }}
""")
        self.processes = [
            self.spawn("fcgiwrap", "-c", "4", "-s", f"unix:{socket}"),
            self.spawn("nginx", "-c", str(self.work / "nginx.conf"), "-e", str(self.work / "error.log"))]
        time.sleep(0.5)

    def spawn(self, *command):
        """In a session of its own: fcgiwrap does not end its children."""
        return subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, start_new_session=True)

    def stop(self):
        for process in self.processes:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=10)

    def create(self, name):
        git(self.work, "init", "-q", "--bare", "-b", "main", str(self.repositories / f"{name}.git"))
        git(self.repositories / f"{name}.git", "config", "http.receivepack", "true")

    def url(self, name):
        return f"http://127.0.0.1:{self.port}/git/{name}.git"


class Ours:
    """The product; a push makes its project."""

    def __init__(self, product):
        self.product = product
        key = (product.data / "admin.key").read_text().strip()
        # Sent at once, as a credential helper's second request would: else curl asks twice, and asks the peer once.
        self.header = "Authorization: Basic " + base64.b64encode(f"git:{key}".encode()).decode()

    def create(self, name):
        pass

    def url(self, name):
        return f"{self.product.url}/git/{name}.git"


def write_source(folder):
    """40 folders of 25 files of 80 lines, and 50 more commits of one changed file."""
    chance = random.Random(7)
    folder.mkdir()
    git(folder, "init", "-q", "-b", BRANCH)

    def text():
        return "".join(f"{chance.getrandbits(64):x} {chance.getrandbits(64):x}\n" for _ in range(80))

    for directory in range(40):
        (folder / f"d{directory}").mkdir()
        for file in range(25):
            (folder / f"d{directory}" / f"f{file}.txt").write_text(text())
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "all")
    for change in range(50):
        (folder / f"d{change % 40}" / "f0.txt").write_text(text())
        git(folder, "commit", "-q", "-a", "-m", f"change {change}")
    git(folder, "gc", "-q")


class Bench:
    def __init__(self, work, sides):
        self.work = work
        self.sides = sides
        self.number = 0

    def fresh(self, prefix):
        self.number += 1
        return f"{prefix}{self.number}"

    def run_git(self, side, folder, *arguments):
        start = time.perf_counter()
        git(folder, "-c", f"http.extraHeader={self.sides[side].header}", *arguments)
        return time.perf_counter() - start

    def push_all(self, side, source):
        name = self.fresh("all")
        self.sides[side].create(name)
        return self.run_git(side, source, "push", "-q", self.sides[side].url(name), BRANCH)

    def push_one(self, side, name):
        folder = self.work / f"{side}-{name}"
        (folder / "one.txt").write_text(f"{time.time_ns()}\n")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "one")
        return self.run_git(side, folder, "push", "-q", self.sides[side].url(name), BRANCH)

    def clone(self, side, name, *options):
        target = self.work / self.fresh("clone")
        try:
            return self.run_git(side, self.work, "clone", "-q", *options, self.sides[side].url(name), str(target))
        finally:
            shutil.rmtree(target, ignore_errors=True)

    def list_refs(self, side, name):
        return self.run_git(side, self.work, "ls-remote", "-q", self.sides[side].url(name))

    def both(self, work):
        return harness.interleaved({side: (lambda side=side: work(side)) for side in self.sides}, RUNS)

    def prepare(self, name, source):
        """The repository on both servers, and a clone of each to push from."""
        for side, server in self.sides.items():
            server.create(name)
            folder = self.work / f"{side}-{name}"
            git(self.work, "clone", "-q", "--no-hardlinks", str(source), str(folder))
            self.run_git(side, folder, "push", "-q", server.url(name), BRANCH)


def measure_listing(bench, report):
    """First of all, because it also warms both servers up."""
    served = {"ours": [], "peer": []}
    failures = 0
    for _ in range(3):
        for side, server in bench.sides.items():
            harness.wait_idle()
            result = harness.wrk(server.url("speed") + "/info/refs?service=git-upload-pack", 16, seconds=4,
                                 headers=[server.header])
            served[side].append(result["rps"])
            failures += result["errors"] + result["bad"]
    report.compare("B9", "info/refs, 16 connections", PEER, served["ours"], served["peer"], 8, 16, unit="req/s",
                   better="higher", failures=failures)


def measure_speed(bench, report, source):
    bench.prepare("speed", source)
    measure_listing(bench, report)
    rows = [
        ("push of one changed file", 0.9, 0.7, lambda side: bench.push_one(side, "speed")),
        ("push of 1,000 files, 51 commits", 1.4, 1.0, lambda side: bench.push_all(side, source)),
        ("clone --bare", 1.1, 0.9, lambda side: bench.clone(side, "speed", "--bare")),
        ("ls-remote", 0.95, 0.7, lambda side: bench.list_refs(side, "speed"))]
    for work, wanted, stretch, step in rows:
        samples = bench.both(step)
        report.compare("B9", work, PEER, samples["ours"], samples["peer"], wanted, stretch)


def add_refs(bench, name, count):
    for side in bench.sides:
        folder = bench.work / f"{side}-{name}"
        head = git(folder, "rev-parse", "HEAD").strip()
        for first in range(0, count, 900):
            names = [f"refs/heads/r{ref}" for ref in range(first, min(first + 900, count))]
            git(folder, "update-ref", "--stdin", stdin="".join(f"create {ref} {head}\n" for ref in names))
            bench.run_git(side, folder, "push", "-q", bench.sides[side].url(name), *names)
        git(folder, "pack-refs", "--all")


def add_history(source, count):
    """Commits without change in their files, but each with a file of its own content."""
    lines = []
    for number in range(count):
        content = f"{number}\n"
        lines.append(f"commit refs/heads/{BRANCH}\ncommitter b <b@example.org> {1700000000 + number} +0000\ndata 1\n.\n"
                     + (f"from refs/heads/{BRANCH}^0\n" if number == 0 else "")
                     + f"M 100644 inline count.txt\ndata {len(content)}\n{content}\n")
    git(source, "fast-import", "--quiet", stdin="".join(lines))
    git(source, "reset", "-q", "--hard")


def measure_growth(bench, report, source):
    bench.prepare("few", source)
    bench.prepare("refs", source)
    add_refs(bench, "few", 10)
    add_refs(bench, "refs", REFS)
    long = bench.work / "long"
    git(bench.work, "clone", "-q", str(source), str(long))
    add_history(long, COMMITS)
    bench.prepare("long", long)
    steps = [
        (f"ls-remote, 10 to {REFS:,} refs", "refs", bench.list_refs),
        (f"push of one file, 10 to {REFS:,} refs", "refs", bench.push_one),
        (f"push of one file, 50 to {COMMITS:,} commits", "long", bench.push_one)]
    for work, large, step in steps:
        samples = {}
        for side in bench.sides:
            pair = harness.interleaved({name: (lambda name=name: step(side, name)) for name in (large, "few")},
                                       GROWTH_RUNS)
            samples[side] = pair
        peer = sorted(harness.ratios(samples["peer"][large], samples["peer"]["few"]))[GROWTH_RUNS // 2]
        report.compare("G6", work, "itself, small", samples["ours"][large], samples["ours"]["few"], 2.5,
                       note=f"{PEER} grows {peer:.2f}x")


def run(context, report):
    product = harness.Product(context.java, context.jar, context.work / "product").start()
    peer = Peer(context.work / "peer")
    peer.start()
    try:
        source = context.work / "source"
        write_source(source)
        bench = Bench(context.work, {"ours": Ours(product), "peer": peer})
        measure_speed(bench, report, source)
        measure_growth(bench, report, source)
    finally:
        peer.stop()
        product.stop()
