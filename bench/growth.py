"""G1, G2, G7: what more projects and more files cost."""

import concurrent.futures
import statistics
import time

import apps
import harness
from many import Deployer, files_of

BARS = ["G1", "G2", "G7"]
NEEDS = ["python3"]
PROJECTS = 10_000
RUNS = 9
QUICK = {"PROJECTS": 50, "RUNS": 1}


def run(context, report):
    product = harness.Product(context.java, context.jar, context.work / "product").start()
    deployer = Deployer(product)
    folder = apps.python_app(context.work / "app", "grown")
    payload = files_of(folder)
    for number in range(10):
        deploy(deployer, payload, f"warm{number}")
    add_projects(product, deployer, 0, 9)
    small = measure(product, deployer, payload)
    started_small = restart(product)
    memory_small = harness.pss_mib([product.process.pid])

    add_projects(product, deployer, 9, PROJECTS)
    for number in range(10):
        deploy(deployer, payload, f"again{number}")
    large = measure(product, deployer, payload)
    started_large = restart(product)
    memory_large = harness.pss_mib([product.process.pid])

    for key, name, wanted in (("redeploy", "redeploy by API", 1.3), ("page", "page of 20 projects", 1.5),
                              ("get", "one project", 1.5), ("proxied", "proxied request", 1.15)):
        report.compare("G1", f"{name}, 10 to {PROJECTS} projects", "itself at 10", large[key], small[key], wanted)
    report.add(harness.Row("G2", f"start to ready, 10 to {PROJECTS} projects", "itself at 10", "seconds more / 1.5",
                           (started_large - started_small) / 1.5, 1.0, product=f"{started_large:.2f} s",
                           peer_figure=f"{started_small:.2f} s", runs=1))
    report.add(harness.Row("G2", f"memory after start, 10 to {PROJECTS} projects", "itself at 10", "MiB more / 60",
                           (memory_large - memory_small) / 60, 1.0, product=f"{memory_large:.0f} MiB",
                           peer_figure=f"{memory_small:.0f} MiB", runs=1))
    many_files(context, product, deployer, report)
    product.stop_apps()
    product.stop()


def deploy(deployer, payload, version):
    payload["app/version.py"] = f'V = "{version}"\n'
    seconds, status = deployer.deploy("grown", payload)
    if status != "complete":
        raise RuntimeError(f"deployment {version} {status}")
    return seconds


def add_projects(product, deployer, first, last):
    deployer.renew()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: product.call("POST", "/v1/projects", {"name": f"p{number}"}, token=deployer.token),
                      range(first, last)))


def measure(product, deployer, payload):
    deployer.renew()
    figures = {"redeploy": [], "page": [], "get": [], "proxied": []}
    for number in range(RUNS + 1):
        harness.wait_idle()
        redeploy = deploy(deployer, payload, f"m{time.time_ns()}")
        page = median_of(lambda: product.call("GET", "/v1/projects?limit=20", token=deployer.token))
        get = median_of(lambda: product.call("GET", "/v1/projects/grown", token=deployer.token))
        proxied = median_of(lambda: product.get_app("grown"))
        if number:
            for key, value in (("redeploy", redeploy), ("page", page), ("get", get), ("proxied", proxied)):
                figures[key].append(value)
    return figures


def median_of(work, times=30):
    samples = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        samples.append(time.perf_counter() - start)
    return statistics.median(samples)


def restart(product):
    product.stop()
    start = time.perf_counter()
    product.start()
    seconds = time.perf_counter() - start
    time.sleep(3)
    return seconds


def many_files(context, product, deployer, report):
    """One changed file among 100 and among 1,900 (the JSON file map ends at 2,000)."""
    medians = {}
    for count in (100, 1900):
        deployer.renew()
        payload = files_of(apps.python_app(context.work / f"files{count}", "files"))
        payload |= {f"data/{index // 100}/f{index}.txt": f"{index}\n" * 20 for index in range(count)}
        samples = []
        for number in range(RUNS + 2):
            payload["app/version.py"] = f'V = "{count}-{number}"\n'
            seconds, status = deployer.deploy(f"files{count}", payload)
            if number >= 2:
                samples.append(seconds)
        medians[count] = statistics.median(samples)
    each = (medians[1900] - medians[100]) / 1800 * 1e6
    report.add(harness.Row("G7", "redeploy, one file changed, 100 to 1,900 files", "15 us a file", "us a file / 15",
                           each / 15, 1.0, product=f"{medians[1900] * 1000:.0f} ms", peer_figure=f"{medians[100] * 1000:.0f} ms",
                           runs=RUNS, note=f"{each:.1f} us a file, upload included"))
