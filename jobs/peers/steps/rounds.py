"""Times PyTorch, JAX and active-bench on the same updates, alternating; steps.sh pins it to a core.

    python rounds.py --binary active-bench [--rounds N] [--seconds S] [--out TABLE.md]
        [--learners A,B] [--peers jax,jax-bf16,eager,compile]

In a round ours is timed before and after the peers, learner by learner, and every turn lies between two timings of the unit, a
256^3 product by OpenBLAS. Ratios and units are of one round; their medians and ranges are reported.
"""

import argparse
import json
import os
import pathlib
import sys

import problem
import report
from ours import BFLOAT16, IN_BFLOAT16, Ours
from peer import Peer


def turn(peer, learner, seconds, ours):
    """One peer's rate, its time in units, and the share of a core that it had."""
    before = ours.unit()
    rate, share = peer.updates(learner, seconds)
    unit = (before + ours.unit()) / 2
    return {"rate": rate, "units": 1 / rate / unit, "unit": unit, "share": share}


def measure(ours, peers, learners, rounds, seconds):
    """One row for every round: {(subject, learner): {"rate", "units", "unit", "share"}}."""
    rows = []
    for number in range(1, rounds + 1):
        print(f"round {number} of {rounds}, load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
        row = {}
        in_bfloat16 = IN_BFLOAT16 if any(peer.framework == "jax-bf16" for peer in peers) else set()
        for learner in learners:
            before = ours.turn(learner)
            rounded = ours.turn(learner + BFLOAT16) if learner in in_bfloat16 else None
            for peer in peers:
                if learner in peer.ready:
                    row[peer.framework, learner] = turn(peer, learner, seconds, ours)
            if rounded:
                row["ours-bf16", learner] = between(rounded, ours.turn(learner + BFLOAT16))
            row["ours", learner] = between(before, ours.turn(learner))
        rows.append(row)
        print(json.dumps({" ".join(key): value for key, value in row.items()}), file=sys.stderr, flush=True)
    return rows


def between(before, after):
    """Likewise for ours, measured before and after the peers; both measurements have the same weight."""
    (rate, unit, share), (later_rate, later_unit, later_share) = before, after
    seconds = (1 / rate + 1 / later_rate) / 2
    unit = (unit + later_unit) / 2
    return {"rate": 1 / seconds, "units": seconds / unit, "unit": unit, "share": min(share, later_share)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2, help="of a turn")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--learners", type=lambda text: text.split(","), default=problem.LEARNERS)
    parser.add_argument("--peers", type=lambda text: text.split(","), default=["jax", "jax-bf16", "eager", "compile"])
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    ours = Ours(arguments.binary)
    print(f"kernels {ours.kernels}; compiling", file=sys.stderr, flush=True)
    peers = [Peer(framework, arguments.learners) for framework in arguments.peers]
    rows = measure(ours, peers, arguments.learners, arguments.rounds, arguments.seconds)
    for peer in peers:
        peer.end()
    text, reached = report.write(rows, peers, ours.kernels, arguments, load)
    print(text)
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(text)
    sys.exit(0 if reached else 1)


if __name__ == "__main__":
    main()
