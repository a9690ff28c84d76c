"""active-bench's side: the unit, and the rates of its learners."""

import json
import os
import resource
import subprocess
import time

# As in `active-bench bench`: kernel sets of OpenBLAS 0.3.21. A set that the processor cannot run reports another name.
KERNELS = ["Haswell", "Zen", "SkylakeX", "Cooperlake", "ARMV8", "NEOVERSEN1", "NEOVERSEV1", "NEOVERSEN2"]

# `active-bench bench` prints medians of REPETITIONS repetitions, each of STEPS updates of IQL or as long of another learner.
REPETITIONS, STEPS = 5, 200


# What a learner's name is followed by to compute in bfloat16, and the learners for which `bench` has such a line.
BFLOAT16 = " precision=bf16"
IN_BFLOAT16 = {"IQL", "TD3+BC", "CQL", "ACTIVE-I m=1", "ACTIVE-I m=10"}


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
        """The kernels in use and their 256^3 products per second."""
        name, rate, *_ = self.call("product", "--seconds", str(self.seconds)).split()
        return name, float(rate)

    def unit(self):
        """Seconds of a 256^3 product."""
        return 1 / self.product()[1]

    def turn(self, learner):
        """Updates a second of a learner, the unit around that, and the share of the time that the program had a core."""
        before, start, used = self.unit(), time.perf_counter(), children()
        report = json.loads(
            self.call("steps", "--as-is", "--json", "--only", learner, "--repetitions", str(REPETITIONS), "--steps", str(STEPS))
        )
        share = (children() - used) / (time.perf_counter() - start)
        return report["learners"][0]["stepsPerSecond"], (before + self.unit()) / 2, share


def children():
    """Processor seconds of the processes that were waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
