"""Faults of the blocks: pairs of tags, what they would take away, what they could leave empty."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from clspd_docs.findings import Kind, Severity
from clspd_docs.templates.explain import near_keyword
from clspd_docs.templates.lint_fixes import DOCXTPL_WORDS, STATEMENTS, corrected
from clspd_docs.templates.lint_scan import Fault, PartScan, TypedTag
from clspd_docs.templates.loops import repeated_lists
from clspd_docs.templates.parts import q
from clspd_docs.templates.tags import OPENING, is_fallback, split

NOT_CLOSED: Final = Kind(
    "MOD130",
    Severity.ERROR,
    "Bloc sans fin",
    "Le bloc ouvert par la balise {balise} n’est jamais fermé : il manque « {fin} ».",
    "Ajouter la balise de fin dans le modèle, à l’endroit où le bloc s’arrête.",
    bad="{%p if destinataire.est_actif %} … (fin du document)",
    good="{%p if destinataire.est_actif %} … {%p endif %}",
)
NOT_OPENED: Final = Kind(
    "MOD131",
    Severity.ERROR,
    "Fin de bloc sans début",
    "La balise {balise} ne correspond à aucun bloc ouvert avant elle.",
    "Ajouter la balise de début, ou supprimer celle-ci.",
)
CROSSED: Final = Kind(
    "MOD132",
    Severity.ERROR,
    "Blocs mal emboîtés",
    "La balise {balise} ferme le bloc ouvert par {debut} : le mot ou le préfixe (p, tr…) n’est pas le même.",
    "Fermer un bloc par la même sorte de balise : ici « {attendu} ».",
    bad="{%tr for m in membres %} … {% endfor %}",
    good="{%tr for m in membres %} … {%tr endfor %}",
)
LOST_TEXT: Final = Kind(
    "MOD133",
    Severity.ERROR,
    "Texte qui disparaîtrait",
    "À côté de la balise {balise}, le texte « {texte} » de la même ligne ou de la même rangée disparaîtrait.",
    "Mettre la balise seule sur sa ligne (p) ou seule dans une rangée du tableau (tr).",
    bad="{%p if destinataire.est_actif %} Madame, Monsieur,",
    good="{%p if destinataire.est_actif %}",
)
SPREAD: Final = Kind(
    "MOD138",
    Severity.WARNING,
    "Bloc à cheval sur plusieurs paragraphes",
    "Le bloc ouvert par la balise {balise} se ferme dans un autre paragraphe : ceux-ci pourraient se coller.",
    "Mettre le début et la fin chacun seul sur sa ligne, avec le préfixe p : « {{%p if … %}} », « {{%p endif %}} ».",
)
APART: Final = Kind(
    "MOD155",
    Severity.ERROR,
    "Bloc à cheval sur deux cellules",
    "La balise {balise} ferme un bloc ouvert ailleurs ({debut}) : le tableau, ou la page, serait défait.",
    "Ouvrir et fermer le bloc dans la même cellule, ou, pour répéter des rangées, par des balises « {{%tr … %}} » "
    "chacune dans sa rangée.",
    bad="{%p if x %} dans une cellule, {%p endif %} dans la suivante",
    good="les deux balises dans la même cellule",
)
SAME_ROW: Final = Kind(
    "MOD156",
    Severity.ERROR,
    "Début et fin dans la même rangée",
    "Les balises {debut} et {balise} sont dans la même rangée : l’une des deux disparaîtrait avec elle.",
    "Mettre chacune seule dans une rangée à elle, au-dessus et au-dessous de celle qui se répète.",
)
COULD_EMPTY: Final = Kind(
    "MOD157",
    Severity.WARNING,
    "Cellule qui peut rester vide",
    "Selon les cas, les blocs de {contenant} ne laissent aucun paragraphe : Word dirait le fichier endommagé.",
    "Ajouter une ligne vide tout à la fin, après la dernière balise « {{%p … %}} ».",
)
NO_ROW_LEFT: Final = Kind(
    "MOD158",
    Severity.WARNING,
    "Tableau qui peut rester sans rangée",
    "Si la liste est vide, ce tableau n’a plus aucune rangée : Word dirait le fichier endommagé.",
    "Garder une rangée d’en-tête, ou entourer le tableau de « {{%p if … %}} » et « {{%p endif %}} ».",
)
CONTINUED: Final = Kind(
    "MOD159",
    Severity.NOTE,
    "Numérotation qui continue d’une répétition à l’autre",
    "Cette liste, que son style numérote, est répétée par la boucle {balise} : ses numéros continuent d’un tour à "
    "l’autre.",
    "Si chaque tour doit repartir de 1 : dans Word, sélectionner ces lignes et les numéroter par le bouton "
    "« Numérotation » ; une telle liste repart à chaque tour.",
)

_MIDDLE: Final = frozenset({"else", "elif"})
_REMOVED: Final = {"p": q("w:p"), "tr": q("w:tr"), "tc": q("w:tc")}  # what docxtpl takes away with the tag
_HELD_BY: Final = {
    "tr": (q("w:tbl"),),
    "tc": (q("w:tr"),),
    "": (q("w:tc"), q("w:txbxContent"), q("w:footnote"), q("w:endnote")),
}
_CONTAINERS: Final = {
    q("w:tc"): "cette cellule",
    q("w:txbxContent"): "cette zone de texte",
    q("w:hdr"): "cet en-tête",
    q("w:ftr"): "ce pied de page",
    q("w:footnote"): "cette note",
    q("w:endnote"): "cette note",
}
_TEXT_SHOWN: Final = 40
_GLUED: Final = re.compile(r"^\{%-|-%\}$")  # docxtpl's own way to ask that paragraphs be joined


@dataclass(slots=True, eq=False)
class Block:
    """A block that is opened, and its end when it was met."""

    start: TypedTag
    holder: etree._Element | None
    end: TypedTag | None = None


class _Opened:
    """The blocks that wait for their end, the innermost last. An end finds its own at once, however many wait."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._ranks: dict[tuple[object, ...], list[int]] = defaultdict(list)

    def push(self, block: Block) -> None:
        for key in self._keys(block):
            self._ranks[key].append(len(self.blocks))
        self.blocks.append(block)

    def pop(self) -> Block:
        block = self.blocks.pop()
        for key in self._keys(block):
            self._ranks[key].pop()
        return block

    def rank(self, tag: TypedTag) -> int | None:
        """Return the rank of the innermost block that the tag may end or part in two, in the same place first."""
        held = [(tag.prefix, word, _holder(tag)) for word in _words(tag)]
        for keys in (held, [key[:2] for key in held]):
            ranks = [self._ranks[key][-1] for key in keys if self._ranks.get(key)]
            if ranks:
                return max(ranks)
        return None

    @staticmethod
    def _keys(block: Block) -> tuple[tuple[object, ...], ...]:
        start = block.start
        return (start.prefix, start.word), (start.prefix, start.word, block.holder)


def block_faults(part: PartScan) -> Iterator[Fault]:
    """Yield MOD130 to MOD133, MOD138 and MOD155 to MOD159."""
    blocks: list[Block] = []
    meant = [_meant(tag) for tag in part.meant]
    sound = set(part.tags)
    damaged = {(tag.holder, (tag.start, tag.end)) for tag in meant if tag not in sound}
    pairs = [fault for fault in _pairs(part, meant, blocks) if not _follows(fault, damaged)]
    yield from pairs
    told = {f.element for f in pairs if f.finding.kind is SAME_ROW}
    rows = {_row(tag) for tag in part.tags if tag.holder in told}
    for tag in (tag for tag in part.tags if not tag.is_comment):
        lost = _lost_text(tag)
        if lost and not (tag.prefix == "tr" and _row(tag) in rows):
            yield part.of_tag(LOST_TEXT, tag, texte=lost)
    if not pairs and not damaged:  # what a broken pair leaves is not known
        yield from _empty_containers(part)
        yield from _empty_tables(part, blocks)
    yield from _continued(part)


def _meant(tag: TypedTag) -> TypedTag:
    """Return a damaged statement as it was meant (« {%p If a %} », « {% si a %} »): its own fault is told elsewhere."""
    if not tag.is_statement or tag.word in STATEMENTS | DOCXTPL_WORDS:
        return tag
    prefix, body = split(corrected(tag.typed))
    word, _, rest = body.partition(" ")
    if word not in STATEMENTS:
        body = f"{near_keyword(word) or word} {rest}".rstrip()
    return replace(tag, prefix=prefix, body=body)


def _follows(fault: Fault, damaged: AbstractSet[object]) -> bool:
    """True for the missing end or start of a damaged tag: which one it lacks is known once it is mended."""
    return fault.finding.kind in {NOT_CLOSED, NOT_OPENED} and (fault.element, fault.span) in damaged


def _pairs(part: PartScan, tags: Sequence[TypedTag], blocks: list[Block]) -> Iterator[Fault]:
    """Match each end with its start, in the order in which Jinja meets them; the sound pairs go to ``blocks``."""
    opened = _Opened()
    for tag in (tag for tag in tags if tag.is_statement):
        if tag.word in OPENING:
            opened.push(Block(tag, _holder(tag)))
        elif tag.word in _MIDDLE or (tag.word.startswith("end") and tag.word.removeprefix("end") in OPENING):
            yield from _forgotten(part, opened, tag)
            if not opened.blocks:
                yield part.of_tag(NOT_OPENED, tag)
                continue
            block = opened.blocks[-1] if tag.word in _MIDDLE else opened.pop()
            faults = list(_pair_faults(part, block.start, tag))
            yield from faults
            if not faults and tag.word not in _MIDDLE:
                block.end = tag
                blocks.append(block)
    for block in opened.blocks:
        yield part.of_tag(NOT_CLOSED, block.start, fin=_ending(block.start))


def _forgotten(part: PartScan, opened: _Opened, tag: TypedTag) -> Iterator[Fault]:
    """Close, with a fault, the blocks that lack their end when ``tag`` is the end of one around them."""
    rank = opened.rank(tag)
    while rank is not None and len(opened.blocks) > rank + 1:
        start = opened.pop().start
        yield part.of_tag(NOT_CLOSED, start, fin=_ending(start))


def _words(tag: TypedTag) -> tuple[str, ...]:
    """Return the first words of the blocks that the tag may end, or part in two."""
    return {"else": ("for", "if"), "elif": ("if",)}.get(tag.word) or (tag.word.removeprefix("end"),)


def _ending(start: TypedTag) -> str:
    return f"{{%{start.prefix and start.prefix + ' '}end{start.word} %}}".replace("{%end", "{% end")


def _pair_faults(part: PartScan, start: TypedTag, tag: TypedTag) -> Iterator[Fault]:
    wrong_word = tag.word not in _MIDDLE and tag.word != f"end{start.word}"
    if wrong_word or tag.prefix != start.prefix:
        expected = (
            _ending(start)
            if tag.word not in _MIDDLE
            else _ending(start).replace("end" + start.word, tag.word)
        )
        yield part.of_tag(CROSSED, tag, debut=start.shown, attendu=expected)
    elif _holder(tag) is not _holder(start):
        yield part.of_tag(APART, tag, debut=start.shown)
    elif tag.prefix == "tr" and (row := _row(tag)) is not None and row is _row(start):
        yield part.of_tag(SAME_ROW, tag, debut=start.shown)
    elif not tag.prefix and tag.holder is not start.holder and not _may_spread(start, tag):
        yield part.of_tag(SPREAD, start)


def _may_spread(start: TypedTag, tag: TypedTag) -> bool:
    """True for a middle tag, and where the author asks that the paragraphs be joined."""
    return tag.word in _MIDDLE or any(_GLUED.search(typed) for typed in (start.typed, tag.typed))


def _holder(tag: TypedTag) -> etree._Element | None:
    """Return what both ends of a block must share: their table, their row, their cell; None for the page."""
    return next(tag.holder.iterancestors(*_HELD_BY.get(tag.prefix, _HELD_BY[""])), None)


def _row(tag: TypedTag) -> etree._Element | None:
    return next(tag.holder.iterancestors(q("w:tr")), None)


def _lost_text(tag: TypedTag) -> str:
    """Return what docxtpl would take away besides the tag."""
    if tag.prefix not in _REMOVED:
        return ""
    removed = next(
        (e for e in (tag.holder, *tag.holder.iterancestors()) if e.tag == _REMOVED[tag.prefix]), None
    )
    if removed is None:
        return ""
    text = "".join(t.text or "" for t in removed.iter(q("w:t")))
    lost = " ".join(text.replace(tag.typed, "", 1).split())
    if not lost and tag.prefix != "tc" and next(removed.iter(q("wp:docPr")), None) is not None:
        return "(image)"
    return lost if len(lost) <= _TEXT_SHOWN else f"{lost[: _TEXT_SHOWN - 1]}…"


# --- What may be left of a container: nothing, or something whose last element is a paragraph, or is not.

_NOTHING, _PARAGRAPH, _OTHER = "nothing", "paragraph", "other"


def _outcomes(items: Sequence[etree._Element | TypedTag], kept: str) -> set[str]:
    """Return what may be last among the items once the blocks have run.

    Args:
        items: In order; a tag stands for the paragraph or the row that goes with it.
        kept: XML name of what counts (« w:p », « w:tr »).
    """
    frames: list[tuple[set[str], set[str]]] = [({_NOTHING}, set())]  # of this branch, of those before it
    has_else: list[bool] = [True]
    for item in items:
        now, before = frames[-1]
        if not isinstance(item, TypedTag):
            frames[-1] = ({_PARAGRAPH if item.tag == q(kept) else _OTHER}, before)
        elif item.word in OPENING:
            frames.append(({_NOTHING}, set()))
            has_else.append(item.word not in {"for", "if"})
        elif item.word in _MIDDLE and len(frames) > 1:
            frames[-1] = ({_NOTHING}, before | now)
            has_else[-1] = has_else[-1] or item.word == "else"
        elif item.word.startswith("end") and len(frames) > 1:
            frames.pop()
            inside = now | before | (set() if has_else.pop() else {_NOTHING})
            outer, earlier = frames[-1]
            frames[-1] = ((inside - {_NOTHING}) | (outer if _NOTHING in inside else set()), earlier)
    return frames[0][0] if len(frames) == 1 else {_PARAGRAPH}


def _empty_containers(part: PartScan) -> Iterator[Fault]:
    lines = {tag.holder: tag for tag in part.tags if tag.prefix == "p" and tag.is_statement}
    containers = dict.fromkeys(parent for line in lines if (parent := line.getparent()) is not None)
    for container in containers:
        name = _CONTAINERS.get(str(container.tag))
        if name is None:
            continue
        children = [e for e in container if e.tag in {q("w:p"), q("w:tbl"), q("w:sdt")}]
        last = _outcomes([lines.get(child, child) for child in children], "w:p")
        if _NOTHING in last or (container.tag == q("w:tc") and _OTHER in last):
            tags = [lines[child] for child in children if child in lines]
            yield part.of_tag(COULD_EMPTY, tags[-1], contenant=name)


def _empty_tables(part: PartScan, blocks: list[Block]) -> Iterator[Fault]:
    """Yield the tables of which every row may go, unless a block around the table decides that it is there."""
    by_row = {row: tag for tag in part.tags if tag.prefix == "tr" and (row := _row(tag)) is not None}
    tables = dict.fromkeys(next(row.iterancestors(q("w:tbl"))) for row in by_row)
    surrounded = _surrounded(blocks)
    for table in tables:
        rows = [row for row in table.iter(q("w:tr")) if next(row.iterancestors(q("w:tbl"))) is table]
        if _NOTHING in _outcomes([by_row.get(row, row) for row in rows], "w:tr"):
            tag = next(by_row[row] for row in rows if row in by_row)
            if table not in surrounded:
                yield part.of_tag(NO_ROW_LEFT, tag)


def _surrounded(blocks: list[Block]) -> set[etree._Element]:
    """Return what stands between the two lines of a block of lines, at their own level."""
    steps: dict[etree._Element, int] = defaultdict(int)
    parents: dict[etree._Element, None] = {}
    for block in (block for block in blocks if block.start.prefix == "p" and block.end is not None):
        assert block.end is not None
        first, last = block.start.holder, block.end.holder
        parent = first.getparent()
        if parent is not None and last.getparent() is parent:
            steps[first] += 1
            steps[last] -= 1
            parents[parent] = None
    found = set()
    for parent in parents:
        depth = 0
        for child in parent:
            depth += steps.get(child, 0)
            if depth:
                found.add(child)
    return found


def _continued(part: PartScan) -> Iterator[Fault]:
    """Yield the lists, numbered by a style, that a loop repeats without starting them again; once per list."""
    told: set[str] = set()
    for loop, used, first in repeated_lists(part.root, part.styled) if part.styled else ():
        if used not in told and not is_fallback(first):
            told.add(used)
            tags = (tag for tag in part.tags if tag.holder is loop.holder)
            yield part.at(CONTINUED, first, balise=next(tags).shown)
