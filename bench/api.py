"""B13: the last 20 deployments of a project among 100,000, against FastAPI and SQLite."""

import json
import os
import re
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
import uuid
import venv
from pathlib import Path

import harness

BARS = ["B13"]
NEEDS = ["wrk"]
RUNS = 3
SECONDS = 8
DEPLOYMENTS = 100_000
PROJECTS = 100
QUICK = {"RUNS": 1, "SECONDS": 2, "DEPLOYMENTS": 2_000, "PROJECTS": 10}

PEER = '''
import os
import sqlite3

from fastapi import FastAPI, Header, HTTPException

app = FastAPI()
database = sqlite3.connect(os.environ["DATABASE"], check_same_thread=False)
database.row_factory = sqlite3.Row


@app.get("/v1/projects/{project}/deployments")
async def deployments(project: str, limit: int = 20, authorization: str = Header("")):
    if authorization != "Bearer " + os.environ["TOKEN"]:
        raise HTTPException(401)
    rows = database.execute(
        "SELECT id, project, commit_hash, status, origin, author, created, code, detail FROM deployments"
        " WHERE project = ? ORDER BY number DESC LIMIT ?", (project, limit))
    return {"items": [{
        "id": row["id"], "projectId": row["project"], "commit": row["commit_hash"], "commitHash": row["commit_hash"][:12],
        "status": row["status"], "origin": row["origin"], "by": row["author"], "createdAt": row["created"],
        "error": {"code": row["code"], "detail": row["detail"], "fix": "", "stage": "queued", "evidence": []},
    } for row in rows]}
'''

# Sixteen connections that pause 15 ms between two requests ask about 1,000 times a second.
LOAD = """
local pause, projects = %d, %d
math.randomseed(7)
request = function()
  local path = "/v1/projects/admin-p" .. math.random(0, projects - 1) .. "/deployments?limit=20"
  return wrk.format("GET", path, {["Authorization"] = "Bearer %s"})
end
if pause > 0 then delay = function() return pause end end
done = function(summary, latency, requests)
  io.write(string.format("p95 %%.3f\\n", latency:percentile(95) / 1000))
end
"""


class Peer:
    def __init__(self, context, token):
        self.work = context.work / "peer"
        self.work.mkdir()
        self.port = harness.free_port()
        self.token = token
        self.process = None

    def start(self):
        folder = self.work / "venv"
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "pip", "install", "-q", "fastapi", "uvicorn[standard]"], check=True)
        (self.work / "peer.py").write_text(PEER)
        self.fill()
        self.process = subprocess.Popen(
            [folder / "bin" / "uvicorn", "peer:app", "--port", str(self.port), "--log-level", "warning", "--no-access-log"],
            cwd=self.work, env=os.environ | {"DATABASE": str(self.work / "state.db"), "TOKEN": self.token},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def fill(self):
        with sqlite3.connect(self.work / "state.db") as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(
                "CREATE TABLE deployments (number INTEGER PRIMARY KEY, id TEXT UNIQUE, project TEXT, commit_hash TEXT,"
                " status TEXT, origin TEXT, author TEXT, created TEXT, code TEXT, detail TEXT)")
            database.executemany(
                "INSERT INTO deployments VALUES (?, ?, ?, ?, 'failed', 'UPLOAD', 'admin', ?, 'superseded', ?)",
                ((number, str(uuid.uuid4()), f"admin-p{number % PROJECTS}", "0123456789abcdef0123456789abcdef01234567",
                  time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "A newer deployment took its place.")
                 for number in range(DEPLOYMENTS)))
            database.execute("CREATE INDEX deployments_of_project ON deployments (project, number)")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


def filled(context):
    """A server with the deployments of others in it; the first start makes the account."""
    product = harness.Product(context.java, context.jar, context.work / "product").start()
    product.stop()
    source = Path(__file__).with_name("StateFill.java")
    subprocess.run([context.java, "-XX:+UseSerialGC", "-cp", str(context.jar), str(source), str(product.data),
                    str(DEPLOYMENTS), str(PROJECTS)], check=True, timeout=900)
    return product.start()


def last_twenty(port, token):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/projects/admin-p3/deployments?limit=20",
                                     headers={"Authorization": "Bearer " + token})
    with urllib.request.urlopen(request, timeout=5) as reply:
        return json.loads(reply.read())["items"]


def await_same_answer(product, peer, token):
    """Both know 20 deployments of a project: the work is the same."""
    end = time.monotonic() + 20
    while True:
        try:
            counts = len(last_twenty(product.port, token)), len(last_twenty(peer.port, token))
            break
        except (OSError, urllib.error.URLError):
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
    if counts != (20, 20):
        raise RuntimeError(f"the answers have {counts[0]} and {counts[1]} deployments (expected: 20 each)")


def run(context, report):
    product = filled(context)
    token = product.token()
    peer = Peer(context, token).start()
    try:
        await_same_answer(product, peer, token)
        ports = {"product": product.port, "peer": peer.port}
        paced = measure(context, ports, token, 15, 16)
        compare(report, "paced, about 1,000 req/s: p95", paced, "p95", 0.6, 0.3, "ms", "lower")
        saturated = measure(context, ports, token, 0, 32)
        compare(report, "saturated, c=32", saturated, "rps", 2.5, 5, "req/s", "higher")
        compare(report, "saturated, c=32: p95", saturated, "p95", 1.0, 0.6, "ms", "lower")
    finally:
        peer.stop()
        product.stop()


def measure(context, ports, token, pause, connections):
    script = context.work / f"load-{pause}.lua"
    script.write_text(LOAD % (pause, PROJECTS, token))

    def load(port):
        result = harness.wrk(f"http://127.0.0.1:{port}/", connections, SECONDS, script=script)
        result["p95"] = float(re.search(r"^p95 ([\d.]+)$", result["text"], re.M).group(1))
        return result

    return harness.interleaved({name: (lambda port=port: load(port)) for name, port in ports.items()}, RUNS)


def compare(report, work, samples, key, wanted, stretch, unit, better):
    scale = 1000 if unit == "ms" else 1
    product, peer = ([sample[key] / scale for sample in samples[name]] for name in ("product", "peer"))
    failures = sum(sample["errors"] + sample["bad"] for sample in samples["product"])
    rate = sum(sample["rps"] for sample in samples["product"]) / len(samples["product"])
    report.compare("B13", f"last 20 of {DEPLOYMENTS:,} deployments, {work}", "FastAPI + SQLite", product, peer, wanted,
                   stretch, unit=unit, better=better, failures=failures, note=f"at {rate:.0f} req/s")
