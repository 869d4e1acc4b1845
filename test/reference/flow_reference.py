"""Independent PyTorch implementation of the tiny flow of tiny-flow.ts, in float64: writes flow-reference.json.

Run from the repository root:  npm run -s reference:describe | python test/reference/flow_reference.py
It shares no code with server/flow; it repeats the formulas of models.md section 1 and takes the gradients from autograd.
Standard input: {"parameters": [{"name", "shape", "isFrozen"}], "permutations": [[...]]}.
"""

import json
import math
import pathlib
import sys

import torch

torch.set_default_dtype(torch.float64)
BATCH, DIMS, CLAMP, INJECTOR_CLAMP = 3, 4, 1.5, 4.0


def wave(length: int, phase: float, amplitude: float) -> torch.Tensor:
    return amplitude * torch.sin(0.7 * torch.arange(length) + phase)


def main() -> None:
    description = json.load(sys.stdin)
    weights: dict[str, torch.Tensor] = {}
    for index, entry in enumerate(description["parameters"]):
        tensor = wave(math.prod(entry["shape"]), index, 0.4).reshape(entry["shape"])
        weights[entry["name"]] = tensor.requires_grad_(not entry["isFrozen"])
    weights["whitening.matrix"] = 2.0 * torch.eye(DIMS)
    log_det_whitening = DIMS * math.log(2.0)

    def linear(name: str, x: torch.Tensor) -> torch.Tensor:
        return x @ weights[f"{name}.weight"] + weights[f"{name}.bias"]

    silu = torch.nn.functional.silu

    def soft_clamp(x: torch.Tensor, limit: float) -> torch.Tensor:
        return limit * torch.tanh(x / limit)

    latent = wave(BATCH * DIMS, 0.3, 1.0).reshape(BATCH, DIMS)
    conditions = {
        "caption": (wave(BATCH * 3, 0.9, 1.0).reshape(BATCH, 3), torch.tensor([[1.0], [0.0], [1.0]])),
        "style": (wave(BATCH * 2, 1.5, 1.0).reshape(BATCH, 2), torch.tensor([[1.0], [1.0], [0.0]])),
    }
    embedding = torch.zeros(BATCH, 5)
    for name, (values, present) in conditions.items():
        given = linear(f"embed.{name}", values * math.sqrt(values.shape[1]))
        embedding = embedding + torch.where(present > 0, given, weights[f"embed.{name}.absent"].expand_as(given))
    embedding = embedding + linear("embed.down", silu(linear("embed.up", embedding)))

    hidden = linear("injector.in", embedding)
    hidden = hidden + linear("injector.0.down", silu(linear("injector.0.up", silu(hidden))))
    mean, log_sigma = linear("injector.out", silu(hidden)).chunk(2, dim=1)
    log_sigma = soft_clamp(log_sigma, INJECTOR_CLAMP)
    x = ((latent - weights["whitening.mean"]) @ weights["whitening.matrix"] - mean) / torch.exp(log_sigma)
    log_det = log_det_whitening - log_sigma.sum(dim=1)
    for index, permutation in enumerate(description["permutations"]):
        kept, changed = x[:, permutation].chunk(2, dim=1)
        joined = linear(f"coupling.{index}.in", kept) + embedding @ weights[f"coupling.{index}.condition"]
        out = linear(f"coupling.{index}.out", silu(linear(f"coupling.{index}.0", silu(joined))))
        shift, log_scale = out.chunk(2, dim=1)
        log_scale = soft_clamp(log_scale, CLAMP)
        x = torch.cat([kept, changed * torch.exp(log_scale) + shift], dim=1)
        log_det = log_det + log_scale.sum(dim=1)

    log_likelihood = torch.distributions.Normal(0.0, 1.0).log_prob(x).sum(dim=1) + log_det
    loss = -log_likelihood.mean() / DIMS
    loss.backward()
    result = {
        "residual": x.flatten().tolist(),
        "logDet": log_det.tolist(),
        "loss": loss.item(),
        "gradients": {name: tensor.grad.flatten().tolist() for name, tensor in weights.items() if tensor.grad is not None},
    }
    target = pathlib.Path(__file__).with_name("flow-reference.json")
    target.write_text(json.dumps(result, indent=1) + "\n")
    print(f"wrote {target.name}: loss {loss.item():.6f}, {len(result['gradients'])} gradients")


if __name__ == "__main__":
    main()
