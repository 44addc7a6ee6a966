"""Form fields of a packet: those that a part brings, and the signature fields made from its anchors.

An anchor is a placeholder picture of the Word template whose alternative text is "sig:ROLE|Libellé".
LibreOffice exports it as a tagged figure with its exact box; the field takes that box, or what the part asks for
in its place (``signature_boxes``). A field locks nothing: several people sign one packet, and whatever a signature
locks, the next one could not fill.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, String

from clspd_docs.domain.signature import Signature
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.packets.signature_boxes import Box, draw_boxes
from clspd_docs.packets.structure import Rect, StructureTree, as_list, box

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from clspd_docs.origin import Place
    from clspd_docs.packets.spec import Part

LOST_ANCHOR: Final = Kind(
    code="DOS103",
    severity=Severity.ERROR,
    title="Emplacement de signature inutilisable",
    sentence="L’emplacement de signature « {role} » n’a pas de rôle, de cadre ou de page dans le PDF : il n’y "
    "aurait rien à signer.",
    remedy="Ouvrir le modèle dans Word, remettre l’image de signature dans le corps du texte (ni en-tête, ni "
    "pied de page), alignée sur le texte, avec son texte de remplacement « sig:rôle|Libellé ».",
    bad="Une image « sig:president|Le président » réduite à rien ou sortie de la page.",
    good="Une image « sig:president|Le président » de 6 cm sur 2 cm, sous la formule de politesse.",
)

_ANCHOR: Final = "sig:"
_SMALLEST: Final = 4.0  # points; under this there is no box to click in
_BORDER: Final = b"q 0.6 w 0.4 G 0.3 0.3 %.2f %.2f re S Q"


class Fields:
    """The form of the packet.

    ``signatures`` lists its signature fields in the order of their pages, which is that of signing; ``boxes`` the
    places to sign that are no field.
    """

    def __init__(self, pdf: Pdf, tree: StructureTree) -> None:
        self._pdf = pdf
        self._tree = tree
        self._names: set[str] = set()
        self._boxes: dict[tuple[float, float], Object] = {}
        self._preferences: Object | None = None
        self._labels: list[tuple[int, Object, str]] = []
        self.signatures: list[str] = []
        self.boxes: list[Box] = []

    def adopt(self, form: Object, key: str) -> None:
        """Take over the ``form`` of a part whose pages stand in the packet; a name in use gets its key.

        pikepdf's own way copies each widget anew, which the part's tags would then miss.
        """
        copy = self._pdf.copy_foreign(form)
        for field in as_list(copy.get("/Fields")):
            name = _free_name(
                (str(field.get("/T", "champ")), f"{field.get('/T', 'champ')}-{key}"), self._names
            )
            self._add(field, name, is_signature=field.get("/FT") == Name.Sig)
        target = self._pdf.Root.get("/AcroForm")
        if isinstance(target, Dictionary):
            for entry in ("/DA", "/DR"):
                if entry in copy and entry not in target:
                    target[entry] = copy[entry]

    def sign_here(
        self, part: Part, found: Iterable[Object], pages: Iterable[Page], place: Place
    ) -> list[Finding]:
        """Make a place to sign, as ``part`` asks, of each anchor among the elements ``found`` of it.

        Returns:
            One finding (DOS103) per anchor that has no role, no box or no page.
        """
        findings = []
        by_id = {page.obj.objgen: page for page in pages}
        for element in [each for each in found if "/Alt" in each]:
            alternative = str(element.Alt)
            if not alternative.startswith(_ANCHOR):
                continue
            role, _, label = alternative.removeprefix(_ANCHOR).partition("|")
            label = label.strip() or f"Signature ({role.strip()})"
            rect, page = box(element), _page(element, by_id)
            if not _plain(role) or rect is None or not _is_wide(rect) or page is None or not _hangs(element):
                findings.append(LOST_ANCHOR.at(place, role=role.strip()))
                continue
            element.Alt = String(f"Emplacement de la signature : {label}")
            if part.signature is Signature.CHAMPS:
                field = self._field(element, page, rect, label)
                self._add(field, _free_name(_candidates(role, part), self._names), is_signature=True)
                self._labels.append((len(self.signatures), field, label))
            else:
                self.boxes.append(Box(page, rect, label, part.signature))
        return findings

    def finish(self) -> None:
        """Draw the boxes; say in the label of each field, which screen readers read, which one of how many it is."""
        draw_boxes(self._pdf, self.boxes)
        if len(self.signatures) > 1:
            for number, field, label in self._labels:
                field.TU = String(f"{label} (signature {number} sur {len(self.signatures)})")

    def _add(self, field: Object, name: str, *, is_signature: bool) -> None:
        if "/AcroForm" not in self._pdf.Root:
            self._pdf.Root.AcroForm = self._pdf.make_indirect(Dictionary(Fields=Array()))
        form = self._pdf.Root.AcroForm
        field.T = String(name)
        form.Fields.append(field)
        self._names.add(name)
        if is_signature:
            form.SigFlags = 1
            self.signatures.append(name)

    def _field(self, figure: Object, page: Page, rect: Rect, label: str) -> Object:
        """Return an empty signature field over ``rect``, tagged as a /Form right after its figure."""
        element = self._pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name.Form, P=figure.P, Pg=page.obj)
        )
        widget = self._pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Sig,
                TU=String(label),
                SV=self._seed(),
                F=4,  # printed
                Rect=Array([round(value, 2) for value in rect]),
                P=page.obj,
                AP=Dictionary(N=self._appearance(round(rect[2] - rect[0], 2), round(rect[3] - rect[1], 2))),
                StructParent=self._tree.register(element),
            )
        )
        # A bare dictionary, not an array of one: validators follow /K/Obj only, and would call the second
        # signature a suspicious change.
        element.K = Dictionary(Type=Name.OBJR, Obj=widget, Pg=page.obj)
        siblings = as_list(figure.P.get("/K"))
        after = next(i for i, kid in enumerate(siblings) if _is_same(kid, figure)) + 1
        figure.P.K = Array([*siblings[:after], element, *siblings[after:]])
        page.obj.Annots = Array([*as_list(page.obj.get("/Annots")), widget])
        return widget

    def _seed(self) -> Object:
        """Return what a field asks of the program that signs, without obliging it: PAdES, no old digest."""
        if self._preferences is None:
            digests = [String(name) for name in ("SHA256", "SHA384", "SHA512")]
            asked = Dictionary(
                Type=Name.SV,
                SubFilter=Array([Name("/ETSI.CAdES.detached")]),
                DigestMethod=Array(digests),
                Ff=0,
            )
            self._preferences = self._pdf.make_indirect(asked)
        return self._preferences

    def _appearance(self, width: float, height: float) -> Object:
        size = (width, height)
        if size not in self._boxes:
            self._boxes[size] = self._pdf.make_stream(
                _BORDER % (width - 0.6, height - 0.6),
                Type=Name.XObject,
                Subtype=Name.Form,
                BBox=Array([0, 0, width, height]),
                Resources=Dictionary(),
            )
        return self._boxes[size]


def _candidates(role: str, part: Part) -> Iterator[str]:
    """Yield the names that a field may take, best first; without a dot, which PDF reads as a parent."""
    role, owner = _plain(role), _plain(part.owner)
    yield role if not owner or role == owner or role.endswith(f"-{owner}") else f"{role}-{owner}"
    yield f"{role}-{_plain(part.key)}"


def _free_name(candidates: Iterable[str], taken: set[str]) -> str:
    name = ""
    for name in candidates:
        if name not in taken:
            return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"


def _plain(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_-]+", "-", ascii_text).strip("-")


def _is_wide(rect: Rect) -> bool:
    return rect[2] - rect[0] >= _SMALLEST and rect[3] - rect[1] >= _SMALLEST


def _page(element: Object, by_id: Mapping[tuple[int, int], Page]) -> Page | None:
    page = element.get("/Pg")
    return by_id.get(page.objgen) if isinstance(page, Dictionary) else None


def _hangs(element: Object) -> bool:
    parent = element.get("/P")
    return isinstance(parent, Dictionary) and any(_is_same(kid, element) for kid in as_list(parent.get("/K")))


def _is_same(kid: Object, element: Object) -> bool:
    return isinstance(kid, Dictionary) and kid.is_same_object_as(element)
