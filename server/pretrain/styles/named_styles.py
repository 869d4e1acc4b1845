"""Styles of one colour that the pack names: name → variant in the data and title. All are trained on; codes are made when the pack is exported. Styles of hair lines are
left out: the flow does not draw them well. Those of several colours are named by coloured-styles.mts, from what was exported."""

from __future__ import annotations

NAMED_STYLES: dict[str, tuple[str, str]] = {
    "lucide": ("lucide", "Lucide"),
    "tabler": ("tabler", "Tabler"),
    "tabler-filled": ("tabler/filled", "Tabler, filled"),
    "phosphor": ("ph", "Phosphor"),
    "phosphor-bold": ("ph/bold", "Phosphor, bold"),
    "phosphor-fill": ("ph/fill", "Phosphor, fill"),
    "phosphor-duotone": ("ph/duotone", "Phosphor, duotone"),
    "material-outlined": ("material-symbols/outline", "Material Symbols, outlined"),
    "material-rounded": ("material-symbols/rounded", "Material Symbols, rounded"),
    "material-sharp": ("material-symbols/sharp", "Material Symbols, sharp"),
    "material-two-tone": ("ic/twotone", "Material Icons, two-tone"),
    "fluent": ("fluent/24-regular", "Fluent, regular"),
    "fluent-filled": ("fluent/24-filled", "Fluent, filled"),
    "solar-linear": ("solar/linear", "Solar, linear"),
    "solar-broken": ("solar/broken", "Solar, broken lines"),
    "solar-bold": ("solar/bold", "Solar, bold"),
    "solar-bold-duotone": ("solar/bold-duotone", "Solar, bold duotone"),
    "solar-line-duotone": ("solar/line-duotone", "Solar, line duotone"),
    "streamline": ("streamline", "Streamline"),
    "streamline-solid": ("streamline/solid", "Streamline, solid"),
    "iconpark-two-tone": ("icon-park-twotone", "IconPark, two-tone"),
}
