"""Draw the pictures of README and of the guide from the example's built session (« make demo »)."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

from PIL import Image, ImageOps

ROOT = Path(__file__).resolve().parents[1]
SESSION = ROOT / "sorties" / "P-2027-02"
IMAGES = ROOT / "docs" / "images"

GREY = (176, 176, 176)
GAP = 25  # pixels between two pages
COLOURS = 64  # of a palette: pages are text and few tints, and the files stay small
OVERVIEW_PAGE, SINGLE_PAGE = 450, 900  # widths in pixels


def page_of(pdf: Path, *words: str) -> int:
    """Return the number of the first page that holds every one of ``words``, from 1."""
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True).stdout.decode()
    pages = enumerate(text.split("\f"), 1)
    found = (n for n, content in pages if all(word in content for word in words))
    number = next(found, None)
    if number is None:
        raise SystemExit(f"{pdf.name}: no page holds {', '.join(words)}")
    return number


def picture(pdf: Path, number: int, width: int) -> Image.Image:
    """Return page ``number`` of ``pdf`` (from 1), ``width`` pixels wide, with a thin grey border."""
    options = f"-png -f {number} -l {number} -scale-to-x {width - 2} -scale-to-y -1".split()
    drawn = subprocess.run(["pdftoppm", *options, pdf], capture_output=True, check=True).stdout
    return ImageOps.expand(Image.open(io.BytesIO(drawn)).convert("RGB"), border=1, fill=GREY)


def save(name: str, *pages: Image.Image) -> None:
    """Write docs/images/``name``: the pages side by side on white."""
    width = sum(page.width for page in pages) + GAP * (len(pages) - 1)
    sheet = Image.new("RGB", (width, max(page.height for page in pages)), "white")
    left = 0
    for page in pages:
        sheet.paste(page, (left, 0))
        left += page.width + GAP
    sheet.quantize(COLOURS, dither=Image.Dither.NONE).save(IMAGES / name, optimize=True)


def main() -> None:
    """Write every picture."""
    letters, plan = SESSION / "dossiers/convocations.pdf", SESSION / "documents/plan-local.pdf"
    IMAGES.mkdir(parents=True, exist_ok=True)
    save(
        "apercu.png",
        picture(letters, page_of(letters, "Objet :"), OVERVIEW_PAGE),
        picture(letters, page_of(letters, "Sommaire"), OVERVIEW_PAGE),
        picture(plan, page_of(plan, "Axe 2", "Fiche 2.1", "Indicateur"), OVERVIEW_PAGE),
    )
    sheet = SESSION / "documents/emargement.pdf"
    save("emargement.png", picture(sheet, page_of(sheet, "Feuille d’émargement"), SINGLE_PAGE))
    consultation = next((SESSION / "documents").glob("consultation-prefet-*.pdf"))
    save("consultation.png", picture(consultation, 1, SINGLE_PAGE))


if __name__ == "__main__":
    main()
