"""Times Gymnasium's v4 environments and ours on the same episodes; environments.sh pins it to a core.

    python environments.py --binary active-bench [--repetitions N] [--out TABLE.md]

Both sides begin in the same states and take the same actions, rounded to float32 as a policy would give them. They take
turns, repetition by repetition; rates are medians by processor time, so that others on the machine disturb little.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import struct
import subprocess
import sys
import tempfile
import time

import gymnasium
import h5py
import mujoco
import numpy as np
import torch

BEHAVIOUR = pathlib.Path(__file__).parents[2] / "results/behaviour"
HIDDEN = 256
EPISODES = {"Hopper-v4": 300, "HalfCheetah-v4": 10, "Walker2d-v4": 300}
POLICY_EPISODES = {"Hopper-v4": 10, "HalfCheetah-v4": 5, "Walker2d-v4": 10}  # much longer ones
OURS = {"Hopper-v4": "hopper", "HalfCheetah-v4": "halfcheetah", "Walker2d-v4": "walker2d"}
WANTED = {  # ours over Gymnasium's: with known actions, with a policy
    "Hopper-v4": (1.2, 2.0),
    "HalfCheetah-v4": (1.4, 3.0),
    "Walker2d-v4": (1.0, 1.6),
}
WANTED_OF_BARE_LOOP = 0.95


class Policy(torch.nn.Module):
    """A deterministic policy, acting as CORL's do."""

    def __init__(self, states, actions):
        super().__init__()
        self.net = torch.nn.Sequential(
            torch.nn.Linear(states, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, HIDDEN), torch.nn.ReLU(),
            torch.nn.Linear(HIDDEN, actions), torch.nn.Tanh(),
        )  # fmt: skip

    def forward(self, state):
        return self.net(state)

    @torch.no_grad()
    def act(self, state, device="cpu"):
        state = torch.tensor(state.reshape(1, -1), device=device, dtype=torch.float32)
        return self(state).cpu().data.numpy().flatten()

    def read(self, path):
        """Takes the mean's tensors of a policy file of active-bench (safetensors)."""
        file = path.read_bytes()
        length = struct.unpack("<Q", file[:8])[0]
        header, body = json.loads(file[8 : 8 + length]), file[8 + length :]
        for name, layer in zip(["fc0", "fc1", "mean"], self.net[::2]):
            for kind in ["weight", "bias"]:
                entry = header[f"{name}.{kind}"]
                values = np.frombuffer(body[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
                getattr(layer, kind).data = torch.tensor(values)
        return self


class Peer:
    """A Gymnasium environment with its episodes: start states, actions, a policy."""

    def __init__(self, name, folder, seed=0):
        self.name = name
        self.env = gymnasium.make(name)
        self.limit = self.env.spec.max_episode_steps
        rng = np.random.default_rng(seed)
        world = self.env.unwrapped
        self.starts = []
        for k in range(EPISODES[name]):
            self.env.reset(seed=seed + k)
            self.starts.append((world.data.qpos.copy(), world.data.qvel.copy()))
        actions = rng.uniform(-1, 1, (20_000, world.model.nu)).astype(np.float32)
        self.actions = list(actions)
        self.policy_file = BEHAVIOUR / OURS[name] / "medium.safetensors"
        self.policy = Policy(self.env.observation_space.shape[0], world.model.nu).read(self.policy_file)
        self.script = folder / f"{name}.h5"
        with h5py.File(self.script, "w") as file:
            file["positions"] = np.array([qpos for qpos, _ in self.starts])
            file["velocities"] = np.array([qvel for _, qvel in self.starts])
            file["actions"] = actions
        world.reset_model = self.reset_model

    def reset_model(self):
        """Gymnasium's reset, to the episode's start state instead of a random one."""
        world = self.env.unwrapped
        world.set_state(*self.starts[self.episode])
        return world._get_obs()

    def run(self, episodes, choose):
        """Episodes to their ends; choose(observation, index of the step's known action). Returns seconds and steps."""
        steps, begin = 0, time.process_time()
        for self.episode in range(episodes):
            observation, _ = self.env.reset()
            ended, row = False, self.episode * self.limit
            while not ended:
                observation, _, terminated, truncated, _ = self.env.step(choose(observation, row))
                ended = terminated or truncated
                row += 1
                steps += 1
        return time.process_time() - begin, steps

    def known_rate(self):
        """Seconds per step with known actions, and the steps."""
        actions = self.actions
        seconds, steps = self.run(len(self.starts), lambda _, row: actions[row % len(actions)])
        return seconds / steps, steps

    def policy_rate(self):
        """The same with the policy."""
        act = self.policy.act
        seconds, steps = self.run(POLICY_EPISODES[self.name], lambda observation, _: act(observation))
        return seconds / steps, steps


def ours(binary, peer):
    """Our rates on the peer's episodes, one repetition after a first that is not counted."""
    command = [
        binary, "bench", "rollout", "--env", OURS[peer.name], "--profile", "gymnasium", "--script", peer.script,
        "--policy", peer.policy_file, "--policy-episodes", str(POLICY_EPISODES[peer.name]),
        "--repetitions", "1", "--json",
    ]  # fmt: skip
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def measure(peer, binary, repetitions):
    """Medians of the rates and of their ratios; the first repetition warms caches up."""
    rows = []
    for repetition in range(repetitions + 1):
        known, steps = peer.known_rate()
        policy, policy_steps = peer.policy_rate()
        result = ours(binary, peer)
        rows.append({
            "ours": result["withKnownActions"], "bare": result["bareLoop"], "ours, policy": result["withPolicy"],
            "python": 1 / known, "python, policy": 1 / policy, "of bare": result["bareRatio"],
            "known": result["withKnownActions"] * known, "policy": result["withPolicy"] * policy,
            "steps": (result["steps"], steps, result["policySteps"], policy_steps), "simulator": result["simulator"],
        })  # fmt: skip
        print(f"\r{peer.name}: repetition {repetition} of {repetitions}", end="", file=sys.stderr)
    print(file=sys.stderr)
    same = {key: rows[-1].pop(key) for key in ("steps", "simulator")}
    columns = {key: [row[key] for row in rows[1:]] for key in rows[-1]}
    print(json.dumps({peer.name: columns}), file=sys.stderr)
    ranges = {f"{key}, range": (min(columns[key]), max(columns[key])) for key in ("of bare", "known", "policy")}
    return {key: float(np.median(values)) for key, values in columns.items()} | ranges | same


def report(results, repetitions):
    """The table in Markdown, and whether all required ratios are reached."""
    reached = True

    def checked(result, key, wanted):
        nonlocal reached
        value, (low, high) = result[key], result[f"{key}, range"]
        reached &= value >= wanted
        return f"{value:.3f}, {low:.2f} to {high:.2f} (≥ {wanted}: {'yes' if value >= wanted else 'NO'})"

    lines = [
        "| control steps per second | " + " | ".join(results) + " |", "| --- |" + " ---: |" * len(results)
    ]  # fmt: skip

    def row(title, cell):
        lines.append(f"| {title} | " + " | ".join(cell(name, results[name]) for name in results) + " |")

    row("ours, known actions", lambda _, r: f"{r['ours']:,.0f}")
    row("bare C loop of `mj_step`", lambda _, r: f"{r['bare']:,.0f}")
    row("Gymnasium, known actions", lambda _, r: f"{r['python']:,.0f}")
    row("ours, 256-256 policy", lambda _, r: f"{r['ours, policy']:,.0f}")
    row("Gymnasium, PyTorch policy", lambda _, r: f"{r['python, policy']:,.0f}")
    row("**ours / bare loop**", lambda _, r: checked(r, "of bare", WANTED_OF_BARE_LOOP))
    row("**ours / Gymnasium**", lambda n, r: checked(r, "known", WANTED[n][0]))
    row("**ours / Gymnasium, with policies**", lambda n, r: checked(r, "policy", WANTED[n][1]))
    row("steps in a repetition (ours, Gymnasium; with policies)", lambda _, r: "{}, {}; {}, {}".format(*r["steps"]))
    simulator = next(iter(results.values()))["simulator"]
    return f"""# Environment steps per second

    jobs/peers/environments.sh

{chr(10).join(lines)}

- {datetime.date.today()}, {processor()}, one core; load {LOAD[0]:.1f} at the start, {os.getloadavg()[0]:.1f} at the end, on {os.cpu_count()} cores.
- Ours: MuJoCo {simulator}, profile `gymnasium`. Python {platform.python_version()}, gymnasium {gymnasium.__version__}, MuJoCo {mujoco.__version__}, numpy {np.__version__}, PyTorch {torch.__version__} with one thread.
- Medians of {repetitions} repetitions by processor time; in each the five loops alternate, and ratios are taken within a repetition: their median, lowest and highest. They can differ from ratios of the rates above, because the machine's speed changes.
- All begin their episodes in the same states and take the same actions, uniform on [−1, 1]; the policies are results/behaviour/ENV/medium.safetensors on both sides, acting by their means. The ratio depends on where a policy goes: with random weights instead of these, HalfCheetah's was 2.53 on 2026-11-22 (seven repetitions), below the required 3.0. Resets are part of every loop. Here neither Gymnasium's nor ours draw a start state.
- `gymnasium.make` with its usual wrappers and no others; PyTorch acts as CORL's policies do: `torch.tensor(state.reshape(1, -1))`, the network, `.cpu().data.numpy().flatten()`.
""", reached


def processor():
    """The processor's name in /proc/cpuinfo."""
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


LOAD = os.getloadavg()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--repetitions", type=int, default=15)
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        results = {
            name: measure(Peer(name, pathlib.Path(folder)), arguments.binary, arguments.repetitions) for name in OURS
        }
    text, reached = report(results, arguments.repetitions)
    print(text)
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(text)
    sys.exit(0 if reached else 1)


if __name__ == "__main__":
    main()
