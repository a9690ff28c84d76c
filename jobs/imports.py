#!/usr/bin/env python3
"""Compares the dependencies that Package.swift declares for every target with what the target's files import.

    ACTIVE_BENCH_FUZZ=1 swift package dump-package | python3 jobs/imports.py

Prints a line for every dependency that no file imports, every imported target that is not declared, and every list
that is not sorted (targets, then products of other packages); the exit code is then 1. A C file imports a C target by
including one of its headers. A program needs no import: tests name those that they start, so that they are built
first. To be run in the repository's root. Uses Python's standard library alone.
"""
import json
import pathlib
import re
import sys

SWIFT_IMPORT = re.compile(
    r"^[ \t]*(?:@\w+[ \t]+)?(?:(?:public|package|internal|fileprivate|private)[ \t]+)?import[ \t]+"
    r"(?:(?:typealias|struct|class|enum|protocol|let|var|func)[ \t]+)?(\w+)", re.MULTILINE)
C_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.MULTILINE)


def folder_of(target):
    """The folder with the target's files."""
    parent = "Tests" if target["type"] == "test" else "Sources"
    return pathlib.Path(target.get("path") or f"{parent}/{target['name']}")


def found_in(target, suffixes, pattern):
    """The names that the pattern finds in the target's files of these suffixes."""
    folder = folder_of(target)
    excluded = [folder / name for name in target["exclude"]]
    files = [f for f in folder.rglob("*") if f.suffix in suffixes and not any(f.is_relative_to(e) for e in excluded)]
    return {name for file in files for name in pattern.findall(file.read_text())}


def headers_of(target):
    """The headers that a C target offers: its own, or for a system library those that its shim includes."""
    if target["type"] == "system":
        return set(C_INCLUDE.findall((folder_of(target) / "shim.h").read_text()))
    return {file.name for file in (folder_of(target) / "include").glob("*.h")}


def complaints(package):
    """A sentence for every dependency that is unused, missing or out of order."""
    targets = {t["name"]: t for t in package["targets"]}
    modules = {name.replace("-", "_"): name for name in targets}
    c_targets = [t for t in targets.values() if t["type"] == "system" or (folder_of(t) / "include").exists()]
    headers = {t["name"]: headers_of(t) for t in c_targets}
    for name, target in targets.items():
        own = [next(iter(d.values()))[0] for d in target["dependencies"] if "product" not in d]
        products = [d["product"][0] for d in target["dependencies"] if "product" in d]
        imports = found_in(target, {".swift"}, SWIFT_IMPORT)
        includes = found_in(target, {".c", ".h"}, C_INCLUDE)
        modules_used = {modules.get(module, module) for module in imports}
        included = {other for other, offered in headers.items() if offered & includes}
        used = modules_used | included
        for dependency in own + products:
            if dependency not in used and targets.get(dependency, {}).get("type") != "executable":
                yield f"{name}: no file imports its dependency {dependency}"
        # A system library's headers can include the C library's, so that these prove nothing.
        needed = modules_used | {other for other in included if targets[other]["type"] != "system"}
        for other in sorted((needed & targets.keys()) - {name, *own}):
            yield f"{name}: {other} is imported but is no declared dependency"
        for names in (own, products):
            order = sorted(names)
            if names != order:
                yield f"{name}: expected the dependencies in the order {', '.join(order)}, found {', '.join(names)}"


if __name__ == "__main__":
    lines = list(complaints(json.load(sys.stdin)))
    for line in lines:
        print(f"Package.swift: {line}", file=sys.stderr)
    sys.exit(1 if lines else 0)
