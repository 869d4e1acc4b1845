"""Trains the decoder of a style pack further, on the CPU: drawings that are encoded come back nearer, and answers stay as they are.

Encoder and flow are those of weights_of_pack.py. The flow stays. So does the encoder, or with --encoder it learns too, held near its former latents (L1), since
the flow knows those; the latents of hairlines may move. Without a drawing beside them latents are decoded to the pictures that
they were made from (train_target.py); beside one, answers are decoded to what the decoder made of them before (distillation, Hinton et al. 2015, arXiv 1503.02531),
which discriminators taught. Writes decoder.{pt,log,json,png}, and beside them flow-further.pt, the flow as it was with
this decoder, and target-further.pt, both halves, for evaluate_target.py and export_styles.py.
"""

from __future__ import annotations

import argparse
import copy
import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

sys.path[:0] = [str(Path(__file__).parents[at]) for at in (0, 1)]
from layer_networks import POSTERIOR_STD, LayerAutoencoder, composite
from losses import psnr_db, reconstruction_loss, save_sheet, valid_rgba
from style_pairs import StylePairs
from style_rows import CLIPART, LOOKS, STYLES, StyleRows
from timed_training import TimedTraining, add_common_arguments, load_net
from train_style_flow import RestyleNets
from train_target import detail_loss

SHARES = {"plain": 0.4, "colour": 0.25, "procedural": 0.35}
"""Of the pictures that come back, without the share of hairlines and of clip art."""
LEAST_NOISE = 0.3
"""Of the posterior's deviation; at most all of it is added."""
GROUP_SIZE, EXAMPLES = 3, 8
"""Things of a batch that share both styles, and drawings that show each."""
KEPT_WEIGHT = 1.0
"""Of what answers were before."""
HELD_WEIGHT = 0.3
"""Of the latents' mean distance from those of the encoder before."""
HAIRLINE_PX = 5.4
"""Lines of at most this width are hairlines: 1 px where the icon has 24."""


class BothHalves(nn.Module):
    """The encoder and the decoder that learn."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder, self.decoder, self.config = encoder, decoder, {}


class DecoderTraining(TimedTraining):
    """The decoder, and the encoder where it is asked for."""

    save_every_s, sheet_every_s, log_every_s, logged_samples = 240.0, 600.0, 180.0, 288

    def __init__(self, arguments: argparse.Namespace, rows: StyleRows) -> None:
        torch.manual_seed(arguments.seed)
        target = load_net(arguments.target, LayerAutoencoder)
        self.encoder, self.target_config = target.encoder.to(memory_format=torch.channels_last), target.config
        nets = load_net(arguments.flow, RestyleNets).to(memory_format=torch.channels_last)
        self.flow, self.before, self.config = nets.flow, nets.decoder, nets.config
        net = BothHalves(copy.deepcopy(self.encoder), copy.deepcopy(nets.decoder))
        net.encoder.requires_grad_(arguments.encoder)
        net.decoder.train().requires_grad_(True)
        super().__init__(arguments, net)
        self.rows, self.pairs = rows, StylePairs(arguments.styles / "latents.npz", rows.index)
        self.shares = {
            **{name: share * (1 - arguments.hairlines - arguments.clipart) for name, share in SHARES.items()},
            "hairline": arguments.hairlines, "clipart": arguments.clipart,
        }
        rows.training["hairline"] = hairlines_of(rows) if arguments.hairlines else np.zeros(0, dtype=np.int64)
        rows.training["clipart"] = np.array([line["row"] for line in rows.index if line["set"] == CLIPART and line["split"] == "train"], dtype=np.int64)
        for name in ("hairline", "clipart"):
            print(f"{len(rows.training[name])} drawings of the kind {name}", flush=True)
            if not len(rows.training[name]):
                del rows.training[name]

    def train_step(self) -> dict[str, float]:
        self.begin_step()
        rng, noise = np.random.default_rng([self.arguments.seed, self.step]), self.noise_source()
        chosen = self.rows.training_rows(rng, self.arguments.batch, self.shares)
        images = self.rows.batch(chosen)
        drawn = self.pairs.draw_batch(rng, self.arguments.kept // GROUP_SIZE, GROUP_SIZE)
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            former = self.encoder(images)
            spread = POSTERIOR_STD * (LEAST_NOISE + (1 - LEAST_NOISE) * torch.rand(len(former), 1, 1, 1, generator=noise))
            added = spread * torch.randn(former.shape, generator=noise)
            answers, given = self.answers(drawn)
            wanted = composite(*self.before(*given_to_decoder(answers, given)))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            latents = self.net.encoder(images) if self.arguments.encoder else former
            logits, paints = self.net.decoder(*joined(latents + added, given_to_decoder(answers, given)))
        output, many = composite(logits, paints), len(latents)
        rebuilt = reconstruction_loss(output[:many], images, 0.5) + detail_loss(output[:many], images)
        kept = reconstruction_loss(output[many:], wanted, 0.5) + detail_loss(output[many:], wanted)
        is_held = torch.from_numpy(~np.isin(chosen, self.rows.training.get("hairline", ())))
        held = (latents - former)[is_held].abs().sum() / former.numel()
        (rebuilt + KEPT_WEIGHT * kept + HELD_WEIGHT * held).backward()
        self.descend()
        return {"rebuilt": float(rebuilt.detach()), "kept": float(kept.detach()), "held": float(held.detach())}

    def answers(self, drawn) -> tuple[Tensor, dict[str, Tensor]]:
        """v = 0 of the flow, and its conditions with the drawings beside them."""
        asked, origin = (self.flow.style(self.pairs.values_of(at)).repeat_interleave(GROUP_SIZE, 0) for at in (drawn.asked, drawn.origin))
        source = self.pairs.values_of(drawn.sources)
        given = {
            "source": source, "known": torch.ones(len(source), 1, *source.shape[2:]), "asked": asked, "origin": origin,
            "palette": torch.zeros_like(self.pairs.palettes_of(drawn.targets)),
        }
        given["manner"] = self.flow.manner_of(given)
        answers = self.flow.inverse(torch.zeros_like(source), {name: value for name, value in given.items() if name != "manner"})
        given["drawing"] = self.rows.batch(self.pairs.rows[drawn.sources])
        return answers, given

    @torch.no_grad()
    def rebuild(self, rows: np.ndarray) -> tuple[Tensor, Tensor]:
        """Originals and reconstructions by the averaged weights, both [n, 4, 128, 128]."""
        originals = self.rows.batch(rows)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            made = [composite(*self.average.decoder(self.average.encoder(images))).float() for images in originals.split(32)]
        return originals, valid_rgba(torch.cat(made))

    def measure(self, count: int) -> dict[str, float]:
        figures = {}
        for look in LOOKS:
            originals, made = self.rebuild(self.rows.held_out_rows(count // len(LOOKS), "heldOutFamily", look))
            figures[f"{look}PsnrDb"], figures[f"{look}MeanPsnrDb"] = psnr_db(made, originals)
        return figures

    def final_figures(self) -> dict[str, float | int]:
        return self.measure(1536)

    def sheet(self) -> None:
        rows = np.concatenate([self.rows.held_out_rows(16, "heldOutFamily", look) for look in LOOKS])
        save_sheet(self.arguments.out.with_suffix(".png"), *self.rebuild(rows))

    def finish(self) -> None:
        """Also writes what export_styles.py reads: the flow as it was, with this decoder, and both halves of the target expert."""
        super().finish()
        nets = RestyleNets(**self.config)
        nets.flow.load_state_dict(self.flow.state_dict())
        nets.decoder.load_state_dict(self.average.decoder.state_dict())
        target = LayerAutoencoder(**self.target_config)
        target.encoder.load_state_dict(self.average.encoder.state_dict())
        target.decoder.load_state_dict(self.average.decoder.state_dict(), strict=False)
        for name, config, both in (("flow", self.config, nets), ("target", self.target_config, target)):
            torch.save({"config": config, "average": both.state_dict()}, self.arguments.out.with_name(f"{name}-further.pt"))


def hairlines_of(rows: StyleRows) -> np.ndarray:
    """Training rows of line drawings whose lines are hairlines: twice the ink by the length of its edges is a line's width."""
    lines = np.array([line["row"] for line in rows.index if line["split"] == "train" and line["look"] == "line" and not line["isProcedural"]], dtype=np.int64)
    widths = []
    for some in np.array_split(lines, max(1, len(lines) // 512)):
        alpha = np.pad(rows.images[some, :, :, 3].astype(np.float32), ((0, 0), (0, 1), (0, 1)))
        edges = np.hypot(np.diff(alpha, axis=1)[:, :, :-1], np.diff(alpha, axis=2)[:, :-1]).sum((1, 2))
        widths.append(2 * alpha.sum((1, 2)) / np.maximum(edges, 1e-6))
    return lines[np.concatenate(widths) <= HAIRLINE_PX] if len(lines) else lines


def given_to_decoder(latents: Tensor, given: dict[str, Tensor]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return latents.contiguous(memory_format=torch.channels_last), given["drawing"], given["known"], given["manner"]


def joined(latents: Tensor, beside: tuple[Tensor, Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Latents without a drawing before those with one; without one the size is 1 and nothing else is known."""
    others, drawing, known, manner = beside
    count = len(latents)
    none = F.pad(torch.ones(count, 1, dtype=manner.dtype), (0, manner.shape[1] - 1))
    parts = ((latents, others), (torch.zeros(count, *drawing.shape[1:]), drawing), (torch.zeros(count, *known.shape[1:]), known), (none, manner))
    return tuple(torch.cat(both) for both in parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_common_arguments(parser, minutes=40, batch=20, rate=8e-4)
    parser.add_argument("--kept", type=int, default=9, help="answers of a batch that have to stay as they are")
    parser.add_argument("--encoder", action="store_true", help="the encoder learns too")
    parser.add_argument("--hairlines", type=float, default=0.0, help="share of hairlines of the pictures that come back")
    parser.add_argument("--clipart", type=float, default=0.0, help="share of Open Clip Art of them, where it was rendered")
    parser.add_argument("--styles", type=Path, default=STYLES, help="folder of the rendered data and of latents.npz")
    parser.add_argument("--target", type=Path, help="default: target.pt in that folder")
    parser.add_argument("--flow", type=Path, help="default: flow.pt in that folder")
    parser.add_argument("--out", type=Path, help="default: decoder.pt in that folder")
    arguments = parser.parse_args()
    for name, file in (("target", "target"), ("flow", "flow"), ("out", "decoder")):
        setattr(arguments, name, getattr(arguments, name) or arguments.styles / f"{file}.pt")
    torch.set_num_threads(arguments.threads)
    DecoderTraining(arguments, StyleRows(arguments.styles)).run()


if __name__ == "__main__":
    main()
