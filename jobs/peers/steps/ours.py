"""active-bench's side: the unit, and the rates of its learners."""

import os
import re
import resource
import subprocess
import time

# As in `active-bench bench`: kernel sets of OpenBLAS 0.3.21. One that the processor cannot run calls itself otherwise.
KERNELS = ["Haswell", "Zen", "SkylakeX", "Cooperlake", "ARMV8", "NEOVERSEN1", "NEOVERSEV1", "NEOVERSEN2"]


class Ours:
    """The program with the kernels that are fastest here."""

    def __init__(self, binary, seconds=0.5):
        self.binary, self.seconds = binary, seconds
        products = {}
        for kernels in KERNELS:
            self.environment = os.environ | {"OPENBLAS_CORETYPE": kernels}
            name, rate = self.product()
            products[name] = rate if name == kernels else 0.0
        self.kernels = max(products, key=products.get)
        self.environment = os.environ | {"OPENBLAS_CORETYPE": self.kernels}

    def call(self, *arguments):
        command = [self.binary, "bench", *arguments]
        return subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True, env=self.environment, timeout=900
        ).stdout

    def product(self):
        """The kernels in use and their 256^3 products a second."""
        name, rate, *_ = self.call("product", "--seconds", str(self.seconds)).split()
        return name, float(rate)

    def unit(self):
        """Seconds of a 256^3 product."""
        return 1 / self.product()[1]

    def rates(self):
        """Updates a second by learner, the unit around that, and the share of the time that the program had a core."""
        before, start, used = self.unit(), time.perf_counter(), children()
        table = self.call("--as-is")
        share = (children() - used) / (time.perf_counter() - start)
        return parsed(table), (before + self.unit()) / 2, share


def parsed(table):
    """Updates a second by learner out of what `active-bench bench --as-is` prints.

    Steps a second are whole numbers there; where that is too coarse, units of the product say it better.
    """
    product = float(re.search(r"256³ product: ([\d.]+) ms", table)[1]) / 1e3
    rows = re.findall(r"^(\S+(?: m=\d+)?) {2,}(\d+) +([\d.]+) +[\d.]+ +[\d.]+$", table, re.MULTILINE)
    return {name: float(rate) if float(rate) >= 200 else 1 / (float(units) * product) for name, rate, units in rows}


def children():
    """Processor seconds of the processes that were waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
