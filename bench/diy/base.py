"""The base image of the container form: Debian with Python, made once and kept in bench/work."""

import shutil
import subprocess
from pathlib import Path

import harness

NEEDS = ["debootstrap", "tar"]
RELEASE = "bookworm"
MIRROR = "http://deb.debian.org/debian"
ARCHIVE = harness.HERE / "work" / f"base-py-{RELEASE}.tar"


def archive():
    """The path of the base as a tar file."""
    if not ARCHIVE.exists():
        harness.say("  making the peer's base image, once")
        root = ARCHIVE.parent / "root"
        shutil.rmtree(root, ignore_errors=True)
        ARCHIVE.parent.mkdir(exist_ok=True)
        subprocess.run(["debootstrap", "--variant=minbase", "--include=python3", RELEASE, str(root), MIRROR],
                       check=True, stdout=subprocess.DEVNULL)
        for needless in ("var/cache/apt/archives", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"):
            shutil.rmtree(root / needless, ignore_errors=True)
        unfinished = ARCHIVE.with_suffix(".unfinished")
        subprocess.run(["tar", "-C", str(root), "-cf", str(unfinished), "."], check=True)
        unfinished.rename(ARCHIVE)
        shutil.rmtree(root)
    return ARCHIVE


def load(work, environment):
    """Into the image store that the environment names, as localhost/base-py:1."""
    (Path(work) / "Base").write_text(f"FROM scratch\nADD {ARCHIVE.name} /\n")
    subprocess.run(["buildah", "bud", "-q", "-t", "localhost/base-py:1", "-f", str(Path(work) / "Base"), str(archive().parent)],
                   check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
