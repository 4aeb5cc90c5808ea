"""B21: kill -9 of the server at random moments of a stream of deploys; restart until every app is routed again."""

import random
import statistics
import threading
import time
import urllib.error

import apps
import harness

BARS = ["B21"]
NEEDS = ["python3"]
KILLS = 50
APPS = 3
QUICK = {"KILLS": 2}


def run(context, report):
    product = harness.Product(context.java, context.jar, context.work / "product").start()
    names = [f"app{index}" for index in range(APPS)]
    accepted, restarts, lost, version = [], [], 0, 0

    def files(name, number):
        folder = context.work / f"{name}-{number}"
        apps.python_app(folder, name)
        apps.set_version(folder, str(number))
        return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}

    for name in names:
        folder = apps.python_app(context.work / name, name)
        product.cli("deploy", "--dir", str(folder))
    payload = {name: files(name, 0) for name in names}
    seeded = random.Random(7)
    for _ in range(KILLS):
        token = product.token()
        over = threading.Event()

        def stream():
            nonlocal version
            while not over.is_set():
                for name in names:
                    version += 1
                    payload[name]["app/version.py"] = f'V = "{version}"\n'
                    try:
                        reply = product.call("POST", "/api/deploy", {"projectId": f"admin-{name}", "files": payload[name]},
                                             token=token)
                        accepted.append(reply["deploymentId"])
                    except (OSError, urllib.error.URLError, ValueError):
                        return

        worker = threading.Thread(target=stream)
        worker.start()
        time.sleep(seeded.uniform(0.05, 1.5))
        product.kill()
        over.set()
        worker.join()
        start = time.perf_counter()
        product.spawn()
        pending = set(names)
        while pending and time.perf_counter() - start < 30:
            for name in list(pending):
                try:
                    product.get_app(name, timeout=2)
                    pending.discard(name)
                except (OSError, urllib.error.URLError):
                    time.sleep(0.005)
        restarts.append(time.perf_counter() - start)
        product.await_ready()
        lost += len(pending)
    token = product.token()
    end = time.monotonic() + 60
    open_ones = set(accepted)
    while open_ones and time.monotonic() < end:
        for deployment in list(open_ones):
            try:
                if product.call("GET", f"/api/status/{deployment}", token=token)["status"] in ("complete", "failed"):
                    open_ones.discard(deployment)
            except urllib.error.HTTPError:
                pass
        time.sleep(0.1)
    report.add(harness.Row(
        "B21", f"{KILLS} kills, {len(accepted)} accepted deploys, {APPS} apps", "absolute", "accepted deploys lost",
        len(open_ones), 0, failures=lost, runs=KILLS,
        product=f"restart to all apps routed: median {statistics.median(restarts) * 1000:.0f} ms, max {max(restarts) * 1000:.0f} ms",
        peer_figure="0"))
    product.stop_apps()
    product.stop()
