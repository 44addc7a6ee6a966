"""Annexes from elsewhere: let in what a packet can hold, without anything that acts by itself.

A file that is locked, cut short, oversized or signed is refused with a finding that says what to do. What
enters has no script, no automatic action, no attached file; what is seen on its pages does not change.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pikepdf
from pikepdf import Array, Dictionary, Object, ObjectStreamMode, Pdf, Stream
from pikepdf.sanitize import Sanitizer

from clspd_docs.errors import Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.spec import PacketSpec, Part
from clspd_docs.packets.structure import as_list

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clspd_docs.origin import Place

MAX_BYTES: Final = 50_000_000
MAX_PAGES: Final = 500
MAX_PIXELS: Final = 100_000_000  # one picture; 300 dpi on A2 is 35 million
MAX_CONTENT: Final = 200_000_000  # bytes of page content once unpacked, the whole file

_ACTIONS: Final = frozenset(
    f"/{name}"
    for name in (
        *("JavaScript", "Launch", "SubmitForm", "ImportData", "GoToR", "GoToE"),
        *("Rendition", "Movie", "Sound", "RichMediaExecute"),
    )
)
# What pikepdf answers to values of a type that the standard does not foresee.
_UNEXPECTED: Final = (pikepdf.PikepdfError, AttributeError, LookupError, TypeError, ValueError)

_REMAKE: Final = (
    "Ouvrir le fichier, l’imprimer vers un nouveau PDF (« Microsoft Print to PDF »), le ranger dans annexes/ "
    "sous le même nom, puis relancer."
)

MISSING: Final = Kind(
    code="DOS201",
    severity=Severity.ERROR,
    title="Annexe introuvable",
    sentence="Le fichier de l’annexe est introuvable, ou ne peut pas être lu.",
    remedy="Ranger le fichier dans annexes/ sous le nom que donne le classeur, et le fermer s’il est ouvert "
    "ailleurs.",
)
NOT_PDF: Final = Kind(
    code="DOS202",
    severity=Severity.ERROR,
    title="Annexe qui n’est pas un PDF",
    sentence="Ce fichier n’est pas un PDF, quel que soit son nom.",
    remedy="L’ouvrir avec le logiciel qui l’a fait, l’exporter en PDF (PDF/A si possible), puis relancer.",
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
    sentence="Ce PDF est incomplet, abîmé ou sans page.",
    remedy=f"Le télécharger ou le demander de nouveau. Sinon : {_REMAKE[0].lower()}{_REMAKE[1:]}",
)
TOO_LARGE: Final = Kind(
    code="DOS205",
    severity=Severity.ERROR,
    title="Annexe trop lourde",
    sentence="Ce PDF dépasse ce qu’un dossier peut porter : {mesure} (au plus {limite}).",
    remedy="Ne joindre que les pages utiles, ou réduire ses images à 150 points par pouce.",
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
    sentence="Des éléments qui agissent seuls (programmes, actions automatiques, pièces jointes, formulaire XFA) "
    "ont été retirés de la copie jointe au dossier.",
    remedy="Rien à faire si les pages suffisent. Si une pièce était jointe à ce PDF, l’ajouter comme annexe.",
)
UNSIGNED_COPY: Final = Kind(
    code="DOS208",
    severity=Severity.WARNING,
    title="Copie d’une annexe signée",
    sentence="La copie jointe au dossier montre la signature mais n’en a plus la valeur.",
    remedy="Garder l’original signé, et l’envoyer à qui doit pouvoir vérifier la signature.",
)


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex that may enter a packet: its bytes, its pages, and what had to be changed (DOS207, DOS208)."""

    pdf: bytes
    pages: int
    findings: tuple[Finding, ...] = ()


class _Refused(Exception):  # noqa: N818 - a way out, caught in this file
    """The kind of fault, and its facts."""

    def __init__(self, kind: Kind, **facts: str) -> None:
        super().__init__(kind.code)
        self.kind, self.facts = kind, facts


def intake(path: Path, place: Place, *, signed_copy: bool = False) -> Annex | Finding:
    """Return the annex at ``path``, ready to be a part, or the finding that refuses it.

    Args:
        path: The file.
        place: Where the annex is asked for, for the findings.
        signed_copy: Let a signed file in as a plain copy that shows its signatures.

    Returns:
        The annex, or DOS201 (missing), DOS202 (no PDF), DOS203 (protected), DOS204 (damaged), DOS205 (too
        large), DOS206 (signed).
    """
    try:
        return _let_in(_read(path), place, signed_copy=signed_copy)
    except _Refused as refused:
        return refused.kind.at(place, **refused.facts)


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _Refused(TOO_LARGE, mesure=f"{size // 1_000_000} Mo", limite=f"{MAX_BYTES // 1_000_000} Mo")
        data = path.read_bytes()
    except OSError as error:
        raise _Refused(MISSING) from error
    if b"%PDF-" not in data[:1024]:
        raise _Refused(NOT_PDF)
    return data


def _let_in(data: bytes, place: Place, *, signed_copy: bool) -> Annex:
    # Process-wide, and off by default: a megabyte may unpack to a gigabyte.
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=100_000_000, run_length_max_memory=100_000_000, parser_max_nesting=100
    )
    findings = []
    try:
        # No recovery: what qpdf rebuilds from a file cut short may lack pages.
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
            _weigh(pdf)
            if _is_signed(pdf):
                if not signed_copy:
                    raise _Refused(SIGNED)
                _flatten(pdf)
                findings.append(UNSIGNED_COPY.at(place))
            before = _saved(pdf)
            _disarm(pdf)
            after = _saved(pdf)
            if after != before:
                findings.append(DISARMED.at(place))
            return Annex(_rehearsed(pdf, after), len(pdf.pages), tuple(findings))
    except pikepdf.PasswordError as error:
        raise _Refused(LOCKED) from error
    except _UNEXPECTED as error:
        raise _Refused(DAMAGED) from error


def _weigh(pdf: Pdf) -> None:
    """Refuse what is protected, empty or larger than a packet can bear."""
    if pdf.is_encrypted:
        raise _Refused(LOCKED)
    pages = len(pdf.pages)
    if pages == 0:
        raise _Refused(DAMAGED)
    if pages > MAX_PAGES:
        raise _Refused(TOO_LARGE, mesure=f"{pages} pages", limite=f"{MAX_PAGES} pages")
    if any(_pixels(item) > MAX_PIXELS for item in pdf.objects):
        raise _Refused(TOO_LARGE, mesure="une image démesurée", limite="100 millions de points")
    unpacked = 0
    for page in pdf.pages:
        streams = [item for item in as_list(page.obj.get("/Contents")) if isinstance(item, Stream)]
        unpacked += sum(len(stream.read_bytes()) for stream in streams)
        if unpacked > MAX_CONTENT:
            raise _Refused(TOO_LARGE, mesure="un contenu démesuré", limite="200 Mo")


def _pixels(item: Object) -> int:
    if not isinstance(item, Stream) or item.get("/Subtype") != "/Image":
        return 0
    return item.get_int("/Width", 0) * item.get_int("/Height", 0)


def _is_signed(pdf: Pdf) -> bool:
    return any(map(_is_signature, _dictionaries(pdf)))


def _is_signature(value: Object | None) -> bool:
    return isinstance(value, Dictionary) and "/ByteRange" in value


def _flatten(pdf: Pdf) -> None:
    """Draw the signatures on the pages, and drop the form and what the file said of itself."""
    pdf.flatten_annotations()
    for holder in _dictionaries(pdf):
        if _is_signature(holder.get("/V")):  # the tags may still lead to the field
            del holder["/V"]
    for key in ("/AcroForm", "/Metadata"):
        if key in pdf.Root:
            del pdf.Root[key]


def _disarm(pdf: Pdf) -> None:
    """Remove scripts, automatic actions, attached files and media; plain links to the web stay."""
    Sanitizer().remove_javascript().remove_multimedia().remove_attachments().apply(pdf)
    for holder in _dictionaries(pdf):
        for key, value in list(holder.items()):
            actions = as_list(value) if key == "/Next" else [value]
            if key == "/XFA" or _is_trigger(key, value) or any(map(_is_active, actions)):
                del holder[key]


def _is_trigger(key: str, value: Object) -> bool:
    """Tell additional actions (an action per event) from a resource that happens to be called AA."""
    if key != "/AA" or not isinstance(value, Dictionary):
        return False
    return all(isinstance(action, Dictionary) and "/S" in action for action in value.values())


def _is_active(value: Object) -> bool:
    return isinstance(value, Dictionary) and str(value.get("/S")) in _ACTIONS


def _dictionaries(pdf: Pdf) -> Iterator[Object]:
    """Yield every dictionary of the file, those inside others included."""
    for item in pdf.objects:
        waiting = [item]
        while waiting:
            inner = waiting.pop()
            if isinstance(inner, Dictionary | Stream):
                yield inner
                below = list(inner.values())
            else:
                below = list(inner) if isinstance(inner, Array) else []
            waiting += [
                each for each in below if isinstance(each, Dictionary | Array) and not each.is_indirect
            ]


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
    raise _Refused(DAMAGED)


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
