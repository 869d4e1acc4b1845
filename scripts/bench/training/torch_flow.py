"""PyTorch eager baseline of the flow's training step: same net, batch and threads, float32, AdamW, clipping and EMA.

Reads {"architecture": ..., "batch": N, "threads": N, "steps": N} from standard input; prints one JSON line with milliseconds
a step (median). Called by `npm run bench`, which runs it next to our own trainer in the same run.
"""

import json
import math
import statistics
import sys
import time

import torch
from torch import nn


class Flow(nn.Module):
    """The flow of server/flow/cinn.ts as a PyTorch user would write it."""

    def __init__(self, arch: dict) -> None:
        super().__init__()
        dims, width = arch["dims"], arch["embeddingDims"]
        hidden = arch["injector"]["hiddenDims"]
        self.dims, self.clamp = dims, arch["couplings"]["clamp"]
        self.given = nn.ModuleList(nn.Linear(c["dims"], width) for c in arch["conditions"])
        self.absent = nn.ParameterList(nn.Parameter(torch.randn(1, width)) for _ in arch["conditions"])
        self.refine = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.inject_in = nn.Linear(width, hidden)
        direct = arch["conditions"] if arch["injector"].get("isDirect") else []
        self.direct = nn.ModuleList(nn.Linear(c["dims"], dims, bias=False) for c in direct)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU(), nn.Dropout(0.1), nn.Linear(hidden, hidden))
            for _ in range(arch["injector"]["blocks"])
        )
        self.inject_out = nn.Linear(hidden, 2 * dims)
        inner = arch["couplings"]["hiddenDims"]
        self.couplings = nn.ModuleList()
        for _ in range(arch["couplings"]["count"]):
            layers: list[nn.Module] = [nn.SiLU()]
            for _ in range(arch["couplings"]["depth"]):
                layers += [nn.Dropout(0.1), nn.Linear(inner, inner), nn.SiLU()]
            net = nn.ModuleDict({"x": nn.Linear(dims // 2, inner), "c": nn.Linear(width, inner, bias=False), "tail": nn.Sequential(*layers, nn.Linear(inner, dims))})
            self.couplings.append(net)
        self.register_buffer("white", torch.eye(dims))
        for index in range(arch["couplings"]["count"]):
            self.register_buffer(f"permutation{index}", torch.randperm(dims))

    def forward(self, z: torch.Tensor, conditions: list[tuple[torch.Tensor, torch.Tensor]]) -> torch.Tensor:
        e = sum(a + p * (g(c * math.sqrt(c.shape[1])) - a) for g, a, (c, p) in zip(self.given, self.absent, conditions))
        e = nn.functional.dropout(e + self.refine(e), 0.1)
        h = self.inject_in(e)
        for block in self.blocks:
            h = h + block(h)
        mean, log_sigma = self.inject_out(nn.functional.silu(h)).chunk(2, 1)
        for project, (c, p) in zip(self.direct, conditions):
            mean = mean + p * project(c * math.sqrt(c.shape[1]))
        log_sigma = 4 * torch.tanh(log_sigma / 4)
        x = (z @ self.white - mean) * torch.exp(-log_sigma)
        log_det = -log_sigma.sum(1)
        for index, net in enumerate(self.couplings):
            kept, changed = x[:, getattr(self, f"permutation{index}")].chunk(2, 1)
            shift, s = net["tail"](net["x"](kept) + net["c"](e)).chunk(2, 1)
            s = self.clamp * torch.tanh(s / self.clamp)
            x = torch.cat([kept, changed * torch.exp(s) + shift], 1)
            log_det = log_det + s.sum(1)
        return (0.5 * (x * x).sum(1) + 0.5 * self.dims * math.log(2 * math.pi) - log_det).mean() / self.dims


PRODUCTS = ("aten::addmm", "aten::mm", "aten::linear", "aten::matmul")
PROFILED = 4
"""Steps."""


def main() -> None:
    job = json.load(sys.stdin)
    torch.manual_seed(0)
    torch.set_num_threads(job["threads"])
    flow, batch = Flow(job["architecture"]), job["batch"]
    parameters = list(flow.parameters())
    average = [p.detach().clone() for p in parameters]
    optimiser = torch.optim.AdamW(parameters, lr=1e-4, weight_decay=0.02)

    def step() -> float:
        z = torch.randn(batch, flow.dims)
        conditions = [(torch.randn(batch, c["dims"]) / math.sqrt(c["dims"]), torch.ones(batch, 1)) for c in job["architecture"]["conditions"]]
        start = time.perf_counter()
        loss = flow(z, conditions)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        torch._foreach_lerp_(average, [p.detach() for p in parameters], 0.002)
        return 1000 * (time.perf_counter() - start)

    times = [step() for _ in range(job["steps"] + 2)]
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profiler:
        for _ in range(PROFILED):
            step()
    products = sum(event.self_cpu_time_total for event in profiler.key_averages() if event.key in PRODUCTS) / 1000 / PROFILED
    print(json.dumps({"stepMs": statistics.median(times[2:]), "productsMs": products, "torch": torch.__version__}))


if __name__ == "__main__":
    main()
