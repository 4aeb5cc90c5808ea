"""B10, B11, B12: the apps' listener against nginx and caddy, with a static nginx as the app."""

import re
import signal
import statistics
import subprocess
import time
import urllib.error
import urllib.request

import harness

BARS = ["B10", "B11", "B12"]
NEEDS = ["nginx", "caddy", "wrk", "node"]
RUNS = 3
SECONDS = 8
APPS = 1_000
SWITCHES = 100
SWITCH_SECONDS = 30
SOCKETS = 200
QUICK = {"RUNS": 1, "SECONDS": 1, "APPS": 20, "SWITCHES": 5, "SOCKETS": 10, "SWITCH_SECONDS": 4}

COMMON = """user root; pid {work}/{name}.pid; error_log {work}/{name}.err; daemon off; worker_processes {workers};
events {{ worker_connections 8192; }}
http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 300s; server_names_hash_max_size 65536;
 server_names_hash_bucket_size 128; client_body_temp_path {work}/{name}_b; proxy_temp_path {work}/{name}_p;
 fastcgi_temp_path {work}/{name}_f; uwsgi_temp_path {work}/{name}_u; scgi_temp_path {work}/{name}_s;
"""
BACKEND = """ server {{ listen 127.0.0.1:{port} backlog=4096; {second}
 location / {{ return 200 "hello world\\n"; }} location /f/ {{ alias {work}/files/; }} }} }}
"""
UPSTREAMS = """ map $http_upgrade $conn {{ default upgrade; '' ''; }}
 upstream b {{ server 127.0.0.1:{backend}; keepalive 128; keepalive_requests 1000000000; }}
 upstream w {{ server 127.0.0.1:{echo}; }}
"""
SITE = """ server {{ listen 127.0.0.1:{port} {once}; server_name app-{index}.localhost;
 location / {{ proxy_pass http://b; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; }}
 location /ws {{ proxy_pass http://w; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;
 proxy_set_header Connection $conn; proxy_read_timeout 300s; }} }}
"""
MANY_HOSTS = """
local number = 0
request = function()
  number = (number + 7) % %d
  return wrk.format("GET", "/", {["Host"] = "app-" .. number .. ".localhost"})
end
"""

# A WebSocket echo and its 200 clients, of what node brings along: RFC 6455 by hand, short text frames only.
ECHO_SERVER = """
const crypto = require('crypto');
const server = require('http').createServer((request, response) => response.end('hello'));
server.on('upgrade', (request, socket) => {
  socket.setNoDelay(true);
  const key = crypto.createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11');
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: '
    + key.digest('base64') + '\\r\\n\\r\\n');
  let rest = Buffer.alloc(0);
  socket.on('data', data => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= 6 && rest.length >= 6 + (rest[1] & 127)) {
      const length = rest[1] & 127;
      const frame = Buffer.alloc(2 + length);
      frame[0] = rest[0];
      frame[1] = length;
      for (let i = 0; i < length; i++) frame[2 + i] = rest[6 + i] ^ rest[2 + i % 4];
      rest = rest.subarray(6 + length);
      socket.write(frame);
    }
  });
  socket.on('error', () => socket.destroy());
});
server.listen(Number(process.argv[2]), '127.0.0.1', 4096);
"""
ECHO_CLIENT = """
const net = require('net');
const [port, sockets, seconds] = process.argv.slice(2).map(Number);
const frame = Buffer.from([0x81, 0x85, 0, 0, 0, 0, 104, 101, 108, 108, 111]);
let echoes = 0, broken = 0;
for (let i = 0; i < sockets; i++) {
  const socket = net.connect(port, '127.0.0.1');
  let open = false, seen = 0;
  socket.setNoDelay(true);
  socket.write('GET /ws HTTP/1.1\\r\\nHost: app-0.localhost\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n'
    + 'Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n');
  socket.on('data', data => {
    if (!open) {
      open = data.includes('101');
      if (!open) broken++;
      socket.write(frame);
      return;
    }
    seen += data.length;
    while (seen >= 7) { seen -= 7; echoes++; socket.write(frame); }
  });
  socket.on('error', () => broken++);
  socket.on('close', () => broken++);
}
setTimeout(() => { console.log(echoes / seconds, broken); process.exit(0); }, seconds * 1000);
"""


class Stand:
    """Backend, echo server and proxies; all on loopback, all stopped by their own pid."""

    def __init__(self, context):
        self.work = context.work
        self.running = {}
        self.ports = {name: harness.free_port() for name in
                      ("backend", "second", "echo", "echo_proxy", "product", "nginx", "caddy")}
        files = self.work / "files"
        files.mkdir()
        (files / "16k").write_bytes(b"x" * 16_384)
        (files / "1m").write_bytes(b"x" * (1 << 20))
        (self.work / "echo.js").write_text(ECHO_SERVER)
        (self.work / "client.js").write_text(ECHO_CLIENT)
        self.start("echo", ["node", str(self.work / "echo.js"), str(self.ports["echo"])])
        self.nginx("backend", 1, BACKEND.format(
            port=self.ports["backend"], work=self.work, second=f"listen 127.0.0.1:{self.ports['second']} backlog=4096;"))
        self.nginx("nginx", 2, self.nginx_sites())
        (self.work / "Caddyfile").write_text(self.caddyfile())
        self.start("caddy", ["caddy", "run", "--adapter", "caddyfile", "--config", str(self.work / "Caddyfile")])
        java = [context.java, "-Xmx256m", "-XX:+UseSerialGC", "-cp", str(context.jar), str(harness.HERE / "ProxyServer.java")]
        self.java("product", java, self.ports["product"], self.ports["backend"])
        self.java("echo_proxy", java, self.ports["echo_proxy"], self.ports["echo"])
        for name in ("backend", "nginx", "caddy", "product"):
            self.await_answer(self.ports[name])

    def nginx_sites(self):
        sites = "".join(SITE.format(port=self.ports["nginx"], index=index, once="backlog=4096" if index == 0 else "")
                        for index in range(APPS))
        return UPSTREAMS.format(**self.ports) + sites + "}\n"

    def caddyfile(self):
        hosts = ", ".join(f"http://app-{index}.localhost:{self.ports['caddy']}" for index in range(APPS))
        return f"{{\n admin off\n auto_https off\n}}\n{hosts} {{\n reverse_proxy 127.0.0.1:{self.ports['backend']}\n}}\n"

    def nginx(self, name, workers, rest):
        file = self.work / f"{name}.conf"
        file.write_text(COMMON.format(work=self.work, name=name, workers=workers) + rest)
        self.start(name, ["nginx", "-c", str(file)])

    def java(self, name, command, port, backend):
        process = self.start(name, [*command, str(port), str(backend), str(APPS)])
        process.stdout.readline()

    def start(self, name, command):
        self.running[name] = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        return self.running[name]

    @staticmethod
    def await_answer(port):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Host": "app-1.localhost"})
                with urllib.request.urlopen(request, timeout=2):
                    return
            except (OSError, urllib.error.URLError):
                time.sleep(0.05)
        raise RuntimeError(f"nothing answers at port {port}")

    def load(self, name, connections, path="/", script=None):
        pids = harness.process_tree(self.running[name].pid)
        before = harness.cpu_seconds(pids)
        headers = () if script else ("Host: app-0.localhost",)
        result = harness.wrk(f"http://127.0.0.1:{self.ports[name]}{path}", connections, SECONDS, script=script, headers=headers)
        result["cpu"] = (harness.cpu_seconds(pids) - before) / max(1, result["requests"]) * 1e6
        result["pss"] = harness.pss_mib(pids)
        return result

    def echo(self, port):
        done = subprocess.run(["node", str(self.work / "client.js"), str(port), str(SOCKETS), "4"],
                              capture_output=True, text=True, check=True, timeout=60)
        echoes, broken = map(float, done.stdout.split())
        if broken:
            raise RuntimeError(f"{broken:g} of {SOCKETS} WebSockets broke")
        return echoes

    def stop(self):
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


def run(context, report):
    stand = Stand(context)
    try:
        small(stand, report)
        sizes(stand, report)
        web_sockets(stand, report)
        switches(stand, report)
    finally:
        stand.stop()


def measured(stand, names, *arguments, **options):
    return harness.interleaved(
        {name: (lambda name=name: stand.load(name, *arguments, **options)) for name in names}, RUNS)


def figures(samples, name, key):
    return [sample[key] for sample in samples[name]]


def failures(samples):
    return sum(sample["errors"] + sample["bad"] for sample in samples["product"])


def small(stand, report):
    script = stand.work / "hosts.lua"
    script.write_text(MANY_HOSTS.replace("%d", str(APPS)))
    samples = measured(stand, ("product", "nginx", "caddy"), 64, script=script)
    work, failed = f"small reply, c=64, {APPS} hosts", failures(samples)
    note = f"PSS {statistics.median(figures(samples, 'product', 'pss')):.0f} MiB"
    for bar_unit, key, wanted, stretch, better in (
            ("req/s", "rps", 0.80, 1.0, "higher"), ("us CPU", "cpu", 1.3, 1.0, "lower"), ("p99 ms", "p99", 2.0, 1.0, "lower")):
        report.compare("B10", work, "nginx", figures(samples, "product", key), figures(samples, "nginx", key), wanted,
                       stretch, unit=bar_unit, better=better, failures=failed, note=note)
    report.compare("B10", work, "caddy", figures(samples, "product", "rps"), figures(samples, "caddy", "rps"), 2.0, 3.0,
                   unit="req/s", better="higher", failures=failed)


def sizes(stand, report):
    for work, connections, path, wanted, stretch in (
            ("small reply, c=512", 512, "/", 0.9, 1.2), ("16 KB, c=64", 64, "/f/16k", 0.7, 1.0), ("1 MB, c=16", 16, "/f/1m", 0.9, 1.2)):
        samples = measured(stand, ("product", "nginx"), connections, path=path)
        report.compare("B11", work, "nginx", figures(samples, "product", "rps"), figures(samples, "nginx", "rps"), wanted,
                       stretch, unit="req/s", better="higher", failures=failures(samples))


def web_sockets(stand, report):
    samples = harness.interleaved({
        "product": lambda: stand.echo(stand.ports["echo_proxy"]),
        "nginx": lambda: stand.echo(stand.ports["nginx"]),
    }, RUNS)
    report.compare("B11", f"WebSocket echo, {SOCKETS} sockets", "nginx", samples["product"], samples["nginx"], 0.85, 1.0,
                   unit="messages/s", better="higher")


def switches(stand, report):
    """The route changes a hundred times under load; for nginx that is a reload."""
    results = {}
    for name in ("product", "nginx"):
        url = f"http://127.0.0.1:{stand.ports[name]}/"
        load = subprocess.Popen(["wrk", "-t2", "-c32", f"-d{SWITCH_SECONDS}s", "--latency", "-H", "Host: app-0.localhost", url],
                                stdout=subprocess.PIPE, text=True)
        pauses = []
        while len(pauses) < SWITCHES and load.poll() is None:
            pauses.append(switch(stand, name, len(pauses)))
        text = load.communicate()[0]
        socket_errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
        longest = re.search(r"Latency\s+\S+\s+\S+\s+([\d.]+)(us|ms|s)", text)
        results[name] = {
            "switches": len(pauses),
            "failed": sum(map(int, socket_errors.groups())) * bool(socket_errors) if socket_errors else 0,
            "bad": int(bad.group(1)) if bad else 0,
            "longest": float(longest.group(1)) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[longest.group(2)],
            "median": statistics.median(pauses),
        }
    product, peer = results["product"], results["nginx"]
    report.compare("B12", f"longest answer during {product['switches']} switches under c=32", "nginx reload",
                   [product["longest"] / 1000], [peer["longest"] / 1000], 1.0, 0.1,
                   failures=product["failed"] + product["bad"],
                   note=f"nginx failed {peer['failed'] + peer['bad']}; {peer['switches']} reloads; switch and drain "
                        f"{product['median']:.1f} ms, reload {peer['median']:.1f} ms")


def switch(stand, name, index):
    started = time.perf_counter()
    process = stand.running[name]
    if name == "product":
        process.stdin.write(f"switch {stand.ports['second' if index % 2 == 0 else 'backend']}\n")
        process.stdin.flush()
        process.stdout.readline()
    else:
        file = stand.work / "nginx.conf"
        ports = (stand.ports["backend"], stand.ports["second"])
        old, new = ports if index % 2 == 0 else reversed(ports)
        file.write_text(file.read_text().replace(f"server 127.0.0.1:{old};", f"server 127.0.0.1:{new};", 1))
        process.send_signal(signal.SIGHUP)
    took = time.perf_counter() - started
    time.sleep(max(0.0, 0.2 - took))
    return took * 1000
