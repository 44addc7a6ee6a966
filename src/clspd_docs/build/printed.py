"""Packets that are not to sign but to print: the copy room's batch, sheets of labels; letters seen in their envelope."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from clspd_docs.documents.catalogue import DossierEntry
from clspd_docs.documents.contexts import adresse_postale
from clspd_docs.documents.plan import DocumentJob, DossierJob
from clspd_docs.documents.postage import POSTED, PRINTED, channel, not_printed
from clspd_docs.domain.french import majuscule, pluriel
from clspd_docs.findings import Finding
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.envelopes import WINDOWS, window_faults
from clspd_docs.packets.labels import SHEETS, labels
from clspd_docs.packets.printing import Mail, copy_room, in_posting_order
from clspd_docs.packets.spec import Packet, PacketSpec, Part

_NAMED = 6  # letters still to come that the count sheet names


def is_printed(entry: DossierEntry) -> bool:
    """True when the packet is not to sign but to print."""
    return bool(entry.tirage or entry.etiquettes)


def printing(job: DossierJob, documents: Sequence[DocumentJob], missing: Sequence[str]) -> tuple[object, ...]:
    """Return what a packet to print depends on beside its pieces: channels, addresses, what its first sheet says."""
    if not is_printed(job.entry):
        return ()
    letters = [
        (d.key, channel(d.recipient), adresse_postale(d.recipient)) for d in documents if d.key in job.pieces
    ]
    return (*letters, *_notes(job.entry, documents, missing))


def bound(
    job: DossierJob,
    spec: PacketSpec,
    parts: Sequence[Part],
    documents: Sequence[DocumentJob],
    missing: Sequence[str],
) -> Packet:
    """Return the packet of ``parts``, as its entry asks: joined, sorted for the copy room, or as labels.

    Raises:
        Stop: DOS101, a part that is not a readable PDF.
    """
    if not is_printed(job.entry):
        return assemble(spec, parts)
    recipients = {d.key: d.recipient for d in documents if d.key in job.pieces}
    mails = [
        Mail(part, majuscule(channel(recipients[part.key])), adresse_postale(recipients[part.key]))
        for part in parts
    ]
    channels = [majuscule(name) for name in PRINTED]
    if job.entry.tirage:
        return copy_room(spec, mails, channels, _notes(job.entry, documents, missing)).packet
    addresses = dict.fromkeys(mail.address for mail in in_posting_order(mails, channels))
    sheet = labels(spec.title, list(addresses), SHEETS[job.entry.etiquettes or ""])
    return assemble(spec, [Part("etiquettes", job.title, sheet)])


def _notes(entry: DossierEntry, documents: Sequence[DocumentJob], missing: Sequence[str]) -> list[str]:
    """Return what the count sheet says of the letters that are not in the batch."""
    letters = [d.recipient for d in documents if d.entry.code in entry.pieces]
    notes = [not_printed(letters), *(f"Retenu, à tirer plus tard : {title}" for title in missing[:_NAMED])]
    if len(missing) > _NAMED:
        notes.append(f"et {pluriel(len(missing) - _NAMED, 'autre')}.")
    return [note for note in notes if note]


def envelope_faults(job: DocumentJob, letter: Path) -> list[Finding]:
    """Return what is wrong with the address of a posted letter behind the window that its entry names."""
    window = job.entry.enveloppe
    if window is None or channel(job.recipient) not in POSTED:
        return []
    place = job.recipient.origine.place()
    return window_faults(letter.read_bytes(), adresse_postale(job.recipient), WINDOWS[window], place)
