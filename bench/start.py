"""B15, B16: how fast the server answers after its start, and how fast a command is."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from pathlib import Path

import harness

BARS = ["B15", "B16"]
NEEDS = ["python3"]
RUNS = 9
QUICK = {"RUNS": 1}

TYPER_CLI = '''
import requests
import typer

app = typer.Typer()


@app.command()
def status(url: str):
    print(requests.get(url, timeout=10).json())


@app.command()
def deploy(url: str):
    print(url)


app()
'''
FASTAPI_HELLO = "from fastapi import FastAPI\napp = FastAPI()\n\n\n@app.get('/')\ndef hello():\n    return {'hello': 'world'}\n"


def python_peers(work):
    """A virtual environment with what the peers are made of."""
    folder = work / "venv"
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin" / "pip", "install", "-q", "typer", "requests", "fastapi", "uvicorn"], check=True)
    (work / "typer_cli.py").write_text(TYPER_CLI)
    (work / "hello.py").write_text(FASTAPI_HELLO)
    return folder / "bin"


def first_answer(command, url, environment=None, cwd=None):
    """Seconds from spawn to the first 200; the process is killed afterwards."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, cwd=cwd)
    try:
        while True:
            try:
                with urllib.request.urlopen(url, timeout=2) as reply:
                    if reply.status == 200:
                        return time.perf_counter() - start
            except (OSError, urllib.error.URLError):
                if process.poll() is not None:
                    raise RuntimeError(f"{command[0]} ended with {process.returncode}")
                time.sleep(0.001)
    finally:
        process.terminate()
        process.wait(timeout=40)


def run(context, report):
    launcher = context.jar.parent / "backendim"
    if not launcher.exists():
        raise RuntimeError("the launcher is missing: ./dev jar makes it")
    peers = python_peers(context.work)
    product = harness.Product(context.java, context.jar, context.work / "product").start()
    token = product.token()
    product.call("POST", "/v1/projects", {"name": "hello"}, token=token)
    environment = product.environment()

    def cli(*arguments):
        return harness.timed(lambda: subprocess.run(
            [launcher, *arguments], env=environment, check=True, capture_output=True))

    def typer(*arguments):
        return harness.timed(lambda: subprocess.run(
            [peers / "python", context.work / "typer_cli.py", *arguments], check=True, capture_output=True))

    samples = harness.interleaved({
        "status": cli("status", "-p", "hello"), "typer": typer("status", product.url + "/healthz"),
        "help": cli("--help"), "typer help": typer("--help")}, RUNS)
    report.compare("B16", "CLI status", "Typer + requests", samples["status"], samples["typer"], 0.90, 0.60)
    report.compare("B16", "CLI --help", "Typer + requests", samples["help"], samples["typer help"], 1.0, 0.60)
    report.add(harness.Row("4.2", "idle memory of the server", "ceiling 120 MiB", "PSS / ceiling",
                           harness.pss_mib(harness.process_tree(product.process.pid)) / 120, 1.0,
                           product=f"{harness.pss_mib(harness.process_tree(product.process.pid)):.0f} MiB",
                           peer_figure="120 MiB"))
    product.stop()

    serve = ["serve", "--data", str(product.data), "--port", str(product.port), "--apps-port", str(product.apps_port)]
    health = product.url + "/healthz"
    hello_port = harness.free_port()
    samples = harness.interleaved({
        "launcher": lambda: first_answer([str(launcher), *serve], health, environment),
        "plain": lambda: first_answer(
            [context.java, "-XX:+UseSerialGC", "-jar", str(context.jar), *serve], health, environment),
        "uvicorn": lambda: first_answer(
            [str(peers / "uvicorn"), "hello:app", "--port", str(hello_port)], f"http://127.0.0.1:{hello_port}/",
            cwd=context.work),
    }, RUNS)
    report.compare("B15", "server start to first 200", "the same jar without AOT cache", samples["launcher"],
                   samples["plain"], 0.55, 0.40)
    report.compare("B15", "server start to first 200", "uvicorn FastAPI hello", samples["launcher"],
                   samples["uvicorn"], 1.8, 1.1)
