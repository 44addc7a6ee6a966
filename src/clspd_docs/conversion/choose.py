"""Which converter this machine uses, and why: the setting, else LibreOffice, else Word, else a preview."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clspd_docs.conversion.apercu import Apercu, asked_apercu, find_apercu
from clspd_docs.conversion.engine import Engine, Moteur
from clspd_docs.conversion.find import MISSING, OfficeProgram, find_office
from clspd_docs.conversion.gotenberg import Gotenberg, Server, find_gotenberg
from clspd_docs.conversion.pool import Pool
from clspd_docs.conversion.serial import ENGINE
from clspd_docs.conversion.word import Word, WordProgram, asked_word, find_word
from clspd_docs.errors import Stop
from clspd_docs.findings import Finding, Kind, Severity

PREVIEW = Kind(
    "ENV110",
    Severity.WARNING,
    "PDF d’aperçu, à ne pas signer",
    "Les PDF sont des aperçus à relire, marqués « APERÇU », sans balises ni PDF/A : {raison}. Les dossiers à "
    "signer sont retenus.",
    "Installer LibreOffice (https://fr.libreoffice.org), puis relancer la commande : tout sera refait.",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """The converter to use.

    Args:
        name: "LibreOffice".
        version: "7.4.7.2".
        why: In French, after "parce que" or a colon.
        open: Gives the engine, from the most workers at once and the seconds that a document may take.
        program: The LibreOffice, when it is one of this machine.
        is_preview: Its PDFs are not to be signed.
    """

    name: str
    version: str
    why: str
    open: Callable[[int, float], Engine]
    program: OfficeProgram | None = None
    is_preview: bool = False

    @property
    def findings(self) -> tuple[Finding, ...]:
        """ENV110 when the PDFs are previews."""
        return (PREVIEW.at(ENGINE, raison=self.why),) if self.is_preview else ()

    def as_json(self) -> dict[str, object]:
        """Return what reports say of the converter."""
        return {"name": self.name, "version": self.version, "why": self.why, "preview": self.is_preview}


def choose(moteur: str = Moteur.AUTO, *, soffice: str | None = None, url: str = "") -> Choice:
    """Return the converter to use; no program is started.

    Args:
        moteur: A value of ``Moteur``.
        soffice: Where LibreOffice is; None to look for it.
        url: Address of the Gotenberg server.

    Raises:
        Stop: ENV101 when there is none; ENV102, ENV106, ENV108, ENV109 when the one asked for cannot be used
            (exit code PROGRAM_MISSING).
    """
    asked = "demandé dans clspd-docs.toml"
    match Moteur(moteur):
        case Moteur.LIBREOFFICE:
            return _office(find_office(soffice), asked)
        case Moteur.WORD:
            return _word(asked_word(), asked)
        case Moteur.GOTENBERG:
            return _gotenberg(find_gotenberg(url))
        case Moteur.APERCU:
            return _apercu(asked_apercu(), asked)
        case Moteur.AUTO:
            return _found(soffice)


def _found(soffice: str | None) -> Choice:
    try:
        return _office(find_office(soffice), "trouvé sur cet ordinateur")
    except Stop as stop:
        if stop.finding.kind is not MISSING:  # one was named, and is not there
            raise
        word = find_word()
        if not word.fault:
            return _word(word, "présent sur cet ordinateur, qui n’a pas LibreOffice")
        version = find_apercu()
        if version:
            return _apercu(version, "cet ordinateur n’a ni LibreOffice ni Word utilisable")
        raise


def _office(program: OfficeProgram, why: str) -> Choice:
    def opened(workers: int, seconds: float) -> Engine:
        return Pool(program, workers=workers, timeout_seconds=seconds)

    return Choice(Pool.name, program.version, why, opened, program)


def _word(program: WordProgram, why: str) -> Choice:
    def opened(_: int, seconds: float) -> Engine:
        return Word(program, timeout_seconds=seconds)

    return Choice(Word.name, program.version, why, opened)


def _gotenberg(server: Server) -> Choice:
    def opened(workers: int, seconds: float) -> Engine:
        return Gotenberg(server, workers=workers, timeout_seconds=seconds)

    return Choice(Gotenberg.name, server.version, "demandé dans clspd-docs.toml", opened)


def _apercu(version: str, why: str) -> Choice:
    def opened(_: int, seconds: float) -> Engine:
        return Apercu(version, timeout_seconds=seconds)

    return Choice(Apercu.name, version, why, opened, is_preview=True)
