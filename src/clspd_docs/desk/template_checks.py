"""``templates check``: a template alone, then with the catalogue, then with every document it makes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from clspd_docs.build.holding import blocked
from clspd_docs.build.loading import ANNOTATED, COPY, CORRECTED, Loaded, load, templates_in
from clspd_docs.build.produce import Made, Studio
from clspd_docs.build.report import Report
from clspd_docs.build.workspace import CATALOGUE, TEMPLATES, Folder
from clspd_docs.desk.template_files import name_in, write_copy
from clspd_docs.desk.template_names import OWN, any_names, names_of, uses_of
from clspd_docs.documents.catalogue import Catalogue, Etape, read_catalogue
from clspd_docs.documents.plan import plan_session
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Finding, Kind, Severity, in_order
from clspd_docs.origin import Place
from clspd_docs.templates.annotate import annotated, without_our_comments
from clspd_docs.templates.lint import faults_of, properties_of
from clspd_docs.templates.lint_fields import field_faults
from clspd_docs.templates.lint_scan import Fault, Scan, scan
from clspd_docs.templates.package import open_template
from clspd_docs.templates.parts import q
from clspd_docs.templates.render import Template
from clspd_docs.templates.repair import repaired
from clspd_docs.templates.zipping import packed

MISSING_MENTION: Final = Kind(
    "MOD184",
    Severity.WARNING,
    "Mention absente d’une lettre",
    "Ce modèle écrit à quelqu’un, et {mention} n’y est pas.",
    "Ajouter {balise} à l’endroit voulu.",
)
SAME_FOR_ALL: Final = Kind(
    "MOD185",
    Severity.WARNING,
    "Document le même pour tous",
    "Le document « {document} » est fait une fois par {pour}, mais rien dans le modèle n’en dépend.",
    'Employer dans le modèle {noms}, ou écrire « pour = "seance" » dans le catalogue.',
)
NOT_USED: Final = Kind(
    "MOD186",
    Severity.NOTE,
    "Modèle que le catalogue n’emploie pas",
    "Aucun document du catalogue n’emploie ce modèle : ses champs sont comparés à ceux de tous les documents.",
    "Rien à faire s’il est en préparation ; sinon, ajouter un bloc au catalogue.",
)
NOT_TRIED: Final = Kind(
    "MOD187",
    Severity.NOTE,
    "Modèles non essayés avec les données",
    "Le classeur ne peut pas être lu ({code}) : les modèles n’ont pas été essayés avec ses données.",
    "Mettre le classeur dans le dossier « registers », ou le corriger (« clspd-docs check »), puis relancer.",
)


@dataclass(frozen=True, slots=True)
class _Mention:
    """What a letter must print: one of ``paths``, or a signature field."""

    name: str
    tag: str
    paths: tuple[str, ...]
    only: Etape | None = None


_MENTIONS: Final = (
    _Mention(
        "la date de la lettre",
        "« {{ courrier.date }} »",
        ("courrier.date", "courrier.date_consultation", "aujourdhui", "seance.convoquee_le"),
    ),
    _Mention("l’appel", "« {{ courrier.appel }} »", ("courrier.appel",)),
    _Mention("la formule de politesse", "« {{ courrier.formule }} »", ("courrier.formule",)),
    _Mention("la date de la séance", "« {{ seance.date }} »", ("seance.date",)),
    _Mention("l’heure de la séance", "« {{ seance.heure }} »", ("seance.heure",), Etape.CONVOCATION),
    _Mention("le lieu de la séance", "« {{ seance.lieu }} »", ("seance.lieu",), Etape.CONVOCATION),
)
_SIGNATURE: Final = (
    "une image dont le texte de remplacement commence par « sig: », ou « {{ signataire.nom_complet }} »"
)
_OBJECT: Final = re.compile(r"\bobjet\b", re.IGNORECASE)


@dataclass(slots=True)
class _Checked:
    """One file: what was read of it, its faults, the copies made."""

    path: Path
    file: str
    template: Template | None = None
    scan: Scan | None = None
    faults: list[Fault] = field(default_factory=list)
    repairs: list[Finding] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)

    @property
    def original(self) -> str:
        """Name of the template that the catalogue knows, of which this file may be a copy."""
        return f"{COPY.sub('', self.path.stem)}{self.path.suffix}"

    @property
    def has_errors(self) -> bool:
        """True when one of its faults is an error."""
        return any(fault.finding.is_error for fault in self.faults)

    def as_json(self) -> dict[str, Any]:
        """Return the line of the report."""
        findings = in_order(fault.finding for fault in self.faults)
        return {
            "path": self.file,
            "ok": not self.has_errors,
            "findings": len(findings),
            "repairs": [finding.as_json() for finding in in_order(self.repairs)],
            "copies": self.copies,
        }


@dataclass(frozen=True, slots=True)
class Copies:
    """Which copies to write beside each template that has faults."""

    annotated: bool = False
    corrected: bool = False


def check_templates(folder: Folder, files: Sequence[Path], jour: dt.date, copies: Copies) -> Report:
    """Return the faults of the templates at ``files``, or of all those of the working folder.

    With ``copies.corrected``, what is told is what remains in the corrected copy. An original is never
    changed, an earlier copy never overwritten.

    Raises:
        Stop: MOD201 when there is nothing to check, ENV203 when a copy cannot be written.
    """
    catalogue, findings = _catalogue(folder, needed=not files)
    checked = [
        _Checked(path, name_in(folder, path)) for path in files or templates_in(folder.path(TEMPLATES))
    ]
    for one in checked:
        _open(one, copies)
        if one.scan is not None:
            one.faults += _alone_and_with(one, one.scan, catalogue)
    if catalogue is not None:
        sound = [one for one in checked if not one.has_errors and uses_of(catalogue, one.original)]
        findings += _with_data(folder, jour, sound)
    for one in checked:
        _write_copies(one, copies)
    findings += [fault.finding for one in checked for fault in one.faults]
    nothing = bool(checked) and not any(one.scan for one in checked)
    return Report(
        "templates check",
        in_order(findings),
        {"modeles": len(checked)},
        exit_code=ExitCode.NOTHING_READ if nothing else None,
        more={"templates": [one.as_json() for one in checked]},
    )


def _catalogue(folder: Folder, *, needed: bool) -> tuple[Catalogue | None, list[Finding]]:
    """Return the catalogue of the folder; its own faults only when the whole folder is checked."""
    try:
        catalogue, faults = read_catalogue(folder.path(CATALOGUE), CATALOGUE)
    except Stop:
        if needed:
            raise
        return None, []
    return catalogue, faults if needed else []


def _open(one: _Checked, copies: Copies) -> None:
    """Read the template, or the corrected copy of it that is asked for."""
    opened = open_template(one.path, one.file)
    one.faults = [Fault(finding) for finding in opened.findings]
    if opened.template is None:
        return
    members = without_our_comments(opened.template.members)
    if copies.corrected:
        changed, one.repairs = repaired(members, one.file)
        if one.repairs:
            members = changed
            one.copies.append(_write(one, CORRECTED, packed(members)))
    one.template = Template(one.original, one.file, opened.template.digest, members)
    one.scan = scan(members, one.file)


def _alone_and_with(one: _Checked, template: Scan, catalogue: Catalogue | None) -> list[Fault]:
    """Return the faults of the template alone, then those of its fields in each document that it makes."""
    found = list(faults_of(template))
    if catalogue is None:
        return _once(found)
    uses = uses_of(catalogue, one.original)
    parts = [*template.parts, *properties_of(template)]
    for names in [names_of(pour) for pour in dict.fromkeys(pour for _, pour in uses)] or [any_names()]:
        found += field_faults(parts, names)
    if not uses:
        found.append(template.whole(NOT_USED))
    if one.template is not None and not any(fault.finding.is_error for fault in found):
        found += _mentions(template, one.template.fields(), one.original, catalogue)
    return _once(found)


def _once(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults without those that say the same of the same place: one template may make many documents."""
    return list({(fault.finding, fault.element, fault.span): fault for fault in faults}.values())


def _mentions(template: Scan, fields: Sequence[str], name: str, catalogue: Catalogue) -> Iterator[Fault]:
    """Yield what the documents of the catalogue should print and do not."""
    documents = [d for d in catalogue.documents.values() if d.modele == name]
    for document in documents:
        own = OWN[document.pour]
        if own and not any(_reads(root, fields) for root in own):
            names = " ou ".join(f"« {root} »" for root in own)
            facts = {"document": document.titre, "pour": str(document.pour), "noms": names}
            yield template.whole(SAME_FOR_ALL, **facts)
    if not documents or not _reads("courrier.adresse", fields):
        return  # not a letter
    steps = {step for document in documents for step in document.etapes}
    for mention in _MENTIONS:
        wanted = mention.only is None or mention.only in steps
        if wanted and not any(_reads(path, fields) for path in mention.paths):
            yield template.whole(MISSING_MENTION, mention=mention.name, balise=mention.tag)
    texts = "\n".join(spot.text for part in template.parts for spot in part.spots)
    if not _OBJECT.search(texts):
        yield template.whole(MISSING_MENTION, mention="l’objet", balise="une ligne « Objet : … »")
    signed = any(
        (p.get("descr") or "").startswith("sig:")
        for part in template.parts
        for p in part.root.iter(q("wp:docPr"))
    )
    if not signed and not _reads("signataire", fields):
        yield template.whole(MISSING_MENTION, mention="la signature", balise=_SIGNATURE)


def _reads(path: str, fields: Sequence[str]) -> bool:
    """True when one of the fields read is the path, or a field of it."""
    return any(name == path or name.startswith((f"{path}.", f"{path}[")) for name in fields)


def _with_data(folder: Folder, jour: dt.date, sound: Sequence[_Checked]) -> list[Finding]:
    """Merge every document that the sound templates make for the sessions of the workbook; nothing is written."""
    templates = {one.original: one.template for one in sound if one.template is not None}
    if not templates:
        return []
    try:
        loaded = load(folder, jour)
    except Stop as stop:
        return [NOT_TRIED.at(Place(folder.workbooks()[0]), code=stop.finding.code)]
    studio = Studio(replace(loaded, templates=templates), blocked([]), jour)
    files = {template.place_file for template in templates.values()}
    return in_order(
        finding
        for made in _documents(loaded, studio, templates, jour)
        for finding in made
        if finding.place.file in files or finding.code == "FUS201"
    )


def _documents(
    loaded: Loaded, studio: Studio, templates: Iterable[str], jour: dt.date
) -> Iterator[Sequence[Finding]]:
    """Yield the faults of each document; a session gives those that make sense for it as it stands."""
    for seance in loaded.conseil.seances:
        for job in plan_session(loaded.conseil, seance, loaded.catalogue, jour=jour).documents:
            if job.entry.modele in templates:
                made = studio.make(job)
                yield () if isinstance(made, Made) else made


def _write_copies(one: _Checked, copies: Copies) -> None:
    """Write the annotated copy; a template without a fault gets none."""
    if copies.annotated and one.scan is not None and one.faults:
        one.copies.append(_write(one, ANNOTATED, annotated(one.scan, one.faults)))


def _write(one: _Checked, suffix: str, raw: bytes) -> str:
    """Write a copy beside the template under a name that is free; return how reports name it."""
    target = write_copy(one.path.with_name(f"{COPY.sub('', one.path.stem)}{suffix}.docx"), raw)
    return (Path(one.file).parent / target.name).as_posix()
