"""The parent's side of a worker process."""

import json
import pathlib
import subprocess
import sys


class Peer:
    """A framework whose compiled learners wait for requests; it uses no processor time while it waits."""

    def __init__(self, framework, learners):
        self.framework = framework
        self.process = subprocess.Popen(
            [sys.executable, pathlib.Path(__file__).with_name("worker.py"), framework, *learners],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        about = self.answer()
        self.ready, self.notes, self.versions = about["ready"], about["notes"], about["versions"]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the worker of {self.framework} ended with exit code {self.process.wait()}; see above")
        return json.loads(line)

    def updates(self, learner, seconds):
        """Updates a second, and the share of that time that the worker had a core."""
        self.process.stdin.write(f"{learner}\t{seconds}\n")
        self.process.stdin.flush()
        result = self.answer()
        return result["steps"] / result["seconds"], result["processor"] / result["seconds"]

    def end(self):
        self.process.stdin.close()
        self.process.wait()
