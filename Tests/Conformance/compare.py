"""Runs conformance traces through a built active-bench and compares its outputs with the reference.

    python compare.py [--double BINARY] [--float BINARY [--precision bf16x3]] TRACE.h5 ...

--double: a build that computes in double precision. The whole run is compared: the names of all tensors, losses and
metrics must be equal, and every tensor, Adam moment, loss and metric agree to 1e-9.

--float: a build that computes in single precision. (a) A free run over all steps; (b) one step from each state of the
reference's run, so that what is compared is rounding in one step and not how a difference grows. With --precision the build computes in
that precision, and the limits are ten times as wide.

README.md states the limits and what every figure is relative to. A reference output NAME.reference.h5 beside a trace
NAME.h5 is used for --double in place of a new run of the reference.
"""

import argparse
import pathlib
import shlex
import subprocess
import sys
import tempfile
from collections import defaultdict

import h5py
import jax
import numpy as np

from reference import Trace, flatten, join_moments, read_tree, scalars_to_vectors, split_moments
from traces import LIVE

EPS32 = 2.0**-23
TINY = 1e-12
SHOWN = 12  # failures listed for each trace and mode

LIMITS = {
    "double: tensors": 1e-9,
    "double: Adam": 1e-9,
    "double: losses": 1e-9,
    "double: metrics": 1e-9,
    "float, free run: losses": 2e-3,
    "float, free run: metrics": 2e-3,
    "float, one step: losses": 2e-5,
    "float, one step: metrics": 2e-5,
    "float, one step: Adam's m, 95 %": 5e-6,
    "float, one step: Adam's m, all": 5e-4,
    "float, one step: updates": 1e-3,
}
M_95, M_ALL, UPDATES = list(LIMITS)[-3:]
WIDER = 10  # the limits of another precision than float32


class Disagreement(Exception):
    """The binary failed, or the names or shapes of its output are not those of the reference."""


class Figures:
    """The worst error of each criterion for one trace, and where it was."""

    def __init__(self):
        self.worst = {}
        self.failures = []
        self.excused = 0

    def note(self, criterion, figure, where, limit=None):
        figure = float(figure)
        if not figure <= (LIMITS[criterion] if limit is None else limit):  # catches NaN
            self.failures.append((figure, f"{criterion}: {figure:.2e} at {where}, limit {LIMITS[criterion]:g}"))
        if criterion not in self.worst or not figure <= self.worst[criterion][0]:
            self.worst[criterion] = (figure, where)


def run_binary(binary, trace, out, every=None, precision=None):
    """Run `BINARY conform TRACE --out OUT [--every K] [--precision P]` and read the output as nested dictionaries."""
    command = [*shlex.split(binary), "conform", trace, "--out", out, *(["--every", str(every)] if every else [])]
    command += ["--precision", precision] if precision else []
    process = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120)
    if process.returncode:
        raise Disagreement(f"{shlex.join(map(str, command))}: status {process.returncode}\n{process.stderr.strip()}")
    with h5py.File(out) as file:
        tree = read_tree(file)
        return tree | {"step": {"": file.attrs.get("step")} | step_attributes(file)}


def step_attributes(file):
    return {t: group.attrs.get("step") for t, group in file["steps"].items()} if "steps" in file else {}


def reference_output(trace, state, losses, metrics, kept):
    """A run of the reference in the form that `run_binary` returns."""

    def tensors(state):
        return {"final": state.params, "adam": join_moments(state.m, state.v)}

    tree = {"losses": losses, "metrics": metrics, **tensors(state), "step": {"": trace.step + trace.steps}}
    if kept:
        tree["steps"] = {str(t): tensors(each) for t, each in kept.items()}
        tree["step"] |= {str(t): trace.step + t for t in kept}
    return tree


def pairs(ours, theirs, place):
    """(name, array, array) for each tensor; both sides must have the same names and shapes, ours may have more metrics."""
    ours, theirs = (flatten(scalars_to_vectors(tree)) for tree in (ours, theirs))
    if missing := sorted(set(theirs) - set(ours)):
        raise Disagreement(f"{place}: missing {', '.join(missing)}")
    if (extra := sorted(set(ours) - set(theirs))) and not place.endswith("metrics"):
        raise Disagreement(f"{place}: not in the reference: {', '.join(extra)}")
    for name in sorted(theirs):
        a, b = (np.asarray(tree[name], np.float64) for tree in (ours, theirs))
        if a.shape != b.shape:
            raise Disagreement(f"{place}/{name}: shape {a.shape}, reference {b.shape}")
        yield name, a, b


def norm(x):
    return float(np.linalg.norm(np.ravel(x)))


def relative(a, b):
    """|a - b| / |b| in the Euclidean norm, less an absolute floor of 1e-12 (1 + |b|)."""
    return max(0.0, norm(a - b) - TINY * (1 + norm(b))) / max(norm(b), TINY) if np.all(np.isfinite(a)) else np.nan


def log_errors(ours, theirs, place):
    """Losses or metrics [T] by name: |a_t - b_t| over the larger of |b_t| and the root mean square of b."""
    return {
        name: np.abs(a - b) / np.maximum(np.maximum(np.abs(b), np.sqrt(np.mean(b**2))), TINY)
        for name, a, b in pairs(ours, theirs, place)
    }


def note_log(figures, criterion, ours, theirs, limits=None):
    """Note the worst error of each loss or metric; `limits` may raise the limit of some."""
    for name, errors in log_errors(ours, theirs, criterion).items():
        t = int(np.argmax(np.where(np.isfinite(errors), errors, np.inf)))
        figures.note(criterion, errors[t], f"{name}, step {t + 1}", (limits or {}).get(name))


# ------------------------------------------------------------------------------------------------ double precision


def compare_double(binary, path, trace, folder, every):
    figures = Figures()
    ours = run_binary(binary, path, folder / "out.h5", every)
    stored = path.with_name(path.stem + ".reference.h5")
    if stored.exists():
        with h5py.File(stored) as file:
            theirs = read_tree(file) | {"step": {"": file.attrs["step"]} | step_attributes(file)}
    else:
        theirs = reference_output(trace, *trace.run(range(every, trace.steps + 1, every)))

    expected = {str(t) for t in range(every, trace.steps + 1, every)}
    if set(ours.get("steps", {})) != expected:
        raise Disagreement(f"/steps holds {sorted(ours.get('steps', {}), key=int)}, not every {every}")
    for t in ["", *sorted(expected & set(theirs.get("steps", {})), key=int)]:
        if ours["step"][t] != theirs["step"][t]:
            raise Disagreement(f"attribute `step` of /{t and 'steps/' + t}: {ours['step'][t]}, not {theirs['step'][t]}")
        mine, reference = (tree["steps"][t] if t else tree for tree in (ours, theirs))
        for group, criterion in (("final", "double: tensors"), ("adam", "double: Adam")):
            place = f"/{'steps/' + t + '/' if t else ''}{group}"
            for name, a, b in pairs(mine.get(group, {}), reference[group], place):
                figures.note(criterion, relative(a, b), f"{place}/{name}")
    for group in ("losses", "metrics"):
        note_log(figures, f"double: {group}", ours.get(group, {}), theirs[group])
    return figures


# ------------------------------------------------------------------------------------------------ single precision


def rounded(tree):
    return jax.tree.map(np.float32, tree)


def rounded_trace(trace):
    """The trace with all its numbers rounded to single precision, so that both sides start from the same numbers."""
    parts = [rounded(tree) for tree in (trace.batches, trace.noise, trace.params, trace.moments)]
    return Trace(trace.learner, trace.given, *parts, trace.step)


def one_step_trace(trace, state, t):
    """Step t of the trace alone, from the given state rounded to single precision."""
    batches, noise = (jax.tree.map(lambda x: x[t : t + 1], tree) for tree in (trace.batches, trace.noise))
    moments = (rounded(state.m), rounded(state.v))
    return Trace(trace.learner, trace.given, batches, noise, rounded(state.params), moments, trace.step + t)


def movements(before, m, after):
    """{"m": Adam's first moments, "update": theta after less theta before, "after": theta}, each by tensor name."""
    m, before, after = (
        {name: np.asarray(x, np.float64) for name, x in flatten(scalars_to_vectors(tree)).items()}
        for tree in (m, before, after)
    )
    return {"m": m, "update": {name: after[name] - before[name] for name in after}, "after": after}


def reference_movements(case):
    state, losses, metrics, _ = case.run()
    return movements(case.params, state.m, state.params), losses, metrics


class Scales:
    """The scale of a tensor's error: the reference's norm at that state.

    A tensor of one element sometimes passes through zero: there it is the larger of that and the root mean square
    over all states.
    """

    def __init__(self, movements):
        self.root_mean_square = {
            (kind, name): np.sqrt(np.mean([norm(each[kind][name]) ** 2 for each in movements]))
            for kind in ("m", "update")
            for name in movements[0][kind]
        }

    def of(self, kind, name, x):
        return max(norm(x), self.root_mean_square[kind, name] if x.size == 1 else 0, TINY)

    def errors(self, ours, theirs):
        """Relative errors by (kind, name). An update may miss by the rounding of theta itself, 2^-23 of its norm."""
        result = {}
        for kind, name in self.root_mean_square:
            a, b = ours[kind][name], theirs[kind][name]
            allowed = EPS32 * norm(theirs["after"][name]) if kind == "update" else 0
            error = max(0.0, norm(a - b) - allowed) if np.all(np.isfinite(a)) else np.nan
            result[kind, name] = error / self.of(kind, name, b)
        return result


def shaken(tree, random, bits):
    """Every number changed by a relative 2^-bits times a standard normal number."""
    return jax.tree.map(lambda x: x * (1 + 2.0**-bits * random.standard_normal(np.shape(x))), tree)


def free_run_limits(trace, group, theirs, limit, draws=6):
    """Limits by name: three times the deviation of the reference itself when the start of each step is changed by 2^-21.

    Training amplifies roundings, most where a unit is about to die: there a free run tells little about the arithmetic.
    """
    limits = defaultdict(lambda: limit)
    random = np.random.default_rng(0)
    for _ in range(draws):
        state, log = trace.initial_state(), []
        for t in range(trace.steps):
            state, *scalars = trace.advance(state._replace(params=shaken(state.params, random, 21)), t)
            log.append(scalars[group == "metrics"])
        strayed = jax.tree.map(lambda *x: np.array(x), *log)
        for name, errors in log_errors(strayed, theirs, group).items():
            limits[name] = max(limits[name], 3 * np.max(errors))
    return limits


def sensitivity(case, theirs, scales, draws=16):
    """The change of the reference's results, by (kind, name), when its inputs change by a few roundings (2^-21 relative).

    At a kink (a ReLU at zero, two equal critics) rounding decides between two gradients and neither is wrong.
    """
    random = np.random.default_rng(0)
    worst = defaultdict(float)
    for _ in range(draws):
        params, batches = shaken(case.params, random, 21), shaken(case.batches, random, 21)
        moved = Trace(case.learner, case.given, batches, case.noise, params, case.moments, case.step)
        for key, error in scales.errors(reference_movements(moved)[0], theirs).items():
            worst[key] = max(worst[key], error)
    return worst


def compare_float(binary, trace, folder, states, precision=None):
    figures = Figures()
    trace = rounded_trace(trace)
    path, out = folder / "trace.h5", folder / "out.h5"

    # (a) a free run
    trace.write(path)
    ours = run_binary(binary, path, out, precision=precision)
    _, losses, metrics, kept = trace.run(range(1, trace.steps))
    for group, theirs in {"losses": losses, "metrics": metrics}.items():
        criterion = f"float, free run: {group}"
        errors = log_errors(ours.get(group, {}), theirs, criterion)
        limits = {}
        if any(not np.all(each <= LIMITS[criterion]) for each in errors.values()):
            limits = free_run_limits(trace, group, theirs, LIMITS[criterion])
            figures.excused += sum(LIMITS[criterion] < max(each) <= limits[name] for name, each in errors.items())
        note_log(figures, criterion, ours.get(group, {}), theirs, limits)

    # (b) one step from each state
    starts = np.unique(np.linspace(0, trace.steps - 1, states).astype(int))
    cases = [one_step_trace(trace, kept[t] if t else trace.initial_state(), t) for t in starts]
    references = [reference_movements(case) for case in cases]
    scales = Scales([theirs for theirs, _, _ in references])
    moments, logs = [], []
    for t, case, (theirs, *_) in zip(starts, cases, references):
        case.write(path, mid_training=True)
        output = run_binary(binary, path, out, precision=precision)
        for group, expected in (("final", case.params), ("adam", join_moments(*case.moments))):
            list(pairs(output.get(group, {}), expected, f"one step, /{group}"))
        m, _ = split_moments(output["adam"])
        errors = scales.errors(movements(case.params, m, output["final"]), theirs)
        logs.append((output.get("losses", {}), output.get("metrics", {})))
        moments += [error for (kind, _), error in errors.items() if kind == "m"]
        limits = {"m": M_ALL, "update": UPDATES}
        at_kink = None
        for (kind, name), error in errors.items():
            limit = LIMITS[limits[kind]]
            if not error <= limit:
                at_kink = at_kink or sensitivity(case, theirs, scales)
                limit = max(limit, 2 * at_kink[kind, name])
                figures.excused += error <= limit
            figures.note(limits[kind], error, f"{name}, state {t}", limit)
    figures.note(M_95, np.percentile(moments, 95), f"{len(moments)} tensors and states")
    for i, group in enumerate(("losses", "metrics")):
        ours = joined([log[i] for log in logs])
        theirs = joined([reference[1 + i] for reference in references])
        note_log(figures, f"float, one step: {group}", ours, theirs)
    return figures


def joined(logs):
    """Losses of one-step runs, concatenated."""
    return {name: np.concatenate([log.get(name, [np.nan]) for log in logs]) for name in set().union(*logs)}


# ---------------------------------------------------------------------------------------------------------- report


def main():
    parser = argparse.ArgumentParser(description="Compare a built active-bench with the reference.")
    parser.add_argument("--double", metavar="BINARY", help="a build in double precision")
    parser.add_argument("--float", metavar="BINARY", help="a build in single precision")
    parser.add_argument("--precision", help="--float: compute in this precision (bf16x3), with limits ten times as wide")
    parser.add_argument("--every", type=int, default=25, help="--double: compare the states after every K-th step too")
    parser.add_argument("--states", type=int, default=100, help="--float: from how many states one step is made")
    parser.add_argument("--live", action="store_true", help="all that traces.py's registries demand must be there")
    parser.add_argument("traces", nargs="+", type=pathlib.Path)
    given = parser.parse_args()
    if not (given.double or given.float):
        parser.error("nothing to do: --double BINARY, --float BINARY or both")
    demanded = sorted(LIVE if given.live else {path.stem for path in traces_of(given.traces)})

    if given.precision:
        LIMITS.update({name: WIDER * limit for name, limit in LIMITS.items() if name.startswith("float")})
    failures, compared = [], []
    print(f"{'trace':<30} {'criterion':<34} {'worst':>9} {'limit':>9}  where")
    for path in traces_of(given.traces):
        compared.append(path.stem)
        try:
            trace = Trace.read(path)
            with tempfile.TemporaryDirectory() as folder:
                folder = pathlib.Path(folder)
                results = []
                if given.double:
                    results.append(compare_double(given.double, path, trace, folder, given.every))
                if given.float:
                    results.append(compare_float(given.float, trace, folder, given.states, given.precision))
        except Disagreement as disagreement:
            failures.append(f"{path.stem}: {disagreement}")
            print(f"{path.stem:<30} {'failed':<34}", flush=True)
            continue
        for figures in results:
            for criterion, (worst, where) in figures.worst.items():
                print(f"{path.stem:<30} {criterion:<34} {worst:9.1e} {LIMITS[criterion]:9.1e}  {where}", flush=True)
            if figures.excused:
                print(
                    f"{path.stem:<30} {figures.excused} figures beyond their limit, where the reference strays as far"
                )
            worst_first = sorted(figures.failures, key=lambda failure: -np.nan_to_num(failure[0], nan=np.inf))
            failures += [f"{path.stem}: {text}" for _, text in worst_first[:SHOWN]]
            if len(worst_first) > SHOWN:
                failures.append(f"{path.stem}: and {len(worst_first) - SHOWN} more beyond their limits")
    failures += [f"{name}: demanded and not compared" for name in demanded if name not in compared]
    met = len(set(demanded) & set(compared))
    traces = "traces of the registries" if given.live else "traces"
    verdict = "all agree" if compared and not failures else "disagreements:"
    print(f"\n{met} of {len(demanded)} {traces} compared, {verdict}")
    for failure in failures:
        print(f"  {failure}")
    return 1 if failures or not compared else 0


def traces_of(paths):
    """The paths that are not outputs of the reference."""
    return [path for path in paths if not path.name.endswith(".reference.h5")]


if __name__ == "__main__":
    sys.exit(main())
