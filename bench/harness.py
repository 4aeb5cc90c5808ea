"""What every measurement shares: quiet machine, interleaved runs, ratios, one report.

Product and peer run in turn, A B A B, within one run; the verdict is the median of the pairwise ratios. Each timed run
first waits (4 s at most) until 80 % of the machine is idle. Absolute numbers are snapshots of one machine and are never
a verdict.
"""

import json
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RESULTS = HERE / "results"
IDLE_WANTED = 0.80
IDLE_WAIT_SECONDS = 4.0


def say(text):
    print(text, file=sys.stderr, flush=True)


# --- the machine -----------------------------------------------------------------------------------


def _cpu_times():
    fields = [int(value) for value in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return fields[3] + fields[4], sum(fields)


def idle_share(seconds=0.2):
    idle_before, all_before = _cpu_times()
    time.sleep(seconds)
    idle_after, all_after = _cpu_times()
    return (idle_after - idle_before) / max(1, all_after - all_before)


def wait_idle():
    """True when the machine became quiet; False when the wait was given up (a missed gate)."""
    end = time.monotonic() + IDLE_WAIT_SECONDS
    while time.monotonic() < end:
        if idle_share() >= IDLE_WANTED:
            return True
    return False


def machine():
    cpu = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    memory_kib = int(re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text()).group(1))
    return f"{os.cpu_count()} x {cpu.group(1) if cpu else platform.machine()}, {memory_kib >> 20} GiB, Linux {platform.release()}"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def process_tree(pid):
    children = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
            except (OSError, IndexError):
                pass
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        todo.extend(children.get(one, []))
    return found


def cpu_seconds(pids):
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return ticks / os.sysconf("SC_CLK_TCK")


def pss_mib(pids):
    total = 0
    for pid in pids:
        try:
            total += int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M).group(1))
        except (OSError, AttributeError):
            pass
    return total / 1024


# --- timing ----------------------------------------------------------------------------------------


def interleaved(cases, runs, warm_up=1):
    """cases: name -> function that does the work once and returns seconds (or any figure). Returns name -> list."""
    samples = {name: [] for name in cases}
    missed = 0
    for index in range(warm_up + runs):
        for name, work in cases.items():
            missed += not wait_idle()
            figure = work()
            if index >= warm_up:
                samples[name].append(figure)
    if missed > 0.3 * len(cases) * (runs + warm_up):
        say(f"  the machine was busy before {missed} of {len(cases) * (runs + warm_up)} runs: read with care")
    return samples


def timed(work):
    """Wraps a function so that it returns the seconds that it took."""

    def run():
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return run


def ratios(product, peer):
    return [a / b for a, b in zip(product, peer)]


def wrk(url, connections, seconds=8, threads=2, script=None, headers=()):
    """Runs wrk; returns requests/s, latency percentiles in ms, and errors."""
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency"]
    for header in headers:
        command += ["-H", header]
    if script:
        command += ["-s", str(script)]
    text = subprocess.run(command + [url], capture_output=True, text=True, check=True, timeout=seconds + 30).stdout

    def milliseconds(value):
        number, unit = re.match(r"([\d.]+)(us|ms|s)", value).groups()
        return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]

    percentiles = dict(re.findall(r"^\s+(50|75|90|99)%\s+(\S+)", text, re.M))
    socket_errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    bad_status = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return {
        "rps": float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)),
        "requests": int(re.search(r"(\d+) requests in", text).group(1)),
        "p50": milliseconds(percentiles["50"]),
        "p99": milliseconds(percentiles["99"]),
        "errors": sum(map(int, socket_errors.groups())) if socket_errors else 0,
        "bad": int(bad_status.group(1)) if bad_status else 0,
        "text": text,
    }


# --- report ----------------------------------------------------------------------------------------


@dataclass
class Row:
    """One line of bench/README.md. `better` says which way the ratio should go."""

    bar: str
    work: str
    peer: str
    metric: str
    ratio: float
    wanted: float
    better: str = "lower"
    stretch: float | None = None
    product: str = ""
    peer_figure: str = ""
    runs: int = 0
    failures: int = 0
    note: str = ""

    def met(self):
        inside = self.ratio <= self.wanted if self.better == "lower" else self.ratio >= self.wanted
        return inside and self.failures == 0


@dataclass
class Report:
    """Collects rows of one benchmark and writes them to bench/results/NAME.json."""

    name: str
    rows: list = field(default_factory=list)

    def add(self, row):
        self.rows.append(row)
        sign = "<=" if row.better == "lower" else ">="
        say(
            f"  {row.bar:4} {row.work}: {row.metric} {row.ratio:.3g} (bar {sign} {row.wanted:g})"
            f"{'' if row.met() else '  MISSED'}  product {row.product}, {row.peer} {row.peer_figure}"
            f"{f', failures {row.failures}' if row.failures else ''}"
        )

    def compare(self, bar, work, peer, product_samples, peer_samples, wanted, stretch=None, unit="ms", better="lower",
                failures=0, note=""):
        """A row from two lists of samples of the same length; seconds when the unit is ms."""
        scale = 1000.0 if unit == "ms" else 1.0
        pairs = ratios(product_samples, peer_samples)
        self.add(Row(
            bar=bar, work=work, peer=peer, metric=f"ratio of {unit}", ratio=statistics.median(pairs), wanted=wanted,
            better=better, stretch=stretch, runs=len(pairs), failures=failures, note=note,
            product=f"{statistics.median(product_samples) * scale:.4g} {unit}",
            peer_figure=f"{statistics.median(peer_samples) * scale:.4g} {unit}",
        ))

    def write(self):
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{self.name}.json").write_text(json.dumps({
            "name": self.name,
            "when": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            "machine": machine(),
            "load": os.getloadavg(),
            "rows": [asdict(row) | {"met": row.met()} for row in self.rows],
        }, indent=1) + "\n")


# --- the product -----------------------------------------------------------------------------------


class Product:
    """A server of ours in an empty folder, started as a person would, stopped by its own pid."""

    def __init__(self, java, jar, work, extra=()):
        self.work = Path(work)
        self.work.mkdir(parents=True, exist_ok=True)
        self.jar = Path(jar)
        self.java = java
        self.port = free_port()
        self.apps_port = free_port()
        self.data = self.work / "data"
        # The rates for people would measure themselves.
        self.extra = ["--set", "limits.deploys-per-minute=100000", "--set", "limits.requests-per-minute=10000000",
                      "--set", "limits.git-requests-per-minute=100000", *extra]
        self.process = None
        self.url = f"http://127.0.0.1:{self.port}"
        launcher = self.jar.parent / "backendim"
        self.program = [str(launcher)] if launcher.exists() else [java, "-jar", str(self.jar)]

    def environment(self):
        kept = {key: value for key, value in os.environ.items() if not key.startswith("BACKENDIM_")}
        return kept | {
            "BACKENDIM_URL": self.url,
            "XDG_CONFIG_HOME": str(self.work / "config"),
            "XDG_DATA_HOME": str(self.work / "share"),
            "JAVA_HOME": str(Path(self.java).resolve().parent.parent),
        }

    def start(self):
        self.spawn()
        return self.await_ready()

    def spawn(self):
        self.log = open(self.work / "server.log", "ab")
        self.process = subprocess.Popen(
            self.program + ["serve", "--data", str(self.data), "--port", str(self.port), "--apps-port",
                            str(self.apps_port), *self.extra],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, env=self.environment(), start_new_session=True)

    def await_ready(self):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(self.url + "/readyz", timeout=1):
                    return self
            except (OSError, urllib.error.URLError):
                if self.process.poll() is not None:
                    raise RuntimeError(f"the server ended: {(self.work / 'server.log').read_text()[-2000:]}")
                time.sleep(0.005)
        raise RuntimeError("the server was not ready in 30 s")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=40)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def cli(self, *arguments, check=True, **options):
        return subprocess.run(self.program + [*arguments], env=self.environment(), check=check, capture_output=True,
                              text=True, timeout=600, **options)

    def token(self):
        key = (self.data / "admin.key").read_text().strip()
        return self.call("POST", "/api/auth/login", {"key": key}, token=None)["access_token"]

    def call(self, method, path, body=None, token=None, headers=()):
        request = urllib.request.Request(self.url + path, method=method,
                                         data=None if body is None else json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        for name, value in headers:
            request.add_header(name, value)
        if token:
            request.add_header("Authorization", "Bearer " + token)
        with urllib.request.urlopen(request, timeout=60) as reply:
            text = reply.read()
            return json.loads(text) if text else None

    def app_host(self, name):
        return f"{name}.localhost:{self.apps_port}"

    def get_app(self, name, path="/", timeout=10):
        """GET through the proxy without a name lookup."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.apps_port}{path}")
        request.add_header("Host", self.app_host(name))
        with urllib.request.urlopen(request, timeout=timeout) as reply:
            return reply.read()

    def stop_apps(self):
        """Ends every app that this server left running."""
        try:
            token = self.token()
            for project in self.call("GET", "/v1/projects?limit=200", token=token)["items"]:
                self.call("POST", f"/v1/projects/{project['id']}/stop", {}, token=token)
        except (OSError, KeyError, ValueError) as problem:
            say(f"  could not stop the apps: {problem}")


def needs(*programs):
    """Names of the programs that are missing here."""
    return [program for program in programs if shutil.which(program) is None]
