"""A PDF from elsewhere, as a packet may hold it: nothing in it acts by itself, what is seen does not change.

Runs in the child process of ``intake`` only. A file that is locked, cut short, oversized or signed is refused.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, ObjectStreamMode, Pdf, Stream

from clspd_docs.errors import Stop
from clspd_docs.findings import Kind, Severity
from clspd_docs.packets import metadata
from clspd_docs.packets.annex_actions import dictionaries, disarm
from clspd_docs.packets.annex_pictures import CannotWrapError, wrap
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.letters import annex_letters
from clspd_docs.packets.spec import PacketSpec, Part
from clspd_docs.packets.structure import as_list, elements

MAX_PAGES: Final = 500
MAX_PIXELS: Final = 100_000_000  # one picture; 300 dpi on A2 is 35 million
MAX_CONTENT: Final = 200_000_000  # bytes of page content once unpacked, the whole file
MAX_SIDE: Final = 14_400.0  # points: 5 m, the limit of PDF/A (ISO 19005-2, 6.1.13)
MIN_SIDE: Final = 3.0

# What pikepdf answers to values of a type that the standard does not foresee.
_UNEXPECTED: Final = (pikepdf.PikepdfError, AttributeError, LookupError, TypeError, ValueError)

_REMAKE: Final = (
    "Ouvrir le fichier, l’imprimer vers un nouveau PDF (« Microsoft Print to PDF »), le ranger dans annexes/ "
    "sous le même nom, puis relancer."
)

LOCKED: Final = Kind(
    code="DOS203",
    severity=Severity.ERROR,
    title="Annexe protégée",
    sentence="Ce PDF est protégé par un mot de passe ou par des restrictions : il ne peut pas être joint.",
    remedy="Demander à son auteur une version sans protection.",
)
DAMAGED: Final = Kind(
    code="DOS204",
    severity=Severity.ERROR,
    title="Annexe abîmée",
    sentence="Ce fichier est incomplet, abîmé ou sans page.",
    remedy=f"Le télécharger ou le demander de nouveau. Sinon : {_REMAKE[0].lower()}{_REMAKE[1:]}",
)
TOO_LARGE: Final = Kind(
    code="DOS205",
    severity=Severity.ERROR,
    title="Annexe trop lourde",
    sentence="Ce fichier dépasse ce qu’un dossier peut porter : {mesure} (au plus {limite}).",
    remedy="Ne joindre que les pages utiles, ou réduire ses images à 150 points par pouce.",
)
SIGNED: Final = Kind(
    code="DOS206",
    severity=Severity.ERROR,
    title="Annexe signée",
    sentence="Ce PDF porte une signature électronique, qui serait détruite en le joignant à un dossier.",
    remedy="L’envoyer à part, tel quel. Pour n’en joindre qu’une copie, sans valeur de signature : l’imprimer "
    "vers un nouveau PDF et joindre celui-ci.",
)
DISARMED: Final = Kind(
    code="DOS207",
    severity=Severity.NOTE,
    title="Contenu actif retiré d’une annexe",
    sentence="Des éléments qui agissent seuls (programmes, actions automatiques, pièces jointes, vidéos, formulaire "
    "XFA) ont été retirés de la copie jointe au dossier.",
    remedy="Rien à faire si les pages suffisent. Si une pièce était jointe à ce PDF, l’ajouter comme annexe.",
)
UNSIGNED_COPY: Final = Kind(
    code="DOS208",
    severity=Severity.WARNING,
    title="Copie d’une annexe signée",
    sentence="La copie jointe au dossier montre la signature mais n’en a plus la valeur.",
    remedy="Garder l’original signé, et l’envoyer à qui doit pouvoir vérifier la signature.",
)
UNTAGGED: Final = Kind(
    code="DOS210",
    severity=Severity.WARNING,
    title="Annexe sans balises",
    sentence="Ce PDF n’a pas de balises : un lecteur d’écran n’y suit ni titres ni tableaux, et le dossier qui le "
    "contient ne se dit pas accessible.",
    remedy="Demander à son auteur le fichier Word, ou un PDF exporté de Word ou de LibreOffice avec ses balises. "
    "Sinon, tenir une version accessible à disposition.",
)
WRAPPED: Final = Kind(
    code="DOS211",
    severity=Severity.WARNING,
    title="Annexe présentée comme une image",
    sentence="Chaque page de cette annexe est annoncée aux lecteurs d’écran comme une image dont le texte n’est pas "
    "lu ; ses liens sont retirés. Le dossier respecte la norme, mais l’annexe n’est pas accessible.",
    remedy="Tenir une version accessible à disposition de qui la demandera, ou joindre un PDF balisé.",
)
NOT_WRAPPED: Final = Kind(
    code="DOS212",
    severity=Severity.WARNING,
    title="Annexe impossible à présenter comme une image",
    sentence="Cette annexe sans balises ne peut pas être présentée comme une image : {raison}. Le dossier qui la "
    "contient ne se dit pas accessible.",
    remedy=f"Joindre un PDF balisé. Sinon : {_REMAKE[0].lower()}{_REMAKE[1:]}",
)

UNSAID: Final = Kind(
    code="DOS215",
    severity=Severity.WARNING,
    title="Image d’une annexe sans texte de remplacement",
    sentence="Une image de cette annexe n’a pas de texte de remplacement : qui ne la voit pas ne saura rien d’elle, et le "
    "dossier qui la contient ne se dit pas accessible.",
    remedy="Dans le fichier d’origine (Word : clic droit sur l’image, Modifier le texte de remplacement), décrire l’image ou la "
    "marquer comme décorative ; refaire l’annexe.",
)

Note = tuple[Kind, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """An annex that may enter a packet: its bytes, its pages, what is to be told of it, the letters of each page."""

    pdf: bytes
    pages: int
    notes: tuple[Note, ...] = ()
    letters: tuple[str, ...] = ()


class RefusedError(Exception):
    """The kind of fault, and its facts."""

    def __init__(self, kind: Kind, **facts: str) -> None:
        super().__init__(kind.code)
        self.kind, self.facts = kind, facts


def let_in(data: bytes, title: str, *, signed_copy: bool, as_pictures: bool) -> Cleaned:
    """Return the PDF ``data`` ready to be a part.

    Args:
        data: The file.
        title: What its pages are called in the alternative texts of ``as_pictures``.
        signed_copy: Let a signed file in as a plain copy that shows its signatures.
        as_pictures: Present the pages of a file without tags as pictures.

    Raises:
        RefusedError: DOS203 to DOS206.
    """
    # Process-wide, and off by default: a megabyte may unpack to a gigabyte.
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=100_000_000, run_length_max_memory=100_000_000, parser_max_nesting=100
    )
    try:
        # No recovery: what qpdf rebuilds from a file cut short may lack pages.
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
            _weigh(pdf)
            notes: list[Note] = []
            if _is_signed(pdf):
                if not signed_copy:
                    raise RefusedError(SIGNED)
                _flatten(pdf)
                notes.append((UNSIGNED_COPY, {}))
            before = _saved(pdf)
            disarm(pdf)
            after = _saved(pdf)
            if after != before:
                notes.append((DISARMED, {}))
            clean = _rehearsed(pdf, after)
            if "/StructTreeRoot" not in pdf.Root:
                note = _wrapped(pdf, title) if as_pictures else (UNTAGGED, {})
                notes.append(note)
                if note[0] is WRAPPED:
                    clean = _saved(pdf)
                    if not _assembles(clean):
                        raise RefusedError(DAMAGED)
            elif _overclaims(pdf):
                notes.append((UNSAID, {}))
                clean = _saved(pdf)
            return Cleaned(clean, len(pdf.pages), tuple(notes), tuple(annex_letters(pdf)))
    except pikepdf.PasswordError as error:
        raise RefusedError(LOCKED) from error
    except _UNEXPECTED as error:
        raise RefusedError(DAMAGED) from error


def _weigh(pdf: Pdf) -> None:
    """Refuse what is protected, empty or larger than a packet can bear."""
    if pdf.is_encrypted:
        raise RefusedError(LOCKED)
    pages = len(pdf.pages)
    if pages == 0:
        raise RefusedError(DAMAGED)
    if pages > MAX_PAGES:
        raise RefusedError(TOO_LARGE, mesure=f"{pages} pages", limite=f"{MAX_PAGES} pages")
    if any(_pixels(item) > MAX_PIXELS for item in pdf.objects):
        raise RefusedError(TOO_LARGE, mesure="une image démesurée", limite="100 millions de points")
    unpacked = 0
    for page in pdf.pages:
        _measure(page.mediabox)
        _measure(page.cropbox)
        streams = [item for item in as_list(page.obj.get("/Contents")) if isinstance(item, Stream)]
        unpacked += sum(len(stream.read_bytes()) for stream in streams)
        if unpacked > MAX_CONTENT:
            raise RefusedError(TOO_LARGE, mesure="un contenu démesuré", limite="200 Mo")


def _measure(box: Array) -> None:
    """Refuse a page of no size, or larger than any paper."""
    x0, y0, x1, y1 = (float(value) for value in box)
    sides = (abs(x1 - x0), abs(y1 - y0))
    if max(sides) > MAX_SIDE:
        raise RefusedError(TOO_LARGE, mesure="une page démesurée", limite="5 m de côté")
    if min(sides) < MIN_SIDE:
        raise RefusedError(DAMAGED)


def _pixels(item: Object) -> int:
    if not isinstance(item, Stream) or item.get("/Subtype") != "/Image":
        return 0
    return item.get_int("/Width", 0) * item.get_int("/Height", 0)


def _is_signed(pdf: Pdf) -> bool:
    return any(map(_is_signature, dictionaries(pdf)))


def _is_signature(value: Object | None) -> bool:
    return isinstance(value, Dictionary) and "/ByteRange" in value


def _flatten(pdf: Pdf) -> None:
    """Draw the signatures on the pages, and drop the form and what the file said of itself."""
    pdf.flatten_annotations()
    for holder in dictionaries(pdf):
        if _is_signature(holder.get("/V")):  # the tags may still lead to the field
            del holder["/V"]
    for key in ("/AcroForm", "/Metadata"):
        if key in pdf.Root:
            del pdf.Root[key]


def _overclaims(pdf: Pdf) -> bool:
    """Take away the claim of accessibility when a picture is not described; tell whether it was there."""
    if not metadata.claims_of(pdf).pdfua:
        return False
    figures = [
        each for each in elements(as_list(pdf.Root.StructTreeRoot.get("/K"))) if each.get("/S") == Name.Figure
    ]
    if all("/Alt" in figure or "/ActualText" in figure for figure in figures):
        return False
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as said:
        del said["pdfuaid:part"]
    return True


def _wrapped(pdf: Pdf, title: str) -> Note:
    try:
        wrap(pdf, title)
    except CannotWrapError as error:
        return NOT_WRAPPED, {"raison": str(error)}
    return WRAPPED, {}


def _rehearsed(pdf: Pdf, data: bytes) -> bytes:
    """Return the annex as ``assemble`` can take it: without its tags when these are beyond repair.

    Tags, outline and form of a file from elsewhere may have any shape.
    """
    if _assembles(data):
        return data
    if "/StructTreeRoot" in pdf.Root:
        del pdf.Root.StructTreeRoot
        data = _saved(pdf)
        if _assembles(data):
            return data
    raise RefusedError(DAMAGED)


def _assembles(data: bytes) -> bool:
    spec = PacketSpec("Essai", "", "", datetime(2000, 1, 1, tzinfo=UTC), numbering="{page}")
    try:
        assemble(spec, [Part("essai", "Essai", data)])
    except (Stop, *_UNEXPECTED):
        return False
    return True


def _saved(pdf: Pdf) -> bytes:
    buffer = io.BytesIO()
    pdf.save(
        buffer,
        object_stream_mode=ObjectStreamMode.generate,
        deterministic_id=True,
        fix_metadata_version=False,
    )
    return buffer.getvalue()
