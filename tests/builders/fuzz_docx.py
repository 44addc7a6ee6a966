"""Damaged templates, by the thousand: a real one, and a few changes of its bytes, of its members, of its tags.

``case(seeds, seed, number)`` always gives the same file for the same numbers. What the files must give is said
where they are used: ``tools/fuzz_templates.py``.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from builders.docx import Docx, cell

Parts = dict[str, bytes]
Mutation = Callable[[random.Random, Parts], None]
_BODY: Final = "word/document.xml"
_ELEMENT: Final = re.compile(rb"</?[\w:]+(?:\s[^<>]*)?>")
_TEXT: Final = re.compile(rb"(?<=>)[^<>]+(?=</w:t>)")
_TAG: Final = re.compile(rb"\{[{%].*?[%}]\}")

TAGS: Final = (
    *("{{", "}}", "{%", "%}", "{#", "{{ x", "{{{{ x }}}}", "{{ }}", "{% %}", "{{ « x » }}", "{%p", "{%tr %}"),
    *(
        "{% for x in y %}",
        "{% endfor %}",
        "{%p if x %}",
        "{%p endif %}",
        "{%tr for p in points %}",
        "{%tr endfor %}",
    ),
    *(
        "{%tc for x in points %}",
        "{%tc endfor %}",
        "{% colspan 9 %}",
        "{% hm %}",
        "{% vm %}",
        "{% cellbg x %}",
    ),
    *(
        "{{ ''.__class__.__mro__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ lipsum() }}",
        "{{ x|attr('a') }}",
    ),
    *(
        "{{ 'x' * 10**9 }}",
        "{{ range(10**9) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '{:>999999999}'.format(1) }}",
    ),
    *("{% macro m() %}{{ m() }}{% endmacro %}", "{% include 'x' %}", "{% raw %}", "{% set x = x ~ x %}"),
    "{% for a in points %}{% for b in points %}{% for c in points %}{{ c }}{% endfor %}{% endfor %}{% endfor %}",
    *(
        "{{ " + "(" * 300 + "1" + ")" * 300 + " }}",
        "{{ " + "not " * 200 + "x }}",
        "{{ x" + "|upper" * 120 + " }}",
    ),
    *(
        "{{ [" + "[" * 90 + "]" * 90 + "] }}",
        "{{ 9" + "9" * 900 + " }}",
        "{{r x }}",
        "{%- if x -%}",
        "{{ x\u200b }}",
    ),
    *(
        "{{ x.y.z }}",
        "{{ points }}",
        "{{ points|length }}",
        "{{ points[99] }}",
        "{{ 1/0 }}",
        "{_{ x }_}",
        "\u202e{{ x }}",
    ),
)
XML: Final = (
    *(
        "<w:p/>",
        "<w:tbl><w:tblGrid/></w:tbl>",
        "<w:tc/>",
        "<w:r><w:r/></w:r>",
        "<w:t>x</w:t>",
        "</w:p>",
        "<w:p>",
    ),
    *('<w:altChunk r:id="rId1"/>', '<w:ins w:id="1"><w:r><w:t>x</w:t></w:r></w:ins>', '<w:del w:id="2"/>'),
    *(
        "<!-- x -->",
        "<?x y?>",
        "<![CDATA[{{ x }}]]>",
        "&lol;",
        "<w:sdt><w:sdtContent/></w:sdt>",
        "<w:numPr/>",
    ),
    *(
        '<w:fldSimple w:instr="DATE"/>',
        "<w:instrText>INCLUDETEXT http://127.0.0.1:9/x</w:instrText>",
        "<x:y/>",
    ),
    *("<w:pict/>", '<wp:docPr id="x" descr="image:logo"/>', '<w:br w:type="page"/>', "<w:sectPr/>", "\x00"),
)


def seeds(folder: Path) -> dict[str, bytes]:
    """Return the templates that are damaged: those shipped, and one that holds a little of everything."""
    shipped = {path.name: path.read_bytes() for path in sorted(folder.glob("*.docx"))}
    return {"riche.docx": rich(), **shipped}


def rich() -> bytes:
    """Return a template with loops, conditions, a picture, a header, a note and a title."""
    loop = "".join(map(cell, ("{%tc for p in points %}", "{{ p.titre }}", "{%tc endfor %}")))
    return (
        Docx("Madame {{ membre.nom }},", "{%p if ville %}", "À {{ ville|de }}", "{%p endif %}")
        .table(
            ["N°", "Point"],
            ["{%tr for p in points %}", ""],
            ["{{ loop.index }}", "{{ p.titre }}"],
            ["{%tr endfor %}", ""],
        )
        .xml(f'<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="3000"/></w:tblGrid><w:tr>{loop}</w:tr></w:tbl>')
        .picture("image:logo|Logo {{ ville }}")
        .header("{{ ville }}", alt="image:logo|Logo")
        .footer("{% for p in points %}{{ p.rang }}{% endfor %}")
        .footnote("{{ date|date_longue }}")
        .title("{{ membre.nom }}")
        .build()
    )


def case(known: Mapping[str, bytes], seed: int, number: int) -> tuple[str, str, bytes]:
    """Return the name of the template, what was done to it, and its bytes."""
    chance = random.Random(f"{seed}-{number}")
    name = chance.choice(list(known))
    if chance.random() < 0.1:
        return name, "octets", _bytes(chance, known[name])
    with zipfile.ZipFile(io.BytesIO(known[name])) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    done = chance.choices(_MUTATIONS, k=chance.choice((1, 1, 2, 3)))
    for mutation in done:
        mutation(chance, parts)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, raw in parts.items():
            archive.writestr(member, raw)
    return name, " + ".join(mutation.__name__.strip("_") for mutation in done), stream.getvalue()


def _bytes(chance: random.Random, raw: bytes) -> bytes:
    """Flip, cut or repeat some bytes of the file."""
    data = bytearray(raw)
    for _ in range(chance.choice((1, 3, 10))):
        at, size = chance.randrange(len(data)), chance.choice((1, 4, 40, 400))
        how = chance.randrange(4)
        if how == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            del data[at : at + size]
        elif how == 2:
            data[at:at] = data[at : at + size]
        else:
            data[at : at + size] = chance.randbytes(size)
        if not data:
            break
    return bytes(data)


def _some_part(chance: random.Random, parts: Parts) -> str:
    names = [name for name in parts if name.endswith((".xml", ".rels"))]
    return _BODY if _BODY in parts and chance.random() < 0.7 else chance.choice(names or list(parts))


def _member_lost(chance: random.Random, parts: Parts) -> None:
    parts.pop(chance.choice(list(parts)))
    parts.setdefault("reste.txt", b"x")


def _member_swapped(chance: random.Random, parts: Parts) -> None:
    one, other = chance.choice(list(parts)), chance.choice(list(parts))
    parts[one], parts[other] = parts[other], parts[one]


def _member_cut(chance: random.Random, parts: Parts) -> None:
    name = _some_part(chance, parts)
    parts[name] = parts[name][: chance.randrange(len(parts[name]) + 1)]


def _element_lost(chance: random.Random, parts: Parts) -> None:
    name = _some_part(chance, parts)
    found = list(_ELEMENT.finditer(parts[name]))
    if found:
        one = chance.choice(found)
        parts[name] = parts[name][: one.start()] + parts[name][one.end() :]


def _piece_moved(chance: random.Random, parts: Parts) -> None:
    """Move or repeat a piece between two element marks."""
    name = _some_part(chance, parts)
    raw, found = parts[name], list(_ELEMENT.finditer(parts[name]))
    if len(found) < 3:
        return
    start, end, target = (chance.choice(found).start() for _ in range(3))
    start, end = min(start, end), max(start, end)
    piece = raw[start:end][:20_000]
    kept = raw if chance.random() < 0.5 else raw[:start] + raw[end:]
    parts[name] = kept[:target] + piece * chance.choice((1, 1, 2, 50)) + kept[target:]


def _paragraph_moved(chance: random.Random, parts: Parts) -> None:
    """Move, lose or repeat a paragraph, a row or a run: the file stays well formed."""
    name = _some_part(chance, parts)
    element = chance.choice((b"w:p", b"w:tr", b"w:r", b"w:tc"))
    pattern = re.compile(rb"<%b(?: [^>]*)?>(?:(?!<%b[ >]).)*?</%b>" % (element, element, element), re.DOTALL)
    found = list(pattern.finditer(parts[name]))
    if found:
        one, other = chance.choice(found), chance.choice(found)
        pieces = [other[0], one[0] * chance.choice((0, 0, 1, 2, 200))]
        raw = parts[name]
        parts[name] = raw[: one.start()] + b"".join(pieces) + raw[one.end() :]


def _xml_added(chance: random.Random, parts: Parts) -> None:
    name = _some_part(chance, parts)
    found = list(_ELEMENT.finditer(parts[name]))
    at = chance.choice(found).start() if found else 0
    times = chance.choice((1, 1, 1, 300, 20_000))
    parts[name] = parts[name][:at] + chance.choice(XML).encode() * times + parts[name][at:]


def _tag_added(chance: random.Random, parts: Parts) -> None:
    name = _some_part(chance, parts)
    found = list(_TEXT.finditer(parts[name]))
    if found:
        one = chance.choice(found)
        tag = chance.choice(TAGS).replace("&", "&amp;").replace("<", "&lt;").encode()
        at = chance.randint(one.start(), one.end())
        parts[name] = parts[name][:at] + tag * chance.choice((1, 1, 1, 30, 2000)) + parts[name][at:]


def _tag_changed(chance: random.Random, parts: Parts) -> None:
    """Break a tag of the template: lose some of its characters, or repeat it."""
    name = _some_part(chance, parts)
    found = list(_TAG.finditer(parts[name]))
    if found:
        one = chance.choice(found)
        tag = one[0]
        at = chance.randrange(len(tag))
        new = chance.choice(
            (b"", tag[:at], tag[:at] + tag[at + 1 :], tag * 2, tag.replace(b" ", b""), tag + b" " + tag[:at])
        )
        parts[name] = parts[name][: one.start()] + new + parts[name][one.end() :]


def _nested(chance: random.Random, parts: Parts) -> None:
    """Put a text inside many elements, or many blocks."""
    name = _some_part(chance, parts)
    found = list(_TEXT.finditer(parts[name]))
    if found:
        one, depth = chance.choice(found), chance.choice((20, 90, 500, 2000, 6000))
        start, end = chance.choice(
            (
                (b"{% if 1 %}", b"{% endif %}"),
                (b"{% for x in points %}", b"{% endfor %}"),
                (b"<w:sdt>", b"</w:sdt>"),
            )
        )
        parts[name] = (
            parts[name][: one.start()] + start * depth + one[0] + end * depth + parts[name][one.end() :]
        )


def _linked(chance: random.Random, parts: Parts) -> None:
    """Link the document to something outside."""
    name = "word/_rels/document.xml.rels"
    kind = chance.choice(
        ("image", "oleObject", "attachedTemplate", "aFChunk", "subDocument", "frame", "hyperlink")
    )
    target = chance.choice(
        ("http://127.0.0.1:9/x", "file:///etc/passwd", "//hote/partage", "C:\\x.docx", "x.xml")
    )
    mode = chance.choice(('TargetMode="External"', ""))
    link = (
        '<Relationship Id="rIdFuzz" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        f'{kind}" Target="{target}" {mode}/></Relationships>'
    )
    if name in parts:
        parts[name] = parts[name].replace(b"</Relationships>", link.encode())


_MUTATIONS: Final[tuple[Mutation, ...]] = (
    *(_member_lost, _member_swapped, _member_cut, _element_lost, _piece_moved, _xml_added, _linked, _nested),
    *(
        _tag_added,
        _tag_added,
        _tag_added,
        _tag_added,
        _tag_added,
        _tag_changed,
        _tag_changed,
        _tag_changed,
        _tag_changed,
    ),
    *(_paragraph_moved, _paragraph_moved, _paragraph_moved, _nested),
)
