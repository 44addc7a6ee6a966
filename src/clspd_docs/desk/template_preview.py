"""``templates preview``: a template filled with the example council, and with its longest plausible values."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from clspd_docs.build.converter import converter
from clspd_docs.build.loading import templates_in
from clspd_docs.build.produce import TRANSPARENT, has_contents
from clspd_docs.build.report import Report
from clspd_docs.build.workspace import CATALOGUE, TEMPLATES, Folder, shipped
from clspd_docs.conversion.choose import Choice
from clspd_docs.conversion.engine import Job
from clspd_docs.conversion.pool import worker_count
from clspd_docs.desk.example import day_of, example_council, recipients_first, sample_packet, sessions
from clspd_docs.desk.long_values import lengthened
from clspd_docs.desk.template_files import name_in, write_file
from clspd_docs.desk.template_names import DOSSIER, OWN, names_of
from clspd_docs.documents.catalogue import (
    NO_CATALOGUE,
    Catalogue,
    DocumentEntry,
    DossierEntry,
    Etape,
    Pour,
    read_catalogue,
)
from clspd_docs.documents.drawings import Drawings
from clspd_docs.documents.plan import (
    DocumentJob,
    DossierJob,
    context,
    dossier_context,
    recipients,
    roots,
    truth,
)
from clspd_docs.documents.view import Trace
from clspd_docs.domain.conseil import Conseil
from clspd_docs.domain.listes import Diffusion, StatutSeance
from clspd_docs.domain.personnes import Membre
from clspd_docs.domain.seances import Seance
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Finding, Kind, Severity, in_order
from clspd_docs.origin import Place
from clspd_docs.packets.inspect import page_count, page_texts, text_places
from clspd_docs.templates.docx_text import lines
from clspd_docs.templates.explain import OVER_BUDGET
from clspd_docs.templates.frames import frames
from clspd_docs.templates.lint import properties_of
from clspd_docs.templates.lint_fields import ABSENT, field_faults
from clspd_docs.templates.lint_scan import Fault, scan
from clspd_docs.templates.package import open_template
from clspd_docs.templates.preview_mark import marked
from clspd_docs.templates.render import Rendered, Template

TEXT_LOST: Final = Kind(
    "MOD331",
    Severity.WARNING,
    "Texte coupé dans le PDF",
    "Avec {valeurs}, une partie du texte manque dans le PDF : {mots}.",
    "Agrandir la zone, le cadre ou la rangée de hauteur fixe qui la contient (« au moins », et non « exactement »).",
)
NEARLY_EMPTY: Final = Kind(
    "MOD332",
    Severity.WARNING,
    "Dernière page presque vide",
    "Avec {valeurs}, la dernière page ne contient que ceci : {texte}.",
    "Resserrer le texte ou les marges ; ou lier le paragraphe au précédent (Paragraphes solidaires).",
)
NO_CONVERTER: Final = Kind(
    "MOD333",
    Severity.NOTE,
    "Aperçu sans PDF",
    "Aucun convertisseur n’a été trouvé : les aperçus sont en Word seulement, et leurs pages ne sont pas comptées.",
    "« clspd-docs doctor » dit ce qui manque à cette machine.",
)
LONG_ADDRESS: Final = Kind(
    "MOD334",
    Severity.WARNING,
    "Adresse plus haute que son cadre",
    "Avec {valeurs}, l’adresse du destinataire finit à {fin} mm du haut de la page, et son cadre à {limite} mm : "
    "elle sort de la fenêtre de l’enveloppe.",
    "Dans Word : agrandir le cadre, ou réduire les caractères ou l’interligne de l’adresse.",
)

OUTPUT: Final = "apercus"
ORDINARY: Final = "les valeurs de l’exemple"
LONGEST: Final = "les valeurs les plus longues"
_TRIES: Final = 24
_RECIPIENTS: Final = 4
_SHORT_PAGE: Final = 3  # lines
_WORDS_SHOWN: Final = 6
_TEXT_SHOWN: Final = 120
_WORD: Final = re.compile(r"\w{4,}")
_PIECES: Final = ("Convocation", "Ordre du jour", "Coupon-réponse", "Pouvoir", "Compte rendu")
_LABELS: Final = {
    Pour.SEANCE: "un document de séance",
    Pour.DESTINATAIRE: "une lettre à un destinataire",
    Pour.PREFET: "une lettre au préfet",
    Pour.PROCUREUR: "une lettre au procureur",
    Pour.GROUPE: "un document par groupe",
    Pour.ACTION: "un document par action",
    Pour.REFERENT: "un document par référent",
    DOSSIER: "une page de couverture ou de sommaire d’un dossier",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. ``pdf`` is None to make the PDF when a converter is found."""

    files: Sequence[Path] = ()
    long: bool = False
    pdf: bool | None = None


@dataclass(slots=True)
class _Shown:
    """One preview: a template with some values."""

    values: str
    docx: bytes
    path: Path
    address: str
    pages: int | None = None
    pdf: Path | None = None


@dataclass(slots=True)
class _Template:
    """One file: what it was taken for, its previews, its findings."""

    path: Path
    file: str
    kind: str = ""
    guessed: bool = False
    shown: list[_Shown] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    template: Template | None = None

    def as_json(self, folder: Folder) -> dict[str, Any]:
        previews = [
            {
                "values": "long" if one.values == LONGEST else "example",
                "docx": name_in(folder, one.path),
                "pdf": name_in(folder, one.pdf) if one.pdf else None,
                "pages": one.pages,
            }
            for one in self.shown
        ]
        return {"path": self.file, "kind": self.kind, "guessed": self.guessed, "previews": previews}


@dataclass(frozen=True, slots=True)
class _Values:
    """A council to fill templates with."""

    name: str
    suffix: str
    conseil: Conseil

    def like(self, seance: Seance) -> Seance:
        """Return the session of this council with the same identifier."""
        return self.conseil.seance(seance.id) or seance


def preview_templates(folder: Folder, wish: Wish, jour: dt.date | None = None) -> Report:
    """Fill the templates named, or all those of the folder, and write what they give in « apercus ».

    Args:
        folder: The working folder: its catalogue says what a template is for, its registers are not read.
        wish: What is asked for.
        jour: « Today »; None for the day that suits each session of the example.

    Raises:
        Stop: MOD201 when there is nothing to show, ENV203 when a preview cannot be written, and what the
            converter says when a PDF was asked for.
    """
    choice = _choice(folder, wish)
    values = [_Values(ORDINARY, "", example_council())]
    if wish.long:
        values.append(_Values(LONGEST, "-long", lengthened(example_council())))
    catalogue = _catalogue(folder)
    found = [_filled(folder, path, catalogue, values, jour) for path in wish.files or _all(folder)]
    findings = [finding for one in found for finding in one.findings]
    if choice is not None:
        findings += _converted(folder, choice, found)
    elif wish.pdf is None:
        findings.append(NO_CONVERTER.at(Place(OUTPUT)))
    nothing = not any(one.shown for one in found)
    return Report(
        "templates preview",
        in_order(findings),
        {"modeles": len(found), "apercus": sum(len(one.shown) for one in found)},
        exit_code=ExitCode.NOTHING_READ if nothing and not any(one.template for one in found) else None,
        more={"templates": [one.as_json(folder) for one in found]},
    )


def _choice(folder: Folder, wish: Wish) -> Choice | None:
    """Return the converter; None without one, or when no PDF is wanted."""
    if wish.pdf is False:
        return None
    try:
        return converter(folder)
    except Stop:
        if wish.pdf:
            raise
        return None


def _catalogue(folder: Folder) -> Catalogue | None:
    try:
        return read_catalogue(folder.path(CATALOGUE), CATALOGUE)[0]
    except Stop:
        return None


def _all(folder: Folder) -> list[Path]:
    found = templates_in(folder.path(TEMPLATES))
    if not found:
        raise Stop(NO_CATALOGUE.at(Place(TEMPLATES)))
    return found


# --- Filling -----------------------------------------------------------------------------------------


def _filled(
    folder: Folder, path: Path, catalogue: Catalogue | None, values: Sequence[_Values], jour: dt.date | None
) -> _Template:
    """Return a template with a preview for each of the values, written."""
    one = _Template(path, name_in(folder, path))
    opened = open_template(path, one.file)
    one.findings += opened.findings
    one.template = opened.template
    if opened.template is None:
        return one
    entry, faults = _entry_of(opened.template, catalogue)
    one.guessed = catalogue is None or opened.template.name not in catalogue.templates()
    one.kind = _LABELS[entry.pour if isinstance(entry, DocumentEntry) else DOSSIER]
    if faults:
        one.findings += [fault.finding for fault in faults]
        return one
    tries = list(_tries(entry, values[0].conseil, jour))
    for some in values:
        rendered, tries, address = _first(opened.template, entry, tries, some, jour)
        if rendered.docx is None:
            one.findings += rendered.findings
            break
        target = folder.path(f"{OUTPUT}/{path.stem}-apercu{some.suffix}.docx")
        shown = marked(rendered.docx)
        write_file(target, shown)
        one.shown.append(_Shown(some.name, rendered.docx, target, address))
    return one


def _entry_of(
    template: Template, catalogue: Catalogue | None
) -> tuple[DocumentEntry | DossierEntry, list[Fault]]:
    """Return what the catalogue makes with a template; else the kind of document that has all its fields."""
    if catalogue is not None:
        entries: list[DocumentEntry | DossierEntry] = [
            *(d for d in catalogue.documents.values() if d.modele == template.name),
            *(d for d in catalogue.dossiers.values() if template.name in {d.couverture, d.sommaire}),
        ]
        if entries:
            return entries[0], []
    parts = scan(template.members, template.place_file)
    texts = [*parts.parts, *properties_of(parts)]
    kinds = [pour for pour in OWN if pour not in {Pour.PREFET, Pour.PROCUREUR}]
    told = {pour: list(field_faults(texts, names_of(pour))) for pour in kinds}
    best = min(
        kinds, key=lambda pour: (len(told[pour]), [f.finding.code for f in told[pour]].count(ABSENT.code))
    )
    return _made_up(best, template), told[best]


def _made_up(pour: str, template: Template) -> DocumentEntry | DossierEntry:
    """Return the entry that the catalogue could hold for a template."""
    title, every = template.name.removesuffix(".docx"), tuple(Etape)
    if pour == DOSSIER:
        return DossierEntry(
            code=title,
            titre=title,
            par=Pour.SEANCE,
            etapes=every,
            pieces=(),
            lecteurs=Diffusion.INTERNE,
            couverture=template.name,
        )
    return DocumentEntry(code=title, titre=title, modele=template.name, pour=Pour(pour), etapes=every)


@dataclass(frozen=True, slots=True)
class _Try:
    """A session and, for a letter or a sheet, the identifier of whom or what it is for."""

    seance: Seance
    recipient: str | None


def _tries(entry: DocumentEntry | DossierEntry, conseil: Conseil, jour: dt.date | None) -> Iterator[_Try]:
    """Yield the sessions and recipients to fill the template for, the likeliest first."""
    after = set(entry.etapes) == {Etape.SUITES}
    fit = [s for s in sessions() if s.formation in entry.formations] or list(sessions())
    for seance in sorted(fit, key=lambda s: (s.statut is StatutSeance.TENUE) is not after):
        pour = entry.pour if isinstance(entry, DocumentEntry) else entry.par
        found: Iterable[Any] = recipients(conseil, seance, pour, jour or day_of(seance))
        if pour is Pour.DESTINATAIRE:
            found = recipients_first(found)
        for recipient in list(found)[:_RECIPIENTS]:
            yield _Try(seance, recipient.id if recipient is not None else None)


def _first(
    template: Template,
    entry: DocumentEntry | DossierEntry,
    tries: Sequence[_Try],
    values: _Values,
    jour: dt.date | None,
) -> tuple[Rendered, list[_Try], str]:
    """Return the first document that can be made, the try that made it and the address; else the first faults."""
    failed: Rendered | None = None
    for one in tries[:_TRIES]:
        names = _names(entry, one, values, jour)
        if names is None:
            continue
        fixed = dt.datetime.combine(one.seance.date or dt.date.min, dt.time())
        shown = {"images": _images(), "dessins": Drawings(names.get("plan"))}
        rendered = template.render({**names, **shown, "fixe_le": fixed})
        if rendered.docx is not None:
            return rendered, [one], _squeezed("".join(getattr(names.get("courrier"), "adresse", ())))
        failed = failed or rendered
        if any(finding.kind is OVER_BUDGET for finding in rendered.findings):
            break  # it would take as long for each of the others
    return failed or Rendered(None, ()), list(tries), ""


def _names(
    entry: DocumentEntry | DossierEntry, one: _Try, values: _Values, jour: dt.date | None
) -> dict[str, Any] | None:
    """Return what the template may name; None when the document does not exist for this session."""
    conseil, seance, day = values.conseil, values.like(one.seance), jour or day_of(one.seance)
    pour = entry.pour if isinstance(entry, DocumentEntry) else entry.par
    found = recipients(conseil, seance, pour, day)
    recipient = next((r for r in found if (r.id if r is not None else None) == one.recipient), None)
    if isinstance(entry, DossierEntry):
        member = recipient if isinstance(recipient, Membre) else None
        packet = sample_packet(_PIECES * (8 if values.suffix else 1), member)
        return dossier_context(
            conseil, DossierJob(entry.code, entry, seance, (), recipient), packet, day, Trace()
        )
    job = DocumentJob(entry.code, entry, seance, recipient)
    if not all(truth(path, roots(conseil, job)) for path in entry.si):
        return None
    return context(conseil, job, day, Trace())


def _images() -> dict[str, bytes]:
    """Return the logo of the example council."""
    logo, source = example_council().parametres.logo, Folder(shipped())
    return {"logo": source.path(logo).read_bytes() if logo and source.holds(logo) else TRANSPARENT}


# --- Converting and measuring ------------------------------------------------------------------------


def _converted(folder: Folder, choice: Choice, found: Sequence[_Template]) -> Iterator[Finding]:
    """Write the PDFs beside the Word files; yield what is wrong with their pages."""
    shown = {str(one.path): (template, one) for template in found for one in template.shown}
    jobs = [
        Job(
            key,
            name_in(folder, one.path),
            one.path,
            one.path.with_suffix(".pdf"),
            template.template is not None and has_contents(template.template),
        )
        for key, (template, one) in shown.items()
    ]
    if not jobs:
        return
    yield from choice.findings
    with choice.open(worker_count(), folder.settings().delai_secondes) as engine:
        for result in engine.convert(jobs):
            template, one = shown[result.job.key]
            if result.finding is not None:
                yield result.finding
                continue
            one.pdf, one.pages = result.job.pdf, result.pages or page_count(result.job.pdf)
            if not choice.is_preview:  # such a PDF is a rough one: it lacks text boxes
                yield from _measured(template, one)


def _measured(template: _Template, one: _Shown) -> Iterator[Finding]:
    """Yield the words that the PDF lacks, and a last page with hardly anything."""
    assert one.pdf is not None, "called once it is there"
    pages, place = page_texts(one.pdf), Place(template.file)
    whole = _squeezed("".join(pages))
    words = _WORD.findall(" ".join(_texts(one.docx)))
    lost = [f"« {word} »" for word in dict.fromkeys(words) if _squeezed(word) not in whole]
    if lost:
        more = "…" if len(lost) > _WORDS_SHOWN else ""
        yield TEXT_LOST.at(place, valeurs=one.values, mots=", ".join(lost[:_WORDS_SHOWN]) + more)
    own = _body_lines(pages[-1], one.docx)
    if len(pages) > 1 and len(own) <= _SHORT_PAGE:
        shown = (
            f"« {' / '.join(own)[:_TEXT_SHOWN]} »" if own else "rien d’autre que l’en-tête et le pied de page"
        )
        yield NEARLY_EMPTY.at(place, valeurs=one.values, texte=shown)
    yield from _address(one, place)


def _address(one: _Shown, place: Place) -> Iterator[Finding]:
    """Yield an address that is higher than the frame which holds it."""
    assert one.pdf is not None, "called once it is there"
    held = [frame for frame in frames(one.docx) if one.address in _squeezed(frame.text)]
    for frame in held if one.address else ():
        pieces = [
            (_squeezed(text), y)
            for text, x, y in text_places(one.pdf)
            if y >= frame.top and frame.left - 1 <= x <= frame.right
        ]
        start, end = "".join(text for text, _ in pieces).find(one.address), 0
        lines = []
        for text, y in pieces if start >= 0 else ():
            end += len(text)
            if start < end <= start + len(one.address):
                lines.append(y)
        if max(lines, default=0) > frame.bottom:
            yield LONG_ADDRESS.at(
                place, valeurs=one.values, fin=round(max(lines)), limite=round(frame.bottom)
            )


def _texts(raw: bytes) -> Iterator[str]:
    """Yield what the document prints: neither its properties nor its alternative texts."""
    for line in lines(raw):
        *labels, text = line.split(" | ")
        if labels[-1] != "image" and not labels[0].startswith("propriété"):
            yield text


def _body_lines(page: str, docx: bytes) -> list[str]:
    """Return the lines of a page that come neither from a header nor from a footer; figures do not count."""
    edges = "".join(_numberless(line) for line in lines(docx) if line.startswith(("en-tête", "pied de page")))
    return [line.strip() for line in page.splitlines() if line.strip() and _numberless(line) not in edges]


def _numberless(line: str) -> str:
    return re.sub(r"\d+|[→/|]", "", _squeezed(line))


def _squeezed(text: str) -> str:
    return re.sub(r"[\s\u00ad-]", "", text)
