"""What is checked around a conversion: a real Word file goes in, a whole PDF comes out.

A converter makes a PDF of nearly anything that bears the name .docx, an empty file or a web page included,
and says "done" of failures; so both sides are looked at here.
"""

from __future__ import annotations

import zipfile
from typing import Final

from clspd_docs.conversion.engine import Job
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place

NOT_WORD = Kind(
    "PDF101",
    Severity.ERROR,
    "Ce fichier n’est pas un document Word",
    "Ce fichier porte le nom d’un document Word (.docx) sans en être un : il n’est pas converti en PDF.",
    "Ouvrir le fichier d’où il vient, l’enregistrer dans Word au format « Document Word (*.docx) », "
    "puis relancer la commande.",
    bad="convocation.docx, en fait une page web enregistrée sous ce nom",
    good="convocation.docx, enregistré par Word au format « Document Word (*.docx) »",
)
LOCKED = Kind(
    "PDF102",
    Severity.ERROR,
    "Document Word protégé par un mot de passe",
    "Ce document est protégé par un mot de passe, ou enregistré dans l’ancien format .doc : "
    "il n’est pas converti en PDF.",
    "Dans Word : Fichier, Informations, Protéger le document, enlever le mot de passe ; "
    "enregistrer au format « Document Word (*.docx) », puis relancer la commande.",
)
UNREADABLE = Kind(
    "PDF103",
    Severity.ERROR,
    "Document Word introuvable",
    "Ce document est introuvable, ou l’ordinateur refuse de le lire : il n’est pas converti en PDF.",
    "Vérifier que le fichier existe et qu’aucun autre programme ne le tient ouvert, "
    "puis relancer la commande.",
)
NOT_WRITABLE = Kind(
    "PDF104",
    Severity.ERROR,
    "PDF impossible à écrire",
    "L’ordinateur refuse d’écrire le PDF de ce document.",
    "Fermer le PDF s’il est ouvert dans un autre programme, vérifier la place libre sur le disque, "
    "puis relancer la commande.",
)
REFUSED = Kind(
    "PDF105",
    Severity.ERROR,
    "Document que le convertisseur ne lit pas",
    "{programme} n’a pas pu convertir ce document en PDF : le fichier est sans doute abîmé.",
    "Ouvrir le document dans Word. S’il ne s’ouvre pas, reprendre une copie saine du modèle dont il vient, "
    "puis relancer la commande.",
)
TOO_SLOW = Kind(
    "PDF106",
    Severity.ERROR,
    "Conversion trop longue",
    "{programme} n’avait pas fini de convertir ce document au bout de {secondes} s, deux fois de suite.",
    "Alléger le modèle dont vient ce document (grandes images, tableaux imbriqués), ou accorder plus de temps "
    "(« delai_secondes » dans clspd-docs.toml), puis relancer la commande.",
)
CRASHED = Kind(
    "PDF107",
    Severity.ERROR,
    "Document qui fait tomber le convertisseur",
    "{programme} s’est arrêté net sur ce document, deux fois de suite.",
    "Ouvrir dans Word le modèle dont vient ce document, l’enregistrer sous un autre nom et essayer avec "
    "celui-là ; ou mettre LibreOffice à jour.",
)
EMPTY = Kind(
    "PDF108",
    Severity.ERROR,
    "PDF vide",
    "{programme} a rendu pour ce document un PDF vide ou incomplet.",
    "Vérifier la place libre sur le disque et que le document Word n’est pas vide, "
    "puis relancer la commande.",
)

KEEPS_FAILING = Kind(
    "ENV104",
    Severity.ERROR,
    "Le convertisseur échoue document après document",
    "{programme} s’est arrêté ou s’est tu sur {nombre} documents de suite ; le dernier est {nom}.",
    "Ces documents viennent sans doute du même modèle : l’ouvrir dans Word, l’enregistrer sous un autre "
    "nom. Sinon, redémarrer l’ordinateur ou mettre {programme} à jour, puis relancer la commande.",
)

TRIES: Final = 2  # of one document, by a fresh program the second time
LOST_IN_A_ROW: Final = 3
_OLE2: Final = b"\xd0\xcf\x11\xe0"  # an encrypted DOCX, or an old .doc
_TAIL: Final = 1024  # the PDF standard looks for its end mark there


def docx_fault(job: Job) -> Finding | None:
    """Return why ``job.docx`` cannot be a Word document (PDF101, PDF102, PDF103), or None."""
    place = Place(job.name)
    try:
        with job.docx.open("rb") as file:
            if file.read(4) == _OLE2:
                return LOCKED.at(place)
            with zipfile.ZipFile(file) as package:
                package.getinfo("[Content_Types].xml")
    except OSError:
        return UNREADABLE.at(place)
    except (zipfile.BadZipFile, KeyError, NotImplementedError):
        return NOT_WORD.at(place)
    return None


def target_fault(job: Job) -> Finding | None:
    """Make room for ``job.pdf``: its folder exists, itself not; return PDF104 when that is impossible."""
    try:
        job.pdf.parent.mkdir(parents=True, exist_ok=True)
        job.pdf.unlink(missing_ok=True)
    except OSError:
        return NOT_WRITABLE.at(Place(job.name))
    return None


def pdf_fault(job: Job, program: str, pages: int | None) -> Finding | None:
    """Return PDF108 when ``job.pdf`` is not a PDF with its beginning, its end and a page, or None.

    ``pages`` is None when the converter does not count them.
    """
    try:
        with job.pdf.open("rb") as file:
            head = file.read(5)
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL))
            whole = head == b"%PDF-" and b"%%EOF" in file.read()
    except OSError:
        whole = False
    return None if whole and pages != 0 else EMPTY.at(Place(job.name), programme=program)
