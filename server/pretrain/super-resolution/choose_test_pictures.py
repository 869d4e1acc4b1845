"""Chose test-pictures.json, once: photographs named here after looking at every wallpaper, and openclipart drawings by hash.

Nothing listed there is ever trained on. Every picture of the packages plasma, budgie, mate and lomiri that is a photograph is a
candidate; the 40 with the lowest SHA-256 of their path are the test. Run again only to see that the list is still what this makes.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from PIL import Image

PICTURES = Path(__file__).parent.parent / ".cache/super-resolution/pictures"
COUNT = 40
MIN_SIDE_PX, MIN_BYTES, MAX_PIXELS = 512, 20_000, 60e6

PHOTOGRAPHS = {
    "budgie-backgrounds/usr/share/backgrounds/budgie": "beacon-street-sunset blue-periwinkle canyon-wren casa-mila extreme-desert-hike high-trestle-trail "
    "lake-sherburne oakland-zoo-otters perched-osprey piazza-gae-aulenti roman-colosseum singaporean-cityscape tea-gardens",
    "lomiri-wallpapers-16.04/usr/share/backgrounds": "Bridge_by_Sander_Klootwijk Dragonfly_by_Bolly Picture_0B_by_freespace Picture_1A_by_freespace "
    "Wine_by_Jakkub_Mede aitzgorri_by_Aitzol_Berasategi free_by_Peter_Nerlich friends_by_Aitzol_Berasategi greentock_by_Peter_Nerlich "
    "life_by_Aitzol_Berasategi picosdeeuropa_by_Aitzol_Berasategi seeding_by_Clements_Engelhardt sunset_by_Aitzol_Berasategi",
    "lomiri-wallpapers-20.04/usr/share/backgrounds": "Kleiber_by_Lukas_Baubkus",
    "mate-backgrounds/usr/share/backgrounds/mate/nature": "Aqua Blinds Dune FreshFlower Garden GreenMeadow LadyBird RainDrops Storm TwoWings Wood YellowFlower",
    "plasma-workspace-wallpapers/usr/share/wallpapers": " ".join(
        f"{name}/contents/images/2560x1600" for name in "BytheWater ColdRipple ColorfulCups EveningGlow FallenLeaf Grey Kite OneStandsOut Path".split()
    ),
}


def first(paths: list[str]) -> list[str]:
    """The COUNT paths of lowest hash, in alphabetical order."""
    return sorted(sorted(paths, key=lambda path: hashlib.sha256(path.encode()).hexdigest())[:COUNT])


def is_large_enough(path: Path) -> bool:
    if path.stat().st_size < MIN_BYTES:
        return False
    with Image.open(path) as picture:
        return min(picture.size) >= MIN_SIDE_PX and picture.width * picture.height <= MAX_PIXELS


def main() -> None:
    Image.MAX_IMAGE_PIXELS = None
    photographs = [f"{folder}/{name}.jpg" for folder, names in PHOTOGRAPHS.items() for name in names.split()]
    # The collection holds some drawings twice, under one file name in several folders.
    named = {path.name: path for path in sorted((PICTURES / "openclipart-png").rglob("*.png"), reverse=True) if not path.is_symlink()}
    drawings = [str(path.relative_to(PICTURES)) for path in named.values() if is_large_enough(path)]
    print(f"{len(photographs)} photographs, {len(drawings)} drawings")
    chosen = {"photos": first(photographs), "graphics": first(drawings)}
    Path(__file__).with_name("test-pictures.json").write_text(json.dumps(chosen, indent=2) + "\n")


if __name__ == "__main__":
    main()
