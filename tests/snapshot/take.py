#!/usr/bin/env python3
"""Takes a snapshot of what catproof says, so that two builds of it can be compared.

    python3 tests/snapshot/take.py target/debug/catproof /tmp/before
    python3 tests/snapshot/take.py target/debug/catproof /tmp/after
    diff -r /tmp/before/structure /tmp/after/structure    # what was found, where, and what was built
    diff -r /tmp/before/words /tmp/after/words            # how it was said: every `message` and `help`

The commands are `check`, `list`, `build` and `diff`, as JSON, over the shipped catalog, every fixture, and the shared
corpus where it lies beside the project. Nothing is written into the project, and no network is used.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
WORDS = ("message", "help", "label")
TODAY = "2026-11-01"


def take_words(value, words):
    """Moves every text of a JSON value that is only wording into `words`, in the order of the document."""
    if isinstance(value, dict):
        for key in [key for key in value if key in WORDS and isinstance(value[key], str)]:
            words.append({key: value.pop(key)})
        for member in value.values():
            take_words(member, words)
    elif isinstance(value, list):
        for item in value:
            take_words(item, words)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


class Snapshot:
    def __init__(self, program, folder):
        self.program = str(Path(program).resolve())
        self.folder = Path(folder)

    def take(self, name, catalog, arguments):
        """Runs one command in a catalog, keeps its exit code, its JSON and its remarks, and gives the JSON."""
        environment = os.environ | {"COLUMNS": "100", "NO_COLOR": "1"}
        ran = subprocess.run(
            [self.program, *arguments],
            cwd=catalog,
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        # The scratch folder is another one each time.
        stdout, stderr = (text.replace(str(catalog.parent), "SCRATCH") for text in (ran.stdout, ran.stderr))
        try:
            output = json.loads(stdout)
        except ValueError:
            output = stdout
        structure = {"exit": ran.returncode, "output": output}
        words = []
        shown = json.loads(json.dumps(structure))
        take_words(shown, words)
        words.append({"stderr": stderr})
        for kind, value in (("structure", shown), ("words", words)):
            text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
            write(self.folder / kind / f"{name}.json", text)
        return output

    def of_catalog(self, name, source, options=(), base=None):
        """Everything about one catalog, in a copy of it."""
        with tempfile.TemporaryDirectory() as scratch:
            catalog = Path(scratch) / "catalog-of-snapshot"
            shutil.copytree(source, catalog)
            check = ["check", ".", "--pedantic", "--format", "json", *options]
            checked = self.take(f"{name}/check", catalog, check)
            self.take(f"{name}/list", catalog, ["list", ".", "--format", "json"])
            self.take(f"{name}/build", catalog, ["build", "--out", str(Path(scratch) / "none"), "--format", "json"])
            if base is not None:
                shutil.copytree(base, Path(scratch) / "base")
                self.take(f"{name}/diff", catalog, ["diff", "--base", "../base", "--format", "json"])
            # What is built of the rest, once the files with errors are gone.
            if isinstance(checked, dict):
                for finding in checked["findings"]:
                    if finding["severity"] == "error" and finding["file"]:
                        file = catalog / finding["file"]
                        if file.is_file() or file.is_symlink():
                            file.unlink()
            built = Path(scratch) / "built"
            for profile in ("production", "development"):
                arguments = ["--profile", profile, "--out", str(built / profile), "--format", "json"]
                self.take(f"{name}/build-{profile}", catalog, ["build", *arguments])
            for file in sorted(path for path in built.rglob("*") if path.is_file()):
                text = file.read_text(encoding="utf-8")
                write(self.folder / "structure" / name / "built" / file.relative_to(built), text)


def fixture_options(folder):
    """The options that the fixtures of a rule are checked with; see `tests/it/rules.rs`."""
    options = []
    for allowlist in ("allowlist.js", "allowlist.txt"):
        if (folder / allowlist).is_file():
            options += ["--allowlist", allowlist]
    if (folder / "recordings").is_dir():
        options += ["--online", "--replay", "recordings", "--today", TODAY]
    return options


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    snapshot = Snapshot(sys.argv[1], sys.argv[2])
    if snapshot.folder.exists():
        sys.exit(f"`{snapshot.folder}` exists already")
    jobs = []
    for rule in sorted((PROJECT / "tests/rules").iterdir()):
        for side, other in (("fail", "pass"), ("pass", "fail")):
            folder = rule / side
            if folder.is_dir():
                name = f"rules/{rule.name}/{side}"
                jobs.append((name, folder, fixture_options(folder), rule / other))
    for cell in sorted((PROJECT / "tests/oauth/cells").iterdir()):
        jobs.append((f"oauth/{cell.name}", cell, (), None))
    with tempfile.TemporaryDirectory() as scratch:
        shipped = Path(scratch) / "shipped"
        shipped.mkdir()
        for part in ("catalog", "catalog_local", "generated", "catproof.toml"):
            source = PROJECT / part
            if source.is_dir():
                shutil.copytree(source, shipped / part)
            else:
                shutil.copy(source, shipped / part)
        jobs.append(("shipped", shipped, (), PROJECT / "tests/guide"))
        corpus = PROJECT.parent / "shared/corpus/servers"
        if corpus.is_dir():
            catalog = Path(scratch) / "corpus"
            shutil.copytree(corpus, catalog / "catalog")
            # A base that lacks each third server, and in which each third has another version.
            base = Path(scratch) / "base"
            (base / "catalog").mkdir(parents=True)
            for index, file in enumerate(sorted((catalog / "catalog").glob("*.json"))):
                text = file.read_text(encoding="utf-8")
                if index % 3 == 1:
                    text = text.replace("https://", "https://www.").replace("-y", "-q")
                if index % 3 != 0:
                    (base / "catalog" / file.name).write_text(text, encoding="utf-8")
            jobs.append(("corpus", catalog, (), base))
        else:
            print("skipped: the shared corpus is not here", file=sys.stderr)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for done in [pool.submit(snapshot.of_catalog, *job) for job in jobs]:
                done.result()
    print(f"{len(jobs)} catalogs", file=sys.stderr)


if __name__ == "__main__":
    main()
