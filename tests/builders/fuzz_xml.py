"""Changes of the XML parts of a workbook: elements, attributes, texts, encodings, the parts themselves."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

from lxml import etree

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
Parts = dict[str, bytes]
Mutation = Callable[[Parts, random.Random], None]

NUMBERS: Final = [
    *[
        "0",
        "-1",
        "1",
        "2",
        "17",
        "999999",
        "2147483648",
        "4294967295",
        "18446744073709551616",
        "1e308",
        "NaN",
        "",
        " ",
        "0x10",
        "1.5",
        "１２",
        "true",
    ],
    "9" * 400,
]
REFS: Final = [
    "A1",
    "XFD1048576",
    "A1:XFD1048576",
    "A1:A1048577",
    "AAAA1",
    "A0",
    "1A",
    "$A$1:$B",
    "B2:A1",
    "A:A",
    "Membres!A1",
    "#REF!",
    "",
    "A1:A1 B2",
    "R1C1",
    "é1",
]
ANYTHING: Final = [*NUMBERS, *REFS, "x" * 5000, "é\u0301\u200b", "]]>", "%s{0}", "../../etc/passwd", "\u202e"]


def _xml_part(parts: Parts, rng: random.Random) -> str:
    names = [name for name in parts if name.endswith((".xml", ".rels", ".vml"))]
    return rng.choices(names, [4 if "worksheets/sheet" in n or "content" in n else 1 for n in names])[0]


def tree(parts: Parts, name: str) -> etree._Element | None:
    try:
        return etree.fromstring(parts[name], etree.XMLParser(huge_tree=True, resolve_entities=False))
    except (etree.XMLSyntaxError, ValueError):
        return None  # an earlier change has already broken it


def keep(parts: Parts, name: str, root: etree._Element) -> None:
    parts[name] = etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def _some(root: etree._Element, rng: random.Random, most: int = 5) -> list[etree._Element]:
    elements = [e for e in root.iter() if isinstance(e.tag, str)]
    return rng.sample(elements, min(len(elements), rng.randint(1, most)))


def remove(parts: Parts, rng: random.Random) -> None:
    """Remove elements."""
    name = _xml_part(parts, rng)
    if (root := tree(parts, name)) is not None:
        for element in _some(root, rng):
            if (parent := element.getparent()) is not None:
                parent.remove(element)
        keep(parts, name, root)


def repeat(parts: Parts, rng: random.Random) -> None:
    """Repeat elements, next to themselves or elsewhere."""
    name = _xml_part(parts, rng)
    if (root := tree(parts, name)) is not None:
        for element in _some(root, rng, 2):
            copy = etree.tostring(element)
            place = element.getparent() if rng.random() < 0.7 else rng.choice(_some(root, rng))
            for _ in range(rng.choice((1, 1, 3, 300)) if len(copy) < 20_000 else 0):
                (root if place is None else place).append(etree.fromstring(copy))
        keep(parts, name, root)


def shuffle(parts: Parts, rng: random.Random) -> None:
    """Change the order of the children, or move an element under another."""
    name = _xml_part(parts, rng)
    if (root := tree(parts, name)) is not None:
        for element in _some(root, rng, 3):
            children = list(element)
            rng.shuffle(children)
            element[:] = children
        keep(parts, name, root)


def attributes(parts: Parts, rng: random.Random) -> None:
    """Give attributes absurd values, drop them, rename them."""
    name = _xml_part(parts, rng)
    if (root := tree(parts, name)) is not None:
        holders = [e for e in root.iter() if isinstance(e.tag, str) and e.attrib]
        for element in rng.sample(holders, min(len(holders), rng.choice((1, 3, 10)))):
            key = rng.choice(list(element.attrib))
            value = element.attrib.pop(key)
            what = rng.random()
            if what < 0.8:
                element.set(key, rng.choice(ANYTHING))
            elif what < 0.9:
                element.set("autre", value)
        keep(parts, name, root)


def texts(parts: Parts, rng: random.Random) -> None:
    """Give elements absurd texts."""
    name = _xml_part(parts, rng)
    if (root := tree(parts, name)) is not None:
        for element in _some(root, rng, 8):
            element.text = rng.choice(ANYTHING)
        keep(parts, name, root)


def names(parts: Parts, rng: random.Random) -> None:
    """Change the names of elements, or their namespace."""
    name = _xml_part(parts, rng)
    if (root := tree(parts, name)) is not None:
        tags = [e.tag for e in _some(root, rng, 30)]
        for element in _some(root, rng):
            element.tag = rng.choice((*tags, "x", f"{{{MAIN}}}c", "{urn:autre}row"))
        keep(parts, name, root)


def raw(parts: Parts, rng: random.Random) -> None:
    """Damage the text of a part: a document type, entities, encodings, a namespace, depth, a cut, noise."""
    name = _xml_part(parts, rng)
    data = parts[name]
    body = re.sub(rb"^\s*<\?xml[^>]*\?>", b"", data)
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    text = body.decode("utf-8", "replace")
    at = rng.randrange(len(data) + 1)
    parts[name] = rng.choice(
        (
            b'<!DOCTYPE x [<!ENTITY l0 "lol">' + laughs + b"]>" + body.replace(b">", b">&l9;", 2),
            b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + body,
            f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16"),
            f'<!DOCTYPE x [<!ENTITY a "b">]>{text}'.encode("utf-16"),
            b'<?xml version="1.0" encoding="ISO-8859-1"?>' + body,
            b'<?xml version="1.0" encoding="inconnu"?>' + body,
            b"\xef\xbb\xbf" + data,
            b"  \n" + data,
            data.replace(MAIN.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
            b"<a>" * 30_000 + b"</a>" * 30_000,
            data[:at],
            data[:at] + rng.randbytes(8) + data[at:],
            data[:at] + b"\x00\x0b\xff" + data[at:],
            b"",
            b" " * 100_000 + data,
        )
    )


def packages(parts: Parts, rng: random.Random) -> None:
    """Drop, rename, exchange or double the parts themselves."""
    keys = list(parts)
    one, two = rng.choice(keys), rng.choice(keys)
    what = rng.randrange(6)
    if what == 0:
        del parts[one]
    elif what == 1:
        parts[one.upper()] = parts.pop(one)
    elif what == 2:
        parts[one], parts[two] = parts[two], parts[one]
    elif what == 3:
        parts[one + "\0"] = parts[two]
    elif what == 4:
        parts[f"../{one}"] = parts[one]
    else:
        parts.pop(rng.choice(("xl/styles.xml", "xl/sharedStrings.xml", "docProps/custom.xml", one)), None)


XML: Final[list[Mutation]] = [remove, repeat, shuffle, attributes, attributes, texts, names, raw, packages]
