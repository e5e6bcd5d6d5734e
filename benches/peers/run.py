#!/usr/bin/env python3
"""catproof beside the public JSON Schema validators: the same files, the same schema, one machine, in turn.

    benches/peers/run.py             # prints the table
    benches/peers/run.py --readme    # and writes it into the README

The peers are installed into a temporary folder that is kept for the next run; one that cannot be installed is named
and left out. They get our committed schema and do nothing but validate; catproof runs with every rule on and shows
what it finds. Needs Python 3.9 on Linux or macOS, and for each peer its own package manager.
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
SCHEMA = PROJECT / "schema/server.schema.json"
MARKS = ("<!-- speed -->\n", "<!-- /speed -->\n")

# Ten times one catalog, a hundred times: growth shows what one size hides.
SCALES = (1, 10, 100)
ROUNDS = 11
# A slow tool is not run for longer than this at one size, but once at least.
SECONDS_A_TOOL = 25
# What one command line may hold; more files than that need several processes, whose times are added.
COMMAND_LINE_BYTES = 1_500_000


def main():
    options = arguments()
    limit_to_two_cores()
    options.work.mkdir(parents=True, exist_ok=True)
    catproof = options.catproof or build_catproof()
    corpus, corpus_name = find_corpus(options)
    tools, missing = find_tools(catproof, options.work)

    rows = []
    for scale in options.scales:
        folder = scaled(corpus, scale, options.work)
        rows += measure_scale(tools, folder)
    goals = measure_goals(catproof, corpus, rows, options.work)

    table = "\n".join(report(rows, goals, missing, corpus_name)) + "\n"
    print(table, end="")
    if options.readme:
        write_into_readme(table)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, help="the catalog: default ../shared/corpus/servers, else a generated one")
    parser.add_argument("--catproof", type=Path, help="the program to measure, instead of building it")
    parser.add_argument("--scales", type=int, nargs="+", default=SCALES, help="times the size (default: 1 10 100)")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "catproof-peers",
                        help="where the peers and the copies of the catalog are kept")
    parser.add_argument("--readme", action="store_true", help="write the table into the README")
    options = parser.parse_args()
    for path in filter(None, [options.corpus, options.catproof]):
        if not path.exists():
            parser.error(f"`{path}` does not exist")
    # The tools run in the folder that they look at.
    options.catproof = options.catproof and options.catproof.resolve()
    return options


def limit_to_two_cores():
    """The goals are for two cores, whatever the machine has."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])


def say(text):
    print(text, file=sys.stderr, flush=True)


# The tools


class Tool:
    def __init__(self, name, version, command, takes_folder=False):
        self.name = name
        self.version = version
        # What stands before the files, or before the folder.
        self.command = command
        self.takes_folder = takes_folder

    def command_lines(self, folder):
        """The processes that look at every file of the folder, which is their working folder."""
        if self.takes_folder:
            return [self.command]
        lines, line, size = [], list(self.command), 0
        for name in sorted(path.name for path in folder.iterdir()):
            if size + len(name) > COMMAND_LINE_BYTES:
                lines.append(line)
                line, size = list(self.command), 0
            line.append(name)
            # The pointer to an argument counts too.
            size += len(name) + 9
        return [*lines, line]


def build_catproof():
    say("building catproof")
    subprocess.run(["cargo", "build", "--release", "--locked"], cwd=PROJECT, check=True)
    metadata = subprocess.run(["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"],
                              cwd=PROJECT, check=True, stdout=subprocess.PIPE)
    return Path(json.loads(metadata.stdout)["target_directory"]) / "release/catproof"


def find_tools(catproof, work):
    """catproof and every peer that can be had, and the names of the others with the reason."""
    version = output([catproof, "--version"]).split()[-1]
    check = [catproof, "check", ".", "--color", "never"]
    tools = [
        Tool("catproof check --pedantic", version, [*check, "--pedantic"], takes_folder=True),
        Tool("catproof check", version, check, takes_folder=True),
    ]
    missing = []
    for name, find in [("jsonschema-cli", jsonschema_cli), ("ajv-cli", ajv_cli), ("check-jsonschema", check_jsonschema)]:
        say(f"looking for {name}")
        try:
            tools.append(find(work))
        except (OSError, subprocess.CalledProcessError) as error:
            missing.append((name, reason(error)))
            say(f"{name} is left out: {reason(error)}")
    return tools, missing


def reason(error):
    if isinstance(error, FileNotFoundError):
        return f"`{error.filename}` is not installed"
    return f"`{' '.join(map(str, error.cmd[:3]))}` failed" if hasattr(error, "cmd") else str(error)


def jsonschema_cli(work):
    program = work / "cargo/bin/jsonschema-cli"
    if not program.exists():
        install(["cargo", "install", "--locked", "--root", work / "cargo", "jsonschema-cli"])
    version = output([program, "--version"]).split()[-1]
    return Tool("jsonschema-cli", version, [program, "validate", SCHEMA, "--assert-format", "--instance"])


def ajv_cli(work):
    folder = work / "npm"
    program = folder / "node_modules/.bin/ajv"
    if not program.exists():
        folder.mkdir(exist_ok=True)
        install(["npm", "install", "--no-audit", "--no-fund", "--prefix", folder, "ajv-cli", "ajv-formats"])
    version = json.loads((folder / "node_modules/ajv-cli/package.json").read_text())["version"]
    formats = folder / "node_modules/ajv-formats"
    # Named by a pattern: it takes one file for each `-d`, and the pattern needs no longer command line.
    command = [program, "validate", "--spec=draft2020", "--strict=false", "-c", formats, "-s", SCHEMA, "-d", "*.json"]
    return Tool("ajv-cli", version, command, takes_folder=True)


def check_jsonschema(work):
    program = work / "python/bin/check-jsonschema"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", work / "python"], check=True, stdout=sys.stderr)
        install([work / "python/bin/pip", "install", "--quiet", "check-jsonschema"])
    version = output([program, "--version"]).split()[-1]
    return Tool("check-jsonschema", version, [program, "--schemafile", SCHEMA])


def install(command):
    say(" ".join(map(str, command)))
    subprocess.run(command, check=True, stdout=sys.stderr)


def output(command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


# The files


def find_corpus(options):
    if options.corpus:
        return options.corpus.resolve(), options.corpus.name
    shared = PROJECT.parent / "shared/corpus/servers"
    if shared.is_dir():
        return shared, "the public catalog"
    say(f"`{shared}` is not there: a catalog is generated instead")
    folder = options.work / "generated"
    generate = ["cargo", "bench", "--locked", "--bench", "check", "--", "--generate", folder, "600"]
    subprocess.run(generate, cwd=PROJECT, check=True, stdout=sys.stderr)
    return folder, "the generated catalog"


def scaled(corpus, scale, work):
    """The catalog so many times in one folder, each copy of a server under an id of its own."""
    if scale == 1:
        return corpus
    folder = work / f"times-{scale}"
    complete = work / f"times-{scale}.complete"
    origin = f"{corpus} {len(list(corpus.glob('*.json')))}"
    if folder.is_dir() and complete.exists() and complete.read_text() == origin:
        return folder
    say(f"writing the catalog {scale} times")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path in sorted(corpus.glob("*.json")):
        text = path.read_text(encoding="utf-8")
        for copy in range(scale):
            server = f"{path.stem}-{copy}"
            copied = text.replace(f'"name": "{path.stem}"', f'"name": "{server}"', 1)
            (folder / f"{server}.json").write_text(copied, encoding="utf-8")
    complete.write_text(origin)
    return folder


# The measurements


class Run:
    """What one run of a tool took: seconds, seconds of CPU, bytes."""

    def __init__(self, wall, cpu, memory, status):
        self.wall, self.cpu, self.memory, self.status = wall, cpu, memory, status


def run(command_lines, folder):
    wall = cpu = memory = 0
    status = 0
    for line in command_lines:
        start = time.perf_counter()
        process = subprocess.Popen(line, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        _, code, usage = os.wait4(process.pid, 0)
        wall += time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(code)
        cpu += usage.ru_utime + usage.ru_stime
        memory = max(memory, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
        status = max(status, process.returncode, key=abs)
    return Run(wall, cpu, memory, status)


def in_turn(tools, folder, rounds=ROUNDS):
    """The median of every tool, one run of each in every round, so that what slows the machine slows all of them."""
    lines = {tool: tool.command_lines(folder) for tool in tools}
    runs = {tool: [] for tool in tools}
    # Not counted: the files come into the cache.
    first = {tool: run(lines[tool], folder) for tool in tools}
    for _ in range(rounds):
        for tool in tools:
            if not runs[tool] or sum(one.wall for one in runs[tool]) < SECONDS_A_TOOL:
                # The first run of a slow tool is as good as another.
                is_slow = first[tool].wall > SECONDS_A_TOOL / 2
                runs[tool].append(first[tool] if is_slow and not runs[tool] else run(lines[tool], folder))
    return {
        tool: Run(
            statistics.median(one.wall for one in runs[tool]),
            statistics.median(one.cpu for one in runs[tool]),
            max(one.memory for one in runs[tool]),
            first[tool].status,
        )
        for tool in tools
    }


def measure_scale(tools, folder):
    files = list(folder.glob("*.json"))
    size = sum(path.stat().st_size for path in files)
    say(f"measuring {len(files)} files, {size / 1e6:.0f} MB")
    measured = in_turn(tools, folder)
    for tool, result in measured.items():
        # 0 and 1 are answers about the files; anything else means that the tool did not do its work.
        if result.status not in (0, 1):
            sys.exit(f"{tool.name} failed with status {result.status} on {folder}")
    reference = measured[tools[0]].wall
    return [(len(files), size, tool, result, result.wall / reference) for tool, result in measured.items()]


def measure_goals(catproof, corpus, rows, work):
    """The goals that are about catproof alone, each as a line: what was measured, and what it should be."""
    goals = []
    pedantic = {files: result for files, _, tool, result, _ in rows if tool.name == "catproof check --pedantic"}
    peer = {files: result for files, _, tool, result, _ in rows if tool.name == "jsonschema-cli"}
    smallest, largest = min(pedantic), max(pedantic)
    if smallest in peer:
        share = pedantic[smallest].wall / peer[smallest].wall
        goals.append(f"`check --pedantic` takes {share:.2f} times the time of jsonschema-cli (goal: 1, aim: 0.5)")

    one = work / "one"
    shutil.rmtree(one, ignore_errors=True)
    one.mkdir()
    typical = sorted(corpus.glob("*.json"), key=lambda path: path.stat().st_size)
    shutil.copy(typical[len(typical) // 2], one)
    single = Tool("one", "", [catproof, "check", ".", "--pedantic"], takes_folder=True)
    took = in_turn([single], one, 3 * ROUNDS)[single].wall
    goals.append(f"one file in a catalog of one: {took * 1000:.1f} ms, the whole process (goal: under 10 ms)")

    if largest > smallest:
        growth = pedantic[largest].wall / pedantic[smallest].wall
        memory = pedantic[largest].memory / 2**20
        goals.append(f"{largest} files take {growth:.0f} times the time of {smallest} (goal: at most "
                     f"{1.1 * largest / smallest:.0f}), and {memory:.0f} MiB at most (goal: 128)")

    # Nothing is built while there is an error, so the files without one are the catalog here.
    report = subprocess.run([catproof, "check", ".", "--format", "json"], cwd=corpus, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)
    findings = json.loads(report.stdout)["findings"]
    wrong = {finding["file"] for finding in findings if finding["severity"] == "error"}
    clean = work / "clean"
    shutil.rmtree(clean, ignore_errors=True)
    (clean / "catalog").mkdir(parents=True)
    for path in corpus.glob("*.json"):
        if path.name not in wrong:
            shutil.copy(path, clean / "catalog")
    check = Tool("check", "", [catproof, "check"], takes_folder=True)
    build = Tool("build", "", [catproof, "build"], takes_folder=True)
    measured = in_turn([check, build], clean)
    if measured[build].status == 0:
        share = measured[build].wall / measured[check].wall
        goals.append(f"`build` on an unchanged catalog takes {share:.2f} times the time of `check` (goal: 1.3)")
    else:
        goals.append("`build` was not measured: the catalog does not compile")
    return goals


# The report


def report(rows, goals, missing, corpus_name):
    files = rows[0][0]
    # A process that this one starts is said to have had at least as much memory as this one.
    floor = run([["true"]], ".").memory
    yield (f"Measured on {datetime.date.today().isoformat()} with `benches/peers/run.py` on two cores ({processor()}), "
           f"{platform.system()}, with a warm cache; medians, the tools in turn.")
    yield (f"The files are {corpus_name}, {files} of them, and the same under other ids where there are more; "
           "the peers validate with our schema, and do nothing else.")
    yield ""
    yield "| files | tool | wall | CPU | peak memory | wall, catproof = 1 |"
    yield "|---|---|---|---|---|---|"
    for files, size, tool, result, ratio in rows:
        yield (f"| {files:,} ({size / 1e6:,.0f} MB) | {tool.name} {tool.version} | {seconds(result.wall)} | {seconds(result.cpu)} "
               f"| {memory(result.memory, floor)} | {ratio:.2f} |")
    yield ""
    yield from (f"- {goal}" for goal in goals)
    yield from (f"- {name} was not measured: {why}" for name, why in missing)


def seconds(value):
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.1f} ms"


def memory(value, floor):
    return f"{'≤ ' if value <= 1.05 * floor else ''}{value / 2**20:.0f} MiB"


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def write_into_readme(table):
    readme = PROJECT / "README.md"
    text = readme.read_text(encoding="utf-8")
    start, end = (text.find(mark) for mark in MARKS)
    if start < 0 or end < start:
        sys.exit(f"the README has no {MARKS[0].strip()} … {MARKS[1].strip()}")
    readme.write_text(text[: start + len(MARKS[0])] + table + text[end:], encoding="utf-8")


if __name__ == "__main__":
    main()
