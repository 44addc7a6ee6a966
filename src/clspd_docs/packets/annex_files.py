"""An annex that is no PDF: an image becomes a page, a Word file is for the converter, the rest is refused.

Runs in the child process of ``intake`` only.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Final, Literal

from clspd_docs.findings import Kind, Severity
from clspd_docs.packets.annex import DAMAGED, MAX_PIXELS, TOO_LARGE, Cleaned, Note, RefusedError
from clspd_docs.packets.annex_pictures import page_of

FileKind = Literal["pdf", "image", "word", "other"]

NOT_PDF: Final = Kind(
    code="DOS202",
    severity=Severity.ERROR,
    title="Annexe qui n’est pas un PDF",
    sentence="Ce fichier n’est ni un PDF ni une image (PNG ou JPEG), quel que soit son nom.",
    remedy="L’ouvrir avec le logiciel qui l’a fait, l’exporter en PDF (PDF/A si possible), puis relancer.",
)
WORD: Final = Kind(
    code="DOS209",
    severity=Severity.ERROR,
    title="Annexe au format d’un traitement de texte",
    sentence="Ce fichier est un ancien document Word (.doc) ou un document LibreOffice (.odt) : il ne peut pas être joint tel "
    "quel.",
    remedy="L’enregistrer au format « Document Word (.docx) » ; ou l’ouvrir, le relire, l’enregistrer en PDF (« Exporter », options « PDF/A » et « balises de structure »), "
    "ranger ce PDF dans annexes/ et mettre son nom dans le classeur.",
)
UNDESCRIBED: Final = Kind(
    code="DOS213",
    severity=Severity.WARNING,
    title="Image sans description",
    sentence="Cette image n’a pas de description : qui ne la voit pas ne saura rien d’elle, et le dossier qui la "
    "contient ne se dit pas accessible.",
    remedy="Écrire ce que l’image montre, en une phrase, dans la colonne « Description de la pièce » de l’ordre du jour.",
    bad="(vide)",
    good="Carte du quartier des Tilleuls : les six points de collecte sont au nord de la voie ferrée.",
)

_SIGNATURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument.text"
_OLD_WORD: Final = "WordDocument".encode("utf-16-le")


def kind_of(data: bytes) -> FileKind:
    """Return what the bytes are, whatever the name of the file."""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(_SIGNATURES):
        return "image"
    if data.startswith(b"PK\x03\x04") and (b"word/document.xml" in data or _OPEN_DOCUMENT in data[:128]):
        return "word"
    return "word" if data.startswith(b"\xd0\xcf\x11\xe0") and _OLD_WORD in data else "other"


def is_docx(path: Path) -> bool:
    """Tell whether the file is a zip with a Word text in it, whatever its name."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "word/document.xml" in archive.namelist()
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError, EOFError):
        return False


def let_in(kind: FileKind, data: bytes, title: str, alternative: str) -> Cleaned:
    """Return the image ``data`` as a page.

    Args:
        kind: What ``data`` is, and not "pdf".
        data: The file.
        title: Title of the PDF.
        alternative: What the image shows, in words; "" when nobody said.

    Raises:
        RefusedError: DOS202 (another kind of file), DOS204 (damaged), DOS205 (too many points), DOS209 (Word).
    """
    if kind != "image":
        raise RefusedError(WORD if kind == "word" else NOT_PDF)
    _count_points(data)
    try:
        pdf = page_of(data, title, alternative)
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise RefusedError(DAMAGED) from error
    notes: tuple[Note, ...] = () if alternative else ((UNDESCRIBED, {}),)
    return Cleaned(pdf, 1, notes)


def _count_points(data: bytes) -> None:
    """Refuse an image of too many points, before any is unpacked."""
    from PIL import Image  # noqa: PLC0415 - few annexes are images

    Image.MAX_IMAGE_PIXELS = None  # counted here
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            points = image.width * image.height
    except (OSError, ValueError, SyntaxError) as error:
        raise RefusedError(DAMAGED) from error
    if points > MAX_PIXELS:
        raise RefusedError(TOO_LARGE, mesure="une image démesurée", limite="100 millions de points")
