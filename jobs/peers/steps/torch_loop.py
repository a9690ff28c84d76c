"""Many updates in PyTorch, in separate calls: they are not compiled into one loop."""

import problem
import torch


class Loop:
    """`run(steps)` makes that number of further updates."""

    def __init__(self, name, learner):
        self.learner = learner
        self.rows = torch.from_numpy(problem.transitions())
        self.shapes = problem.noise_shapes(name)

    def run(self, steps):
        for _ in range(steps):
            chosen = torch.randint(problem.TRANSITIONS, (problem.BATCH,))
            noise = {
                name: torch.rand(shape).mul_(2).sub_(1) if name == "uniform" else torch.randn(shape)
                for name, shape in self.shapes.items()
            }
            self.learner.update(self.rows.index_select(0, chosen), noise)
