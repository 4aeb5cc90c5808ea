"""B20, G9: an app that prints much must slow neither itself nor a look at its last lines, nor its neighbours."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import harness
from many import Deployer

BARS = ["B20", "G9"]
NEEDS = ["python3", "multilog", "tail"]
RUNS = 5
MEGABYTES = 500
LARGE_MEGABYTES = 1024
TAIL_LINES = 200
QUICK = {"RUNS": 1, "MEGABYTES": 5, "LARGE_MEGABYTES": 20}

WRITER = '''import os

LINE = (b"2026-11-21T00:00:00Z INFO request served path=/users status=200 took=12ms id=%08d and a few more words\\n")


def printed(megabytes, descriptor=1):
    """Writes blocks of 64 KiB, as a busy logger does, and a last line of its own."""
    block = b"".join(LINE % number for number in range(650))
    for _ in range(megabytes * (1 << 20) // len(block)):
        view = memoryview(block)
        while view:
            view = view[os.write(descriptor, view):]
    os.write(descriptor, b"end of output\\n")
'''

APP = '''import http.server
import os
import socketserver

from writer import printed


class App(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/print/"):
            printed(int(self.path.rpartition("/")[2]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *arguments):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


Server((os.environ["HOST"], int(os.environ["PORT"])), App).serve_forever()
'''


def run(context, report):
    product = harness.Product(context.java, context.jar, context.work / "product").start()
    try:
        deployer = Deployer(product)
        for name in ("printer", "neighbour"):
            deploy(product, deployer, name)
        growth = Growth(product, deployer)
        small = growth.measure(1)
        intake(context, product, deployer, report)
        large = growth.measure(LARGE_MEGABYTES)
        growth.report(report, small, large)
    finally:
        product.stop_apps()
        product.stop()


def deploy(product, deployer, name):
    config = f"name: {name}\nruntime: python\nentrypoint: python3 main.py\nresources:\n  cpu: 1\n"
    files = {"main.py": APP, "writer.py": WRITER, "backend.yml": config}
    reply = product.call("POST", "/api/deploy", {"projectName": name, "files": files}, token=deployer.token)
    status = "queued"
    while status not in ("complete", "failed"):
        time.sleep(0.05)
        status = product.call("GET", f"/api/status/{reply['deploymentId']}", token=deployer.token)["status"]
    if status == "failed":
        raise RuntimeError(f"the deployment of {name} failed")


def intake(context, product, deployer, report):
    folder = context.work / "multilog"
    folder.mkdir()
    (folder / "writer.py").write_text(WRITER)
    kept = folder / "kept"

    def peer():
        shutil.rmtree(kept, ignore_errors=True)
        writer = subprocess.Popen([sys.executable, "-c", f"from writer import printed; printed({MEGABYTES})"], cwd=folder,
                                  stdout=subprocess.PIPE)
        log = subprocess.Popen(["multilog", "s16777215", "n7", str(kept)], stdin=writer.stdout)
        writer.stdout.close()
        if writer.wait() or log.wait():
            raise RuntimeError("multilog failed")

    def ours():
        product.get_app("printer", f"/print/{MEGABYTES}", timeout=120)
        wait_for_end(product, deployer)

    samples = harness.interleaved({"product": harness.timed(ours), "peer": harness.timed(peer)}, RUNS)
    report.compare("B20", f"app prints {MEGABYTES} MB until its last line is stored", "multilog", samples["product"],
                   samples["peer"], 0.8, 0.4)

    whole = folder / "whole.log"
    with whole.open("wb") as file:
        subprocess.run([sys.executable, "-c", f"from writer import printed; printed({MEGABYTES})"], cwd=folder, stdout=file,
                       check=True)
    samples = harness.interleaved({
        "product": harness.timed(lambda: last_lines(product, deployer, "printer")),
        "peer": harness.timed(lambda: subprocess.run(["tail", "-n", str(TAIL_LINES), str(whole)], stdout=subprocess.DEVNULL,
                                                     check=True)),
    }, 15)
    report.compare("B20", f"last {TAIL_LINES} lines of it", "tail -n 200", samples["product"], samples["peer"], 3.0, 1.0)


def last_lines(product, deployer, name, count=TAIL_LINES):
    return product.call("GET", f"/v1/projects/{name}/logs?lines={count}", token=deployer.token)


def wait_for_end(product, deployer):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        lines = last_lines(product, deployer, "printer", 1)
        if "end of output" in str(lines):
            return
        time.sleep(0.01)
    raise RuntimeError("the last line was not stored within 60 s")


class Growth:
    """The same three figures when little and when much was printed."""

    def __init__(self, product, deployer):
        self.product = product
        self.deployer = deployer

    def measure(self, megabytes):
        self.deployer.renew()
        self.product.get_app("printer", f"/print/{megabytes}", timeout=300)
        wait_for_end(self.product, self.deployer)
        time.sleep(2)
        harness.wait_idle()
        tails, gets = [], []
        for _ in range(40):
            tails.append(harness.timed(lambda: last_lines(self.product, self.deployer, "printer"))())
        for _ in range(400):
            gets.append(harness.timed(lambda: self.product.get_app("neighbour"))())
        return {"tail": sorted(tails), "p95": sorted(gets)[380], "pss": harness.pss_mib([self.product.process.pid]),
                "disk": megabytes_on_disk(self.product.data)}

    def report(self, report, small, large):
        report.compare("G9", f"last {TAIL_LINES} lines, 1 MB to 1 GB printed", "itself at 1 MB", large["tail"], small["tail"],
                       1.5)
        report.compare("G9", "p95 of another app, 1 MB to 1 GB printed", "itself at 1 MB", [large["p95"]], [small["p95"]], 1.2)
        report.add(harness.Row("G9", "memory of the server, 1 MB to 1 GB printed", "itself at 1 MB", "MiB more / 20",
                               (large["pss"] - small["pss"]) / 20, 1.0, product=f"{large['pss']:.0f} MiB",
                               peer_figure=f"{small['pss']:.0f} MiB", runs=1,
                               note=f"data folder {large['disk']} MiB on disk"))


def megabytes_on_disk(folder):
    return int(subprocess.run(["du", "-sm", str(Path(folder))], capture_output=True, text=True, check=True).stdout.split()[0])
