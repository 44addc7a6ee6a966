"""What acts by itself in a PDF from elsewhere, and its removal: scripts, actions, attached files, media.

What is kept is listed, not what is removed: an action that is not a jump in the file or a link to the web goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream
from pikepdf.sanitize import Sanitizer

from clspd_docs.packets.structure import as_list

_HARMLESS: Final = frozenset({"/GoTo", "/Named", "/URI"})
_WEB: Final = ("http://", "https://", "mailto:", "tel:")
_NAMED: Final = frozenset({"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"})
_HARMFUL: Final = frozenset(
    f"/{name}"
    for name in (
        *("JavaScript", "Launch", "SubmitForm", "ImportData", "ResetForm", "GoToR", "GoToE"),
        *("Rendition", "Movie", "Sound", "RichMediaExecute", "GoTo3DView"),
    )
)
_MEDIA: Final = frozenset(
    f"/{name}" for name in ("3D", "RichMedia", "Screen", "Movie", "Sound", "FileAttachment")
)
# Keys that lead to an action; to a program or to a file inside the file.
_ACTION_KEYS: Final = frozenset({"/A", "/PA", "/Next", "/OpenAction"})
_CARRIERS: Final = frozenset(
    f"/{name}"
    for name in (
        *("XFA", "JS", "JavaScript", "EF", "EmbeddedFiles", "Collection"),
        *("RichMediaContent", "3DD", "Rendition", "Renditions", "Movie", "Sound", "OPI", "PS"),
    )
)


def disarm(pdf: Pdf) -> None:
    """Remove scripts, automatic actions, attached files and media; plain links to the web stay."""
    Sanitizer().remove_javascript().remove_multimedia().remove_attachments().apply(pdf)
    for page in pdf.pages:
        notes = as_list(page.obj.get("/Annots"))
        kept = [each for each in notes if not (isinstance(each, Dictionary) and _is_media(each))]
        if len(kept) < len(notes):
            page.obj.Annots = Array(kept)
    for holder in dictionaries(pdf):
        for key, value in list(holder.items()):
            if _acts(holder, key, value):
                del holder[key]


def dictionaries(pdf: Pdf) -> Iterator[Object]:
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


def _acts(holder: Object, key: str, value: Object) -> bool:
    if key in _CARRIERS:
        return not _is_resource(value)
    if key == "/F" and isinstance(holder, Stream):  # its content is in another file
        return True
    if key == "/AF":
        return any(
            isinstance(each, Dictionary) and each.get("/Type") == Name.Filespec for each in as_list(value)
        )
    actions = as_list(value) if key == "/Next" else [value]
    if key in _ACTION_KEYS:
        return any(
            isinstance(each, Dictionary) and "/S" in each and not _is_harmless(each) for each in actions
        )
    return _is_trigger(key, value) or _is_harmful(value)


def _is_resource(value: Object) -> bool:
    """Tell a font or a picture of a page, which may have any name."""
    return isinstance(value, Dictionary | Stream) and (
        value.get("/Type") == Name.Font or value.get("/Subtype") in {Name.Image, Name.Form}
    )


def _is_harmless(action: Object) -> bool:
    kind = str(action.get("/S"))
    if kind == "/URI":
        return str(action.get("/URI", "")).strip().lower().startswith(_WEB)
    if kind == "/Named":
        return str(action.get("/N")) in _NAMED
    return kind in _HARMLESS


def _is_trigger(key: str, value: Object) -> bool:
    """Tell additional actions (an action per event) from a resource that happens to be called AA."""
    if key != "/AA" or not isinstance(value, Dictionary):
        return False
    return all(isinstance(action, Dictionary) and "/S" in action for action in value.values())


def _is_harmful(value: Object) -> bool:
    return isinstance(value, Dictionary) and str(value.get("/S")) in _HARMFUL


def _is_media(annotation: Object) -> bool:
    return str(annotation.get("/Subtype")) in _MEDIA
