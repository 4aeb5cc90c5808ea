"""./dev bench [--quick] [NAME...]: runs the named benchmarks, or all, and rewrites the tables of bench/README.md.

A benchmark is a module of this folder with NEEDS (programs), maybe FILES that have to be there too, BARS (what it measures)
and run(context, report). QUICK holds small values for its constants: with --quick each is run once, end to end, to see that it works; its figures mean nothing
and are not kept.
"""

import importlib
import json
import re
import shutil
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import harness

NAMES = ["redeploy", "git_http", "proxy", "api", "start", "watchers", "many", "logs", "registry", "images", "kubernetes", "crash", "state", "growth"]
MARK_START, MARK_END = "<!-- results: written by ./dev bench -->", "<!-- end of results -->"


@dataclass
class Context:
    java: str
    jar: Path
    work: Path


def main():
    java, jar, *words = sys.argv[1:]
    quick = "--quick" in words
    names = [word for word in words if word != "--quick"]
    available = [name for name in NAMES if (harness.HERE / f"{name}.py").exists()]
    unknown = [name for name in names if name not in available]
    if unknown:
        sys.exit(f"bench: no benchmark {', '.join(unknown)} (there are: {', '.join(available)})")
    failed = []
    for name in names or available:
        module = importlib.import_module(name)
        if quick:
            vars(module).update(module.QUICK)
            harness.IDLE_WAIT_SECONDS = 0.3
        missing = harness.needs(*module.NEEDS) + [str(file) for file in getattr(module, "FILES", []) if not file.exists()]
        if missing:
            harness.say(f"{name}: skipped, missing {', '.join(missing)}")
            continue
        harness.say(f"{name}: {', '.join(module.BARS)}")
        work = Path(tempfile.mkdtemp(prefix=f"backendim-bench-{name}-"))
        report = harness.Report(name)
        started = time.monotonic()
        try:
            module.run(Context(java, Path(jar).resolve(), work), report)
        except Exception:  # one benchmark that fails must not hide the others
            traceback.print_exc()
            failed.append(name)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        harness.say(f"{name}: took {time.monotonic() - started:.0f} s")
        if report.rows and not quick:
            report.write()
    if not quick:
        write_readme()
    if failed:
        sys.exit(f"bench: failed: {', '.join(failed)}")


def write_readme():
    page = harness.HERE / "README.md"
    lines = [MARK_START]
    for name in NAMES:
        file = harness.RESULTS / f"{name}.json"
        if not file.exists():
            continue
        result = json.loads(file.read_text())
        load = ", ".join(f"{value:.1f}" for value in result["load"])
        lines += ["", f"### {name}", "", f"{result['when']}; {result['machine']}; load {load}.", "",
                  "| bar | work | peer | ratio | bar | met | product | peer's figure | n | failures | note |",
                  "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
        for row in result["rows"]:
            sign = "<=" if row["better"] == "lower" else ">="
            lines.append(
                f"| {row['bar']} | {row['work']} | {row['peer']} | {row['ratio']:.3g} | {sign} {row['wanted']:g} |"
                f" {'yes' if row['met'] else '**no**'} | {row['product']} | {row['peer_figure']} | {row['runs']} |"
                f" {row['failures']} | {row['note']} |")
    lines.append("")
    lines.append(MARK_END)
    text = page.read_text()
    pattern = re.compile(re.escape(MARK_START) + ".*" + re.escape(MARK_END), re.S)
    page.write_text(pattern.sub(lambda _: "\n".join(lines), text))


if __name__ == "__main__":
    main()
