"""B14, G3: what an accepted deployment costs on the disk, and what a long history costs. Without HTTP in between."""

import re
import subprocess
from pathlib import Path

import harness

BARS = ["B14", "G3"]
NEEDS = []
SMALL = 1_000
LARGE = 100_000
QUICK = {"SMALL": 100, "LARGE": 1_000}


def run(context, report):
    figures = measure(context)
    report.compare("B14", "accept a deployment, on the disk, 16 clients: p95", "4 KiB fdatasync loop",
                   figures["accept_p95"], figures["fdatasync_p95"], 20, stretch=5, unit="us",
                   note=f"{figures['writes_per_flush'][-1]:.1f} writes share a flush")
    for key, name in (("list", "last 20 deployments"), ("find", "one deployment"), ("enqueue", "accept one")):
        report.compare("G3", f"{name}, {SMALL} to {LARGE} deployments: median of 2,000", f"itself at {SMALL}",
                       figures[f"{key}_large_p50"], figures[f"{key}_small_p50"], 1.5, unit="us",
                       note=f"p95 {figures[f'{key}_large_p95'][0]:.0f} us, was {figures[f'{key}_small_p95'][0]:.0f} us")
    size = figures["bytes_per_deployment"][0]
    report.add(harness.Row("G3", f"file size for each of {LARGE} deployments, after a restart", "1 KiB", "bytes / 1024",
                           size / 1024, 1.0, product=f"{size:.0f} bytes", peer_figure="1024 bytes", runs=1))


def measure(context):
    """Lists of figures by name."""
    source = Path(__file__).with_name("StateBench.java")
    output = subprocess.run(
        [context.java, "-XX:+UseSerialGC", "-cp", str(context.jar), str(source), str(context.work), str(SMALL), str(LARGE)],
        stdout=subprocess.PIPE, text=True, check=True, timeout=1800).stdout
    figures = {}
    for name, value in re.findall(r"^(\w+) ([0-9.]+)$", output, re.M):
        figures.setdefault(name, []).append(float(value))
    return figures
