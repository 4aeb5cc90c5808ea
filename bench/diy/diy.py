"""Sets up the DIY peer in a folder of its own and takes it down again."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import base
import harness

HERE = Path(__file__).resolve().parent
NEEDS = ["git", "nginx", "fcgiwrap", "buildah", "docker-registry", "curl"]
CONTAINER_NEEDS = ["podman", "runc", *base.NEEDS]
DOCKERFILE = 'FROM localhost/base-py:1\nWORKDIR /app\nCOPY backend.yml ./\nCOPY app ./app\nCMD ["python3", "-m", "app.main"]\n'


def runs_containers():
    return os.getuid() == 0 and not harness.needs(*CONTAINER_NEEDS)


class Diy:
    """The peer; its app runs in a container or as a plain process."""

    def __init__(self, work, containers, app="pyapp"):
        self.work = Path(work)
        self.app = app
        self.containers = containers
        self.name = "DIY, podman" if self.containers else "DIY, plain process"
        self.git_port, self.public_port, self.registry_port = (harness.free_port() for _ in range(3))
        self.port_a, self.port_b = harness.free_port(), harness.free_port()
        self.processes = []

    def start(self, source):
        work = self.work
        for folder in ("srv", "tree", "tmp", "registry", "store", "store-run"):
            (work / folder).mkdir(parents=True, exist_ok=True)
        (work / "storage.conf").write_text(
            f'[storage]\ndriver = "overlay"\nrunroot = "{work}/store-run"\ngraphroot = "{work}/store"\n')
        self.podman = ["podman", "--cgroup-manager", "cgroupfs", "--runtime", "runc", "--events-backend", "none",
                       "--tmpdir", f"{work}/podman"]
        (work / "env").write_text("\n".join([
            f"export DIY={work} APP={self.app} PORT_A={self.port_a} PORT_B={self.port_b}",
            f"export REGISTRY=127.0.0.1:{self.registry_port} PYTHON={Path(sys.executable).resolve()}",
            f"export PODMAN='{' '.join(self.podman)}' NAME={work.parent.name}",
            f"export CONTAINERS_STORAGE_CONF={work}/storage.conf BUILDAH_ISOLATION=chroot TMPDIR={work}/tmp", ""]))
        (work / "registry.yml").write_text(
            f"version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n"
            f"storage: {{filesystem: {{rootdirectory: {work}/registry}}}}\n"
            f'http: {{addr: "127.0.0.1:{self.registry_port}"}}\n')
        (work / "upstream.conf").write_text(f"upstream app {{ server 127.0.0.1:{self.port_a}; }}\n")
        (work / "nginx.conf").write_text(NGINX.format(work=work, git=self.git_port, public=self.public_port))
        repository = work / "srv" / f"{self.app}.git"
        subprocess.run(["git", "init", "-q", "-b", "main", "--bare", str(repository)], check=True)
        subprocess.run(["git", "-C", str(repository), "config", "http.receivepack", "true"], check=True)
        hook = repository / "hooks" / "post-receive"
        shutil.copy(HERE / ("post-receive-podman" if self.containers else "post-receive"), hook)
        hook.chmod(0o755)
        log = open(work / "peer.log", "ab")
        environment = os.environ | {"DIY": str(work)}
        self.storage = os.environ | {"CONTAINERS_STORAGE_CONF": f"{work}/storage.conf", "BUILDAH_ISOLATION": "chroot",
                                     "TMPDIR": f"{work}/tmp"}
        if self.containers:
            base.load(work, self.storage)
        self._spawn(["docker-registry", "serve", str(work / "registry.yml")], log, environment)
        self._spawn(["fcgiwrap", "-c", "2", "-s", f"unix:{work}/fcgi.sock"], log, environment)
        end = time.monotonic() + 10
        while not (work / "fcgi.sock").exists() and time.monotonic() < end:
            time.sleep(0.02)
        (work / "fcgi.sock").chmod(0o777)
        self._spawn(["nginx", "-c", str(work / "nginx.conf"), "-g", "daemon off;"], log, environment)
        self.clone = work / "clone"
        shutil.copytree(source, self.clone)
        if self.containers:
            (self.clone / "Dockerfile").write_text(DOCKERFILE)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", "bench@localhost")
        self.git("config", "user.name", "bench")
        self.git("add", "-A")
        self.git("commit", "-qm", "first")
        self.push()
        return self

    def _spawn(self, command, log, environment):
        """In a session of its own: fcgiwrap does not end its children."""
        self.processes.append(subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True))

    def git(self, *arguments):
        subprocess.run(["git", "-C", str(self.clone), *arguments], check=True, capture_output=True)

    def push(self):
        self.git("push", "-q", f"http://127.0.0.1:{self.git_port}/{self.app}.git", "main")

    def get(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.public_port}/", timeout=5) as reply:
                return reply.read()
        except OSError:
            return b""

    def stop(self):
        pid = self.work / "pid"
        if self.containers:
            time.sleep(1)
            for port in (self.port_a, self.port_b):
                subprocess.run([*self.podman, "rm", "-f", "-t", "0", f"{self.work.parent.name}-{port}"], check=False,
                               capture_output=True, env=self.storage)
        if pid.exists():
            subprocess.run(["kill", pid.read_text().strip()], check=False, capture_output=True)
        for process in reversed(self.processes):
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        subprocess.run(["umount", str(self.work / "store" / "overlay")], check=False, capture_output=True)


NGINX = """
worker_processes 1;
pid {work}/nginx.pid;
error_log {work}/nginx.err;
user root;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_max_body_size 0;
  client_body_temp_path {work}/tmp/body; proxy_temp_path {work}/tmp/proxy; fastcgi_temp_path {work}/tmp/fcgi;
  uwsgi_temp_path {work}/tmp/uwsgi; scgi_temp_path {work}/tmp/scgi;
  include {work}/upstream.conf;
  server {{ listen 127.0.0.1:{public}; location / {{ proxy_pass http://app; }} }}
  server {{
    listen 127.0.0.1:{git};
    location / {{
      fastcgi_pass unix:{work}/fcgi.sock;
      fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
      fastcgi_param GIT_PROJECT_ROOT {work}/srv;
      fastcgi_param GIT_HTTP_EXPORT_ALL "";
      fastcgi_param REMOTE_USER bench;
      fastcgi_param PATH_INFO $uri;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
      fastcgi_param DIY {work};
      fastcgi_read_timeout 120;
    }}
  }}
}}
"""
