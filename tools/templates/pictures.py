"""The placeholder pictures of the templates, drawn four times larger and reduced.

The logo is an emblem of the invented town: a bridge over the river, and the forge's fire above it. A
secretariat puts its own in « Fichier du logo ».
"""

from __future__ import annotations

from math import sin

from PIL import Image, ImageDraw
from tools.templates.package import IMAGES

BLUE, WARM, PALE, GREY = "#1F3864", "#C8642B", "#E9EEF6", "#A6AFBF"
SCALE = 4


def logo() -> Image.Image:
    """Return the emblem, 520 pixels a side: 22 mm at 600 dots an inch."""
    side = 520 * SCALE
    image = Image.new("RGB", (side, side), "white")
    draw = ImageDraw.Draw(image)

    def at(*points: float) -> list[float]:
        return [x * side / 100 for x in points]

    draw.ellipse(at(1, 1, 99, 99), fill=BLUE)
    draw.ellipse(at(4, 4, 96, 96), fill="white")
    draw.ellipse(at(6, 6, 94, 94), fill=PALE)
    # Anvil: horn, table, waist and foot.
    draw.polygon(
        at(
            17,
            30,
            38,
            30,
            38,
            27,
            76,
            27,
            76,
            36,
            62,
            41,
            59,
            48,
            66,
            54,
            66,
            58,
            36,
            58,
            36,
            54,
            43,
            48,
            40,
            42,
        ),
        fill=BLUE,
    )
    # Sparks of the forge.
    for x, y, r in ((50, 15, 3.2), (40, 19.5, 2.1), (60.5, 19, 2.1)):
        draw.regular_polygon((*at(x, y), r * side / 100), 4, fill=WARM)
    # Bridge of two arches.
    draw.rectangle(at(12, 63, 88, 71), fill=WARM)
    draw.rectangle(at(18, 70, 82, 82), fill=WARM)
    for left in (22, 52):
        draw.pieslice(at(left, 73, left + 26, 99), 180, 360, fill=PALE)
    # River.
    for y, left, right in ((85, 28, 72), (89.5, 36, 64)):
        wave = [c for x in range(left * 10, right * 10) for c in at(x / 10, y + 0.9 * sin(x / 13))]
        draw.line(wave, fill=BLUE, width=side // 60, joint="curve")
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).ellipse(at(1, 1, 99, 99), fill=255)
    return Image.composite(image, Image.new("RGB", image.size, "white"), mask).resize(
        (520, 520), Image.Resampling.LANCZOS
    )


def signature() -> Image.Image:
    """Return a dashed grey frame of 65 × 22 mm at 300 dots an inch."""
    width, height = 768, 260
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    for x in range(2, width - 2, 24):
        for y in (2, height - 6):
            draw.rectangle((x, y, min(x + 12, width - 3), y + 3), fill=160)
    for y in range(2, height - 2, 24):
        for x in (2, width - 6):
            draw.rectangle((x, y, x + 3, min(y + 12, height - 3)), fill=160)
    return image


def drawing() -> Image.Image:
    """Return the sketch that marks the place of a drawing: boxes and bars in grey, 160 × 90 mm."""
    image = Image.new("L", (960, 540), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((4, 4, 955, 535), outline=160, width=4)
    draw.rectangle((360, 60, 600, 140), fill=232, outline=160, width=4)
    for left in (80, 355, 630):
        draw.rectangle((left, 230, left + 250, 310), fill=232, outline=160, width=4)
    draw.line((480, 140, 480, 230), fill=160, width=4)
    for top, length in ((360, 700), (410, 480), (460, 620)):
        draw.rectangle((80, top, 80 + length, top + 30), fill=200)
    return image


def draw_all() -> None:
    """Write the pictures; their bytes depend on the version of Pillow, so they are drawn on request only."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    logo().quantize(64).save(IMAGES / "logo.png", optimize=True, dpi=(600, 600))
    drawing().quantize(8).save(IMAGES / "dessin.png", optimize=True, dpi=(152, 152))
    signature().quantize(8).save(IMAGES / "signature.png", optimize=True, dpi=(300, 300))
