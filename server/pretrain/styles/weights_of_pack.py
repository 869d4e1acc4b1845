"""Takes the weights of a published style pack back into checkpoints, so that a training can go on from what ships.

Reads the graphs that export_styles.py wrote: names are those of the nets, but for matrices, which the export transposed and renamed; they are found by
the bias that is added to their product. Writes target.pt and flow.pt with the averaged weights alone, as float32 (they were stored as float16): enough for
`train_style_flow.py --start` and every script that draws, not for `--resume`. Discriminators are not published, so they begin anew.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parent.parent))
from check_style_flow import random_given
from export_styles import BASE, GIVEN
from layer_networks import LayerAutoencoder
from onnx_graphs import makers_of, session_of, tensors_of
from style_rows import SIDE_PX, STYLES
from train_style_flow import RestyleNets

PACK = Path(__file__).parents[2] / "packs" / "default" / "styles"
DECODER_BLOCKS = (1, 2)
NORM_EPSILON = 1e-5
"""Of the encoder's last normalisation, which the export joined into the convolution before it."""
MOST_DIFFERENCE = 1e-2


def weights_of(model: onnx.ModelProto, prefix: str = "") -> dict[str, Tensor]:
    """Weights by the names that they have in the nets, without `prefix`."""
    tensors = {name.removesuffix("_half"): torch.from_numpy(numpy_helper.to_array(tensor).astype(np.float32)) for name, tensor in tensors_of(model).items()}
    found = {name: value for name, value in tensors.items() if "." in name and "/" not in name}
    makers = makers_of(model)
    for node in model.graph.node:
        bias = next((name for name in node.input if name.endswith(".bias")), None)
        if node.op_type != "Add" or bias is None:
            continue
        product = makers.get(next(name for name in node.input if name != bias))
        if product is not None and product.op_type == "MatMul" and product.input[1] in tensors:
            found[f"{bias.removesuffix('bias')}weight"] = tensors[product.input[1]].T.contiguous()
    return {name.removeprefix(prefix): value for name, value in found.items() if name.startswith(prefix)}


def fill(net: nn.Module, weights: dict[str, Tensor], what: str) -> None:
    """Loads weights; buffers that the net computes itself may be missing.

    Raises SystemExit where a parameter is missing, or a weight has no place.
    """
    missing, unexpected = net.load_state_dict(weights, strict=False)
    needed = {name for name, _ in net.named_parameters()}
    if unexpected or needed & set(missing):
        raise SystemExit(f"{what}: expected the weights of these networks, got {unexpected} more and not {sorted(needed & set(missing))}")


def autoencoder_of(pack: Path) -> LayerAutoencoder:
    """Target expert 2, its decoder without the sight of the drawing."""
    encoder, decoder = (weights_of(onnx.load(pack / "target" / f"{name}.onnx"), prefix) for name, prefix in (("encoder", ""), ("decoder", "decoder.")))
    widths = (len(encoder["trunk.1.bias"]), len(encoder["trunk.3.bias"]))
    shape = {"channels": len(encoder["trunk.6.bias"]), "layers": len(decoder["rise.9.bias"]), "fine": len(decoder["rise.5.first.bias"])}
    net = LayerAutoencoder(widths, (1, 1), DECODER_BLOCKS, tail=decoder["rise.9.weight"].shape[1], **shape)
    net.encoder.norm.running_var.fill_(1 - NORM_EPSILON)
    fill(net.encoder, encoder, "encoder.onnx")
    fill(net.decoder, {name: value for name, value in decoder.items() if not name.startswith("sight.")}, "decoder.onnx")
    return net.eval()


def restyle_nets_of(pack: Path, decoder: dict) -> RestyleNets:
    """The flow, its style expert and the decoder that sees the drawing; `decoder` is what target expert 2 is built from."""
    graphs = [onnx.load(pack / folder / f"{name}.onnx") for folder, name in (("flow", "restyle"), ("style", "style"), ("target", "decoder"))]
    flow, style = weights_of(graphs[0], "flow."), weights_of(graphs[1], "style.")
    patterns = tensors_of(graphs[1])["transpose_2_half"]
    style["patterns"] = torch.from_numpy(numpy_helper.to_array(patterns).astype(np.float32)).transpose(0, 1).flatten(1)
    shape = {
        "width": len(flow["injector.entry.bias"]), "deep": len(flow["injector.down.bias"]), "condition": len(flow["injector.condition.0.bias"]),
        "blocks": sum(name.startswith("injector.inside.") and name.endswith(".first.bias") for name in flow),
        "steps": sum(name.startswith("rest.") and name.endswith(".first.bias") for name in flow), "rest_width": len(flow["rest.0.first.bias"]),
    }
    nets = RestyleNets(shape, decoder)
    fill(nets.flow, {**flow, **{f"style.{name}": value for name, value in style.items()}}, "restyle.onnx and style.onnx")
    fill(nets.decoder, weights_of(graphs[2], "decoder."), "decoder.onnx")
    return nets.eval()


@torch.no_grad()
def check(pack: Path, expert: LayerAutoencoder, nets: RestyleNets) -> None:
    """Raises SystemExit where the nets do not say what the graphs say."""

    def said(graph: str, *given: Tensor) -> list[Tensor]:
        session = session_of(pack / f"{graph}.onnx")
        return [torch.from_numpy(value) for value in session.run(None, {slot.name: value.numpy() for slot, value in zip(session.get_inputs(), given)})]

    images = torch.rand(2, 4, SIDE_PX, SIDE_PX, generator=torch.Generator().manual_seed(1))
    latent, given = expert.encoder(images), random_given(2)
    v = torch.randn(latent.shape, generator=torch.Generator().manual_seed(2))
    manner = nets.flow.manner_of(given)
    base = dict(zip(BASE, nets.flow.injector(given)))
    differences = {
        "encoder": latent - said("target/encoder", images)[0], "style": nets.flow.style(latent[None]) - said("style/style", latent)[0],
        "flow": nets.flow.inverse(v, given) - said("flow/restyle", v, latent, *(given[name] for name in GIVEN), *base.values())[0],
        "decoder": nets.decoder(latent, images, given["known"], manner)[0] - said("target/decoder", latent, images, given["known"], manner)[1],
    }
    differences = {name: float(value.square().mean().sqrt()) for name, value in differences.items()}
    print(", ".join(f"{name}: {difference:.1e} from the graph" for name, difference in differences.items()))
    if max(differences.values()) > MOST_DIFFERENCE:
        raise SystemExit(f"expected the nets to agree with the graphs of {pack.name}, differences {differences}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--styles", type=Path, default=STYLES, help="folder of the checkpoints")
    arguments = parser.parse_args()
    arguments.styles.mkdir(parents=True, exist_ok=True)
    expert = autoencoder_of(arguments.pack)
    nets = restyle_nets_of(arguments.pack, expert.config)
    check(arguments.pack, expert, nets)
    for name, net in (("target", expert), ("flow", nets)):
        torch.save({"config": net.config, "average": net.state_dict()}, arguments.styles / f"{name}.pt")
        print(f"{name}.pt: {sum(value.numel() for value in net.parameters())} weights")


if __name__ == "__main__":
    main()
