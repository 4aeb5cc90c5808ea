"""B17, G5: 5,000 WebSocket watchers of one deployment; how late the last one hears of an event, and what each weighs.

The time runs from the event's own stamp, on both sides, so that what causes it (ours: the end of a build) is not measured.
The event is the last one, so both sides send it and then close each connection.
"""

import json
import subprocess
import time

import harness

BARS = ["B17", "G5"]
NEEDS = ["node", "npm"]
WATCHERS = 5000
RUNS = 5
QUICK = {"WATCHERS": 50, "RUNS": 1}

CLIENT = """
const WebSocket = require("ws");
const [url, count, token, trigger] = process.argv.slice(2);
const sockets = [];
let open = 0, heard = 0;
const last = (n) => (n === Number(count));
function connect() {
  const socket = new WebSocket(url, { headers: token ? { Authorization: `Bearer ${token}` } : {} });
  sockets.push(socket);
  socket.on("open", () => { if (last(++open)) setTimeout(fire, 1000); else if (open + 50 > sockets.length && sockets.length < Number(count)) connect(); });
  socket.on("message", (message) => {
    const event = JSON.parse(message);
    if (event.status !== "failed") return;
    if (last(++heard)) { console.log(JSON.stringify({ seconds: (Date.now() - Date.parse(event.ts)) / 1000 })); process.exit(0); }
  });
  socket.on("error", (error) => { console.error(error.message); process.exit(1); });
}
async function fire() {
  console.log("open");
  await new Promise((go) => process.stdin.once("data", go));
  await fetch(trigger, { method: "POST", headers: token ? { Authorization: `Bearer ${token}` } : {} });
}
for (let index = 0; index < 50; index++) connect();
"""
PEER = """
const { createServer } = require("http");
const { WebSocketServer } = require("ws");
const fields = { deploymentId: "x".repeat(36), projectId: "admin-app", commitHash: "a1b2c3d4e5f6", status: "failed", logs: [], seq: 7 };
const server = createServer((request, response) => {
  const event = JSON.stringify({ ...fields, ts: new Date().toISOString() });
  for (const socket of sockets.clients) { socket.send(event); socket.close(1000); }
  response.end();
});
const sockets = new WebSocketServer({ server });
server.listen(Number(process.argv[2]), "127.0.0.1");
"""


def run(context, report):
    work = context.work
    (work / "package.json").write_text('{"dependencies":{"ws":"8"}}')
    (work / "client.js").write_text(CLIENT)
    (work / "peer.js").write_text(PEER)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=work, check=True, capture_output=True)
    product = harness.Product(context.java, context.jar, work / "product", [
        "--set", "limits.sockets-per-user=100000", "--set", "limits.connections=20000",
        "--set", "limits.connections-per-address=20000"]).start()
    port = harness.free_port()
    peer = subprocess.Popen(["node", "peer.js", str(port)], cwd=work)
    weights = []

    def watch(url, token, trigger, pid, weigh):
        before = harness.pss_mib([pid])
        client = subprocess.Popen(["node", "client.js", url, str(WATCHERS), token, trigger], cwd=work,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if client.stdout.readline().strip() != "open":
            raise RuntimeError("not all watchers connected")
        if weigh:
            weights.append((harness.pss_mib([pid]) - before) * 1024 / WATCHERS)
        client.stdin.write("go\n")
        client.stdin.flush()
        seconds = json.loads(client.stdout.readline())["seconds"]
        client.wait(timeout=30)
        return seconds

    def ours():
        token = product.token()
        files = {"index.html": "<p>watched</p>", "backend.yml":
                 "name: watched\nruntime: static\nbuild:\n  command: sleep 120\n", "salt": str(time.time_ns())}
        deployment = product.call("POST", "/api/deploy", {"projectId": "admin-watched", "files": files}, token=token)
        return watch(deployment["websocketUrl"], token,
                     f"{product.url}/v1/deployments/{deployment['deploymentId']}/cancel", product.process.pid, True)

    def theirs():
        return watch(f"ws://127.0.0.1:{port}/", "", f"http://127.0.0.1:{port}/", peer.pid, False)

    try:
        time.sleep(1)
        samples = harness.interleaved({"ours": ours, "theirs": theirs}, RUNS)
        report.compare("B17", f"an event at the last of {WATCHERS} watchers, from its time stamp", "node ws",
                       samples["ours"], samples["theirs"], 0.7, 0.4,
                       note="ours also makes the event durable after stamping it")
        report.add(harness.Row("B17", "memory of a watcher", "32 KiB", "KiB / 32", max(weights) / 32, 1.0,
                               product=f"{max(weights):.1f} KiB", peer_figure="32 KiB", runs=len(weights)))
    finally:
        peer.terminate()
        peer.wait()
        product.stop()
