"""A small server that does what its path says."""
import http.server
import json
import os
import socketserver
import subprocess
import sys
import time


STARTED = time.time_ns()


class App(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = {
            "/": lambda: os.environ.get("RELEASE", ""),
            "/env": lambda: json.dumps(dict(os.environ)),
            "/id": lambda: json.dumps({"uid": os.getuid(), "cwd": os.getcwd(), "started": STARTED}),
            "/hog": lambda: str(subprocess.call([sys.executable, "-c", "b = bytearray(1 << 30)"])),
            "/bomb": bomb,
            "/daemon": daemon,
            "/write": lambda: open(os.path.join(os.environ["DATA_DIR"], "kept"), "a").write("x") and "ok",
            "/read": lambda: open(os.path.join(os.environ["DATA_DIR"], "kept")).read(),
            "/exit": lambda: os._exit(3),
        }[self.path]().encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        print("GET", self.path, flush=True)


def bomb():
    children = []
    try:
        while len(children) < 5000:
            children.append(subprocess.Popen(["sleep", "600"], stdin=subprocess.DEVNULL))
    except OSError as refused:
        return f"{type(refused).__name__} after {len(children)}"
    return f"{len(children)} started"


def daemon():
    script = "import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.closerange(0, 64)\ntime.sleep(600)"
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execv(sys.executable, [sys.executable, "-c", script])
            os._exit(0)
        os.wait()
    return "ok"


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    address_family = 2


if "--deaf" in sys.argv:
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
port = int(os.environ["PORT"]) + (1 if "--elsewhere" in sys.argv else 0)
print("listening on", port, flush=True)
Server(("127.0.0.1", port), App).serve_forever()
