"""The table in Markdown, and whether every required ratio is reached."""

import datetime
import os
import pathlib
import platform
import statistics

TITLES = {"ours": "ours", "ours-bf16": "ours bf16", "jax": "JAX", "jax-bf16": "JAX bf16", "eager": "PyTorch eager", "compile": "`torch.compile`"}
WANTED = {  # ours over the peer's
    "jax": {"IQL": 1.35, "TD3+BC": 1.35, "CQL": 1.25, "ACTIVE-I m=10": 1.45},
    "eager": {"IQL": 2.2, "TD3+BC": 1.8, "CQL": 1.35},
}
# Units that a JAX peer took before active-bench existed: comparing with a much slower peer would be unfair.
JAX_UNITS = {"IQL": 25, "TD3+BC": 21, "ACTIVE-I m=1": 33, "ACTIVE-I m=5": 70, "ACTIVE-I m=10": 123}
JAX_SLACK = 1.1
UNDISTURBED = 0.97  # share of a core


def spread(values):
    return f"{statistics.median(values):.2f}, {min(values):.2f} to {max(values):.2f}"


class Table:
    """Rows over learners; `asked` counts the required ratios, `missed` lists those that were not reached."""

    def __init__(self, rows, learners):
        self.rows, self.learners, self.missed, self.asked = rows, learners, [], 0
        self.lines = ["| | " + " | ".join(learners) + " |", "| --- |" + " ---: |" * len(learners)]

    def column(self, subject, learner, key):
        return [row[subject, learner][key] for row in self.rows if (subject, learner) in row]

    def add(self, title, cell):
        self.lines.append(f"| {title} | " + " | ".join(cell(learner) for learner in self.learners) + " |")

    def rate(self, subject):
        def cell(learner):
            values = self.column(subject, learner, "rate")
            return f"{statistics.median(values):,.1f}" if values else "–"

        self.add(f"{TITLES[subject]}, updates/s", cell)

    def units(self, subject):
        def cell(learner):
            values = self.column(subject, learner, "units")
            if not values:
                return "–"
            limit = JAX_UNITS.get(learner) if subject == "jax" else None
            if limit is None:
                return spread(values)
            valid = statistics.median(values) <= JAX_SLACK * limit
            what = f"{TITLES[subject]} {learner}, units"
            return self.checked(spread(values), f"≤ {JAX_SLACK * limit:.1f}", valid, what)

        self.add(f"{TITLES[subject]}, units", cell)

    def ratio(self, subject, ours="ours"):
        def cell(learner):
            pairs = zip(self.column(ours, learner, "rate"), self.column(subject, learner, "rate"))
            values = [ours / peer for ours, peer in pairs]
            if not values:
                return "–"
            wanted = WANTED.get(subject, {}).get(learner)
            if wanted is None:
                return spread(values)
            reached = statistics.median(values) >= wanted
            return self.checked(spread(values), f"≥ {wanted}", reached, f"ours / {TITLES[subject]}, {learner}")

        self.add(f"**{TITLES[ours]} / {TITLES[subject]}**", cell)

    def checked(self, value, limit, reached, what):
        self.asked += 1
        if not reached:
            self.missed.append(f"{what}: {value.split(',')[0]}, required {limit}")
        return f"{value} ({limit}: {'yes' if reached else 'NO'})"


def write(rows, peers, kernels, arguments, load):
    """The report, and whether all required ratios are reached."""
    table = Table(rows, arguments.learners)
    frameworks = [peer.framework for peer in peers]
    own = ["ours"] + (["ours-bf16"] if "jax-bf16" in frameworks else [])
    subjects = own + frameworks
    for kind in (table.rate, table.units):
        for subject in subjects:
            kind(subject)
    for framework in frameworks:
        table.ratio(framework, "ours-bf16" if framework == "jax-bf16" else "ours")
    if "ours-bf16" in own:
        table.ratio("ours", "ours-bf16")
    verdict = f"{table.asked - len(table.missed)} of {table.asked} required ratios are reached"
    verdict += f"; not reached: {'; '.join(table.missed)}." if table.missed else "."
    units = [value["unit"] for row in rows for value in row.values()]
    shares = [value["share"] for row in rows for value in row.values()]
    quiet = "undisturbed" if min(shares) >= UNDISTURBED else "DISTURBED: measure again on a quiet machine"
    versions = ", ".join(f"{name} {version}" for peer in peers for name, version in sorted(peer.versions.items()))
    text = f"""# Gradient steps per second: ours, JAX and PyTorch

    jobs/peers/steps.sh

{chr(10).join(table.lines)}

{verdict}

- {datetime.date.today()}, {processor()}, one thread on one core; load {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end, on {os.cpu_count()} cores; each framework had at least {100 * min(shares):.0f} % of the core ({quiet}).
- The unit is a 256³ product by OpenBLAS ({kernels} kernels): {1e3 * statistics.median(units):.4f} ms, {1e3 * min(units):.4f} to {1e3 * max(units):.4f}. JAX is a valid peer where it takes at most {JAX_SLACK} times the units measured for it before.
- Python {platform.python_version()}, {', '.join(dict.fromkeys(versions.split(', ')))}.
- {arguments.rounds} rounds of {arguments.seconds:g} s per measurement, frameworks alternating; ratios are taken within a round, ours measured before and after the peers: median, lowest and highest. Ours is by processor time, the peers' by the wall clock; the share of the core shows how much these differ.
- All: Hopper's sizes (11, 3), batches of 256 out of 100,000 synthetic transitions, drawn inside the loop with all other random numbers; 256-256 (CQL 3×256 with 10 actions of each kind), float32 (bf16: the products of all but the last layers with factors in bfloat16, forward and backward), V without LayerNorm, no dropout; the presets' hyperparameters. TD3+BC over pairs of updates, one of which steps the policy.
- `jobs/peers/steps.sh --check` checks that every framework makes the same updates as Tests/Conformance/reference.py.
{notes(peers)}"""
    return text, not table.missed


def notes(peers):
    """The workers' notes on their learners."""
    lines = []
    for peer in peers:
        told = "; ".join(f"{learner}: {note}" for learner, note in peer.notes.items() if note)
        if told:
            lines.append(f"- {TITLES[peer.framework]}. {told}.\n")
    return "".join(lines)


def processor():
    """The processor's name in /proc/cpuinfo, with properties that distinguish processors of that name."""
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    known = {line.split(":")[0].strip(): line.split(":")[1].strip() for line in lines if ":" in line}
    name = known.get("model name", platform.machine())
    family = f" (family {known['cpu family']}, model {known['model']})" if "cpu family" in known else ""
    widest = "AVX-512" if "avx512f" in known.get("flags", "") else "AVX2" if "avx2" in known.get("flags", "") else ""
    return f"{name}{family}{', ' + widest if widest else ''}"
