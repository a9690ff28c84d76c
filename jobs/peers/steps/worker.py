"""One framework with all learners, which makes updates on request; rounds.py starts it and sends the requests.

    python worker.py jax|jax-bf16|eager|compile LEARNER ...

First a line of JSON says what is ready: versions and a note on every learner. Then every line on standard input,
LEARNER, tab, SECONDS, is answered by the updates made in about that time: their number, seconds, processor seconds.
"""

import importlib.metadata
import json
import os
import signal
import sys
import time

COMPILE_LIMIT = int(os.environ.get("COMPILE_LIMIT", "240"))  # seconds, for a learner and torch.compile
TRIAL = 1.0  # seconds, of each of several ways to write the same


def burst(loop, steps, limit):
    """Calls of `run(steps)` until the time is over."""
    count, start, processor = 0, time.perf_counter(), time.process_time()
    while (seconds := time.perf_counter() - start) < limit or not count:
        loop.run(steps)
        count += steps
    return {"steps": count, "seconds": seconds, "processor": time.process_time() - processor}


def steps_of(learner):
    """Updates between two readings of the clock, even for TD3+BC: 0.1 to 0.4 s."""
    return 4 if learner == "CQL" else 20 if learner == "ACTIVE-I m=10" else 40


def in_jax(learner, results):
    """The fastest way to write the learner: its families of networks unrolled or vmapped, rounded products with any of
    the types `results`; what JAX cannot compile is left out."""
    import jax
    import jax_learners
    import jax_networks
    from jax_loop import Loop

    loops = {}
    for way in (jax_networks.Unrolled, jax_networks.Vmapped):
        for result in results:
            name = way.__name__.lower() + (f", sums as {result.__name__}" if len(results) > 1 else "")
            jax_networks.rounded_result = result
            loop = Loop(jax_learners.make(learner, way))
            try:
                loop.run(steps_of(learner))
                loops[name] = loop
            except jax.errors.JaxRuntimeError as error:
                if "UNIMPLEMENTED" not in str(error):
                    raise
    times = {name: [] for name in loops}
    for _ in range(2):
        for name, loop in loops.items():
            result = burst(loop, steps_of(learner), TRIAL / 2)
            times[name].append(result["processor"] / result["steps"])
    best = {name: min(of_way) for name, of_way in times.items()}
    fastest = min(best, key=best.get)
    return loops[fastest], f"{fastest}; " + ", ".join(f"{name} {1e3 * time:.2f} ms" for name, time in best.items())


def in_torch(learner, compiled):
    import torch
    import torch_learners
    from torch_loop import Loop

    torch.set_num_threads(1)
    torch.manual_seed(0)
    loop = Loop(learner, torch_learners.make(learner, compiled))
    start = time.perf_counter()
    signal.alarm(COMPILE_LIMIT if compiled else 0)
    try:
        for _ in range(4):
            loop.run(1)
    finally:
        signal.alarm(0)
    return loop, f"compiled in {time.perf_counter() - start:.0f} s" if compiled else ""


def product(framework):
    """Milliseconds of a 256^3 product as the framework does it."""
    if framework.startswith("jax"):
        import jax
        import jax.numpy as jnp
        import jax_networks

        loop = jax.jit(lambda x: jax.lax.fori_loop(0, 40, lambda _, y: jax_networks.product(y, x), x))
        x = jnp.full((256, 256), 0.003)
        run = lambda: jax.block_until_ready(loop(x))  # noqa: E731
    else:
        import torch

        torch.set_num_threads(1)
        x = torch.full((256, 256), 0.003)
        run = lambda: [x @ x for _ in range(40)]  # noqa: E731
    run()
    times = []
    for _ in range(15):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) / 40)
    return 1e3 * min(times)


def expired(*_):
    raise TimeoutError(f"not compiled within {COMPILE_LIMIT} s")


def one_line(error):
    """The first line of a message that may have hundreds."""
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"[:200]


def main():
    framework, *learners = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints
    signal.signal(signal.SIGALRM, expired)
    results = [None]  # of rounded products; there are none in float32
    if framework == "jax-bf16":
        import jax.numpy as jnp
        import jax_networks

        jax_networks.product = jax_networks.rounded_product
        results = [jnp.float32, jnp.bfloat16]
    loops, notes = {}, {"256³ product": f"{product(framework):.3f} ms"}
    for learner in learners:
        try:
            if framework.startswith("jax"):
                loops[learner], notes[learner] = in_jax(learner, results)
            else:
                loops[learner], notes[learner] = in_torch(learner, framework == "compile")
        except Exception as error:
            if framework != "compile":
                raise  # only torch.compile may be missing something, a C++ compiler or Python's headers
            notes[learner] = one_line(error)
    packages = ["jax", "jaxlib"] if framework.startswith("jax") else ["torch"]
    versions = {name: importlib.metadata.version(name) for name in packages}
    print(json.dumps({"ready": list(loops), "notes": notes, "versions": versions}), file=answers)
    for line in sys.stdin:
        learner, seconds = line.rstrip("\n").split("\t")
        print(json.dumps(burst(loops[learner], steps_of(learner), float(seconds))), file=answers)


if __name__ == "__main__":
    main()
