"""B18, B19, G8, G11: many first deploys at once, a month in minutes, and what a thousand redeploys leave behind."""

import concurrent.futures
import os
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import apps
import harness

BARS = ["B18", "B19", "G8", "G11"]
NEEDS = ["python3"]
MONTH_USERS = 100
MONTH_DEPLOYS = 500
REDEPLOYS = 300
WARM_UPS = 50
AT_ONCE = (25, 50)
QUICK = {"MONTH_USERS": 4, "MONTH_DEPLOYS": 8, "REDEPLOYS": 3, "WARM_UPS": 2, "AT_ONCE": (2, 3)}


def files_of(folder):
    return {str(path.relative_to(folder)): path.read_text() for path in Path(folder).rglob("*")
            if path.is_file() and path.suffix in (".py", ".yml")}


class Deployer:
    def __init__(self, product):
        self.product = product
        self.renew()

    def renew(self):
        self.token = self.product.token()
        self.until = time.monotonic() + 600

    def deploy(self, name, files):
        """Returns (seconds, status) of one deployment, polled to its end."""
        if time.monotonic() > self.until:
            self.renew()
        start = time.perf_counter()
        reply = self.product.call("POST", "/api/deploy", {"projectId": f"admin-{name}", "projectName": name, "files": files},
                                  token=self.token)
        while True:
            status = self.product.call("GET", f"/api/status/{reply['deploymentId']}", token=self.token)["status"]
            if status in ("complete", "failed"):
                return time.perf_counter() - start, status
            time.sleep(0.02)


def bare_starts(count, source):
    """Seconds until `count` bare copies of the app, started at once, all answer."""
    ports = [harness.free_port() for _ in range(count)]
    start = time.perf_counter()
    processes = [subprocess.Popen([sys.executable, "-m", "app.main"], cwd=source,
                                  env={"PORT": str(port), "HOST": "127.0.0.1", "PATH": os.environ["PATH"]}) for port in ports]
    try:
        for port in ports:
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
                    break
                except (OSError, urllib.error.URLError):
                    time.sleep(0.002)
        return time.perf_counter() - start
    finally:
        for process in processes:
            process.kill()
            process.wait()


def first_deploys(product, count, prefix):
    deployer = Deployer(product)
    payloads = []
    for index in range(count):
        name = f"{prefix}{index}"
        folder = apps.python_app(product.work / "apps" / name, name)
        payloads.append((name, files_of(folder)))
    start = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        results = list(pool.map(lambda payload: deployer.deploy(*payload), payloads))
    return time.perf_counter() - start, results


def run(context, report):
    product = harness.Product(context.java, context.jar, context.work / "product").start()
    source = apps.python_app(context.work / "bare")
    first_deploys(product, 1, "warm")
    single, _ = first_deploys(product, 1, "single")
    for count, prefix in zip(AT_ONCE, "ab"):
        bare = bare_starts(count, source)
        wall, results = first_deploys(product, count, prefix)
        failures = sum(status != "complete" for _, status in results)
        report.add(harness.Row("B18", f"{count} first deploys at once", f"{count} bare app starts", "ratio of wall",
                               wall / bare, 5.0, stretch=2.5, product=f"{wall:.2f} s", peer_figure=f"{bare:.2f} s",
                               runs=1, failures=failures,
                               note=f"first finished after {min(seconds for seconds, _ in results):.2f} s; one alone {single:.2f} s"))
    product.stop_apps()

    deployer = Deployer(product)
    idle = proxy_p95(product, "single0", 5) if restart(product, deployer, "single0") else None
    month(product, deployer, report, idle)
    thousand(product, deployer, report)
    product.stop_apps()
    product.stop()


def restart(product, deployer, name):
    folder = product.work / "apps" / name
    return deployer.deploy(name, files_of(folder))[1] == "complete"


def proxy_p95(product, name, seconds, rate=200, stop=None):
    """p95 in ms of a paced stream of requests through the proxy, and failures."""
    times, failures = [], 0
    end = time.monotonic() + seconds
    pause = 1 / rate
    while time.monotonic() < end and not (stop and stop.is_set()):
        start = time.perf_counter()
        try:
            product.get_app(name)
            times.append((time.perf_counter() - start) * 1000)
        except (OSError, urllib.error.URLError):
            failures += 1
        time.sleep(max(0, pause - (time.perf_counter() - start)))
    return (statistics.quantiles(times, n=20)[18] if len(times) > 20 else 0.0), failures


def month(product, deployer, report, idle):
    """100 users' projects, 500 deploys, four of five of them redeploys, traffic beside."""
    stop = threading.Event()
    traffic = {}
    watcher = threading.Thread(target=lambda: traffic.update(zip(("p95", "failures"), proxy_p95(product, "single0", 900, stop=stop))))
    watcher.start()
    payloads = {}
    for index in range(MONTH_USERS):
        folder = apps.python_app(product.work / "apps" / f"m{index}", f"m{index}")
        payloads[f"m{index}"] = files_of(folder)

    def user(name):
        outcomes = []
        for number in range(MONTH_DEPLOYS // MONTH_USERS):
            payloads[name]["app/version.py"] = f'V = "{name}-{number}"\n'
            outcomes.append(deployer.deploy(name, payloads[name])[1])
        return outcomes

    start = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        outcomes = [status for result in pool.map(user, payloads) for status in result]
    wall = time.perf_counter() - start
    stop.set()
    watcher.join()
    good = sum(status == "complete" for status in outcomes)
    report.add(harness.Row("B19", f"a month in minutes: {len(outcomes)} deploys, 200 requests/s beside", "guard of 150 s",
                           "wall / 150 s", wall / 150, 1.0, product=f"{wall:.1f} s, {good} of {len(outcomes)} complete",
                           peer_figure="150 s", runs=1, failures=len(outcomes) - good + traffic["failures"],
                           note=f"proxy p95 {traffic['p95']:.1f} ms, idle {idle[0]:.1f} ms"))


def thousand(product, deployer, report):
    pid = product.process.pid
    payload = files_of(product.work / "apps" / "single0")

    def facts():
        time.sleep(3)
        return (harness.pss_mib([pid]), len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task")))

    for number in range(WARM_UPS):
        payload["app/version.py"] = f'V = "w{number}"\n'
        deployer.deploy("single0", payload)
    before = facts()
    failures = 0
    for number in range(REDEPLOYS):
        payload["app/version.py"] = f'V = "t{number}"\n'
        failures += deployer.deploy("single0", payload)[1] != "complete"
    after = facts()
    report.add(harness.Row("G11", f"{REDEPLOYS} redeploys of one app", "itself before", "PSS after / before",
                           after[0] / before[0], 1.10, product=f"{after[0]:.0f} MiB, {after[1]} files, {after[2]} threads",
                           peer_figure=f"{before[0]:.0f} MiB, {before[1]} files, {before[2]} threads", runs=1, failures=failures))
