"""Which documents and packets a session gets: templates_docx/catalogue.toml, read and checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from clspd_docs.domain.listes import Diffusion, Formation
from clspd_docs.domain.signature import Signature
from clspd_docs.errors import Stop, toml_detail
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place

NO_CATALOGUE = Kind(
    "MOD201",
    Severity.ERROR,
    "Catalogue introuvable",
    "Le catalogue des documents n’existe pas à cet endroit, ou ne peut pas être lu.",
    "Vérifier le dossier de travail (option -C), ou en créer un avec « clspd-docs init ».",
)
BAD_TOML = Kind(
    "MOD202",
    Severity.ERROR,
    "Catalogue illisible",
    "Le catalogue n’est pas un fichier TOML correct : {detail}.",
    "Corriger la ligne indiquée : guillemets, crochets, virgules.",
    bad='pieces = ["charte"',
    good='pieces = ["charte"]',
)
UNKNOWN_KEY = Kind(
    "MOD203",
    Severity.ERROR,
    "Ligne inconnue dans le catalogue",
    "La ligne « {cle} » n’existe pas.{suggestion}",
    "Corriger le nom de la ligne, ou la supprimer.",
    bad='modèle = "charte.docx"',
    good='modele = "charte.docx"',
)
MISSING_KEY = Kind(
    "MOD204",
    Severity.ERROR,
    "Ligne absente du catalogue",
    "La ligne « {cle} » manque.",
    "Ajouter la ligne.",
)
BAD_VALUE = Kind(
    "MOD205",
    Severity.ERROR,
    "Valeur incorrecte dans le catalogue",
    "La ligne « {cle} » n’a pas une valeur correcte : il faut {attendu}.",
    "Corriger la valeur.",
    bad='pour = "membres"',
    good='pour = "destinataire"',
)
DOUBLE_CODE = Kind(
    "MOD206",
    Severity.ERROR,
    "Code en double dans le catalogue",
    "Le code « {code} » est déjà pris.",
    "Donner un autre code à l’un des deux blocs.",
)
UNKNOWN_PIECE = Kind(
    "MOD207",
    Severity.ERROR,
    "Pièce inconnue",
    "Le dossier contient une pièce inconnue : « {piece} ».{suggestion}",
    "Corriger le code, ou ajouter le document au catalogue.",
)
LEFT_OUT = Kind(
    "MOD222",
    Severity.ERROR,
    "Pièce laissée de côté",
    "Le dossier contient « {piece} », dont le bloc a une erreur : le dossier n’est pas fait.",
    "Corriger le bloc [[document]] de cette pièce.",
)
TOO_CONFIDENTIAL = Kind(
    "MOD208",
    Severity.ERROR,
    "Pièce réservée dans un dossier plus ouvert",
    "La pièce « {piece} » est réservée (diffusion : {diffusion}) et les lecteurs du dossier sont : {lecteurs}.",
    "Retirer la pièce du dossier, ou restreindre les lecteurs du dossier.",
)
NO_TEMPLATE = Kind(
    "MOD209",
    Severity.ERROR,
    "Modèle introuvable",
    "Le modèle « {modele} » n’existe pas dans ce dossier.",
    "Vérifier le nom du fichier, ou y déposer le modèle.",
)

BAD_PRINTING = Kind(
    "MOD221",
    Severity.ERROR,
    "Ligne d’impression hors de propos",
    "La ligne « {cle} » n’a pas de sens ici : {raison}.",
    "Supprimer la ligne, ou en faire un bloc à part.",
    bad='par = "destinataire"\ntirage = true',
    good='par = "seance"\ntirage = true',
)

ANNEXES: Final = "annexes"
FILES: Final = ("modele", "couverture", "sommaire")


class Pour(StrEnum):
    """For whom one document, or one packet, is made."""

    SEANCE = "seance"
    DESTINATAIRE = "destinataire"
    PREFET = "prefet"
    PROCUREUR = "procureur"
    GROUPE = "groupe"
    ACTION = "action"
    REFERENT = "referent"


# Those whom a letter is written to, at their postal address.
WRITTEN_TO: Final = (Pour.DESTINATAIRE, Pour.PREFET, Pour.PROCUREUR)


class Etape(StrEnum):
    """Step of a session's life."""

    CONSULTATION = "consultation"
    CONVOCATION = "convocation"
    SEANCE = "seance"
    SUITES = "suites"
    ANNUEL = "annuel"


class Enveloppe(StrEnum):
    """An envelope with a window."""

    DL = "DL"
    C6_5 = "C6/5"
    C5 = "C5"


class Etiquettes(StrEnum):
    """A sheet of labels, by its maker's reference."""

    L7159 = "L7159"  # 24 labels
    L7160 = "L7160"  # 21 labels


class SansBalises(StrEnum):
    """What becomes of an annex without tags, which a screen reader cannot follow."""

    SIGNALER = "signaler"
    IMAGES = "images"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEntry:
    """One [[document]] block."""

    code: str
    titre: str
    modele: str
    pour: Pour
    etapes: tuple[Etape, ...]
    formations: tuple[Formation, ...] = tuple(Formation)
    diffusion: Diffusion = Diffusion.INTERNE
    projet_sauf: str | None = None
    si: tuple[str, ...] = ()
    signature: Signature = Signature.CHAMPS
    enveloppe: Enveloppe | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierEntry:
    """One [[dossier]] block; ``tirage`` and ``etiquettes`` make of its letters something to print."""

    code: str
    titre: str
    par: Pour
    etapes: tuple[Etape, ...]
    pieces: tuple[str, ...]
    lecteurs: Diffusion
    formations: tuple[Formation, ...] = tuple(Formation)
    couverture: str | None = None
    sommaire: str | None = None
    recto: bool = False
    numerotation: str = ""
    signature: Signature | None = None
    tirage: bool = False
    etiquettes: Etiquettes | None = None
    preuve: bool = False
    annexes_sans_balises: SansBalises = SansBalises.SIGNALER
    volume: int = 0

    def signed(self, document: DocumentEntry) -> Signature:
        """Return how a piece is signed: as the packet says, else by hand when it is printed, else as its block says."""
        return self.signature or (Signature.PAPIER if self.tirage else document.signature)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Documents and packets by code, in the order of the file."""

    file: str
    documents: Mapping[str, DocumentEntry]
    dossiers: Mapping[str, DossierEntry]

    def templates(self) -> tuple[str, ...]:
        """Return the names of the templates used, each once, in order."""
        names = [d.modele for d in self.documents.values()]
        for dossier in self.dossiers.values():
            names += [m for m in (dossier.couverture, dossier.sommaire) if m]
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class _Key:
    """What one line of a block may hold."""

    expected: str
    values: type[StrEnum] | None = None
    many: bool = False
    required: bool = False
    holds: type = str


def _enum(values: type[StrEnum], *, many: bool = False, required: bool = False) -> _Key:
    allowed = ", ".join(f"« {v.value} »" for v in values)
    return _Key(
        f"une liste parmi {allowed}" if many else f"l’une des valeurs {allowed}", values, many, required
    )


_TEXT: Final = _Key("un texte entre guillemets", required=True)
_OPTIONAL: Final = _Key("un texte entre guillemets")
_LIST: Final = _Key('une liste de textes, comme ["a", "b"]', many=True)
_SHARED: Final = {
    "code": _TEXT,
    "titre": _TEXT,
    "etapes": _enum(Etape, many=True, required=True),
    "formations": _enum(Formation, many=True),
}
DOCUMENT_KEYS: Final = {
    **_SHARED,
    "modele": _TEXT,
    "pour": _enum(Pour, required=True),
    "diffusion": _enum(Diffusion),
    "projet_sauf": _OPTIONAL,
    "si": _LIST,
    "signature": _enum(Signature),
    "enveloppe": _enum(Enveloppe),
}
DOSSIER_KEYS: Final = {
    **_SHARED,
    "par": _enum(Pour, required=True),
    "pieces": _Key(_LIST.expected, many=True, required=True),
    "lecteurs": _enum(Diffusion, required=True),
    "couverture": _OPTIONAL,
    "sommaire": _OPTIONAL,
    "recto": _Key("true ou false", holds=bool),
    "numerotation": _OPTIONAL,
    "signature": _enum(Signature),
    "tirage": _Key("true ou false", holds=bool),
    "etiquettes": _enum(Etiquettes),
    "preuve": _Key("true ou false", holds=bool),
    "annexes_sans_balises": _enum(SansBalises),
    "volume": _Key("un nombre de pages, comme 500", holds=int),
}


def read_catalogue(path: Path, file: str) -> tuple[Catalogue, list[Finding]]:
    """Return the catalogue at ``path`` and its faults; a block with a fault is left out.

    Raises:
        Stop: MOD201 or MOD202 when there is nothing to read.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # Notepad may put a mark before the text
    except OSError as error:
        raise Stop(NO_CATALOGUE.at(Place(file))) from error
    except UnicodeDecodeError as error:
        raise Stop(BAD_TOML.at(Place(file), detail="il n’est pas enregistré en UTF-8")) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Stop(BAD_TOML.at(Place(file), detail=toml_detail(error))) from error
    known = {"document", "dossier"}
    findings = [_unknown(key, known, Place(file)) for key in data if key not in known]
    documents = {
        e["code"]: DocumentEntry(**e) for e in _blocks(data, "document", DOCUMENT_KEYS, file, findings)
    }
    dossiers = {e["code"]: DossierEntry(**e) for e in _blocks(data, "dossier", DOSSIER_KEYS, file, findings)}
    findings += _without_recipient(documents, file)
    blocks = data.get("document", [])
    declared = (
        {str(block.get("code")) for block in blocks if isinstance(block, dict)}
        if isinstance(blocks, list)
        else set()
    )
    faults = {code: _dossier_faults(dossier, documents, declared, file) for code, dossier in dossiers.items()}
    findings += [fault for found in faults.values() for fault in found]
    sound = {code: dossier for code, dossier in dossiers.items() if not faults[code]}
    catalogue = Catalogue(file, documents, sound)
    missing = (name for name in catalogue.templates() if not (path.parent / name).is_file())
    findings += [NO_TEMPLATE.at(Place(file), modele=name) for name in missing]
    return catalogue, findings


def _blocks(
    data: Mapping[str, Any], kind: str, keys: Mapping[str, _Key], file: str, findings: list[Finding]
) -> list[dict[str, Any]]:
    """Return the sound blocks of one kind, typed; tell the faults of the others."""
    found: list[dict[str, Any]] = []
    blocks = data.get(kind, [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        findings.append(BAD_VALUE.at(Place(file), cle=kind, attendu=f"un bloc [[{kind}]] pour chacun"))
        return found
    for number, block in enumerate(blocks, start=1):
        place = Place(file, part=f"{kind} « {block.get('code', f'n° {number}')} »")
        entry, faults = _entry(block, keys, place)
        if not faults and any(other["code"] == entry["code"] for other in found):
            faults = [DOUBLE_CODE.at(place, code=entry["code"])]
        findings += faults
        if not faults:
            found.append(entry)
    return found


def _entry(
    block: Mapping[str, Any], keys: Mapping[str, _Key], place: Place
) -> tuple[dict[str, Any], list[Finding]]:
    faults = [_unknown(key, keys, place) for key in block if key not in keys]
    entry: dict[str, Any] = {}
    for name, key in keys.items():
        if name not in block:
            if key.required:
                faults.append(MISSING_KEY.at(place, cle=name))
            continue
        try:
            entry[name] = _typed(block[name], key)
        except ValueError:
            faults.append(BAD_VALUE.at(place, cle=name, attendu=key.expected))
    outside = [name for name in FILES if re.search(r"[/\\:]", str(entry.get(name, "")))]
    faults += [BAD_VALUE.at(place, cle=name, attendu="le nom d’un fichier de ce dossier") for name in outside]
    if not faults and not re.fullmatch(r"[a-z0-9-]{1,40}", entry["code"]):
        faults.append(
            BAD_VALUE.at(place, cle="code", attendu="des minuscules sans accent, des chiffres et des tirets")
        )
    return entry, faults


def _typed(value: object, key: _Key) -> Any:
    """Return the value as its entry holds it; ValueError when it is not of the kind expected."""
    if key.many:
        if not isinstance(value, list):
            raise ValueError(value)
        one = _Key(key.expected, key.values)
        return tuple(_typed(item, one) for item in value)
    if type(value) is not key.holds or (type(value) is int and value <= 0):
        raise ValueError(value)
    return key.values(str(value)) if key.values else value


def _unknown(key: str, known: Any, place: Place) -> Finding:
    near = get_close_matches(key, list(known), n=1, cutoff=0.6)
    hint = f" Vouliez-vous « {near[0]} » ?" if near else ""
    return UNKNOWN_KEY.at(place, cle=key, suggestion=hint)


def _dossier_faults(
    dossier: DossierEntry, documents: Mapping[str, DocumentEntry], declared: Container[str], file: str
) -> list[Finding]:
    """Return what keeps a packet from being made: a piece that is unknown, left out, or too confidential.

    ``declared``: codes of the document blocks, those with a fault too.
    """
    place, order = Place(file, part=f"dossier « {dossier.code} »"), list(Diffusion)
    findings: list[Finding] = []
    for piece in dossier.pieces:
        document = documents.get(piece)
        if piece == ANNEXES:
            continue
        if document is None and piece in declared:
            findings.append(LEFT_OUT.at(place, piece=piece))
        elif document is None:
            near = get_close_matches(piece, documents, n=1, cutoff=0.6)
            hint = f" Vouliez-vous « {near[0]} » ?" if near else ""
            findings.append(UNKNOWN_PIECE.at(place, piece=piece, suggestion=hint))
        elif order.index(document.diffusion) > order.index(dossier.lecteurs):
            facts = {"piece": piece, "diffusion": document.diffusion, "lecteurs": dossier.lecteurs}
            findings.append(TOO_CONFIDENTIAL.at(place, **facts))
    return findings or _printing_faults(dossier, documents, place)


def _without_recipient(documents: dict[str, DocumentEntry], file: str) -> list[Finding]:
    """Leave out, and tell, the documents for an envelope that are written to nobody."""
    wrong = [d for d in documents.values() if d.enveloppe and d.pour not in WRITTEN_TO]
    reason = "le document n’a pas de destinataire"
    for document in wrong:
        del documents[document.code]
    return [
        BAD_PRINTING.at(Place(file, part=f"document « {d.code} »"), cle="enveloppe", raison=reason)
        for d in wrong
    ]


def _printing_faults(
    dossier: DossierEntry, documents: Mapping[str, DocumentEntry], place: Place
) -> list[Finding]:
    """Return why a packet cannot be one for the copy room, or of labels."""
    lines = {"tirage": dossier.tirage, "etiquettes": dossier.etiquettes}
    asked = [name for name, value in lines.items() if value]
    others = (dossier.couverture, dossier.sommaire, dossier.numerotation)
    letters = all(code in documents and documents[code].pour in WRITTEN_TO for code in dossier.pieces)
    reasons = {
        "un dossier est à tirer ou fait d’étiquettes, pas les deux": len(asked) > 1,
        "le dossier n’est pas par séance": dossier.par is not Pour.SEANCE,
        "une pièce n’a pas de destinataire": not letters,
        "ce qui s’imprime n’a ni couverture, ni sommaire, ni numérotation": any(others),
    }
    told = [reason for reason, is_wrong in reasons.items() if is_wrong][:1]
    return [BAD_PRINTING.at(place, cle=name, raison=reason) for name in asked[:1] for reason in told]
