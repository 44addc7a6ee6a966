"""docxtpl's own test scripts and templates, with docxtpl and with our engine: the documents compared part by part.

Scripts: each runs twice in a copy of the tests' folder, once as it is, once with our engine behind the name
« DocxTemplate ». Sweep: each template is filled with texts made from the fields that it reads, by both, eight
times (accents, « & < > », line ends, tabs; lists of none to three items). Parts are compared as canonical XML, without
the ids of drawings and our French no-break spaces; of the properties, those that people read, on one line.

An outcome is « same », a reason listed in ARCHITECTURE.md (« Differences with plain docxtpl »), or « DIFFERENT »:
the run then fails. The checkout is given at run time and never copied into the project.

Usage: python benchmarks/docxtpl_identity.py CHECKOUT     (of github.com/elapouya/python-docx-template)
"""

from __future__ import annotations

import argparse
import io
import json
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any, Final

import docxtpl
from docxtpl import DocxTemplate, InlineImage, Listing, RichText, RichTextParagraph
from jinja2.exceptions import TemplateError
from lxml import etree

from clspd_docs.findings import Finding
from clspd_docs.templates.package import open_template
from clspd_docs.templates.render import Template
from clspd_docs.templates.values import EMU_PER_MM, Picture

PLAIN: Final = DocxTemplate
SAME: Final = "same"
DIFFERENT: Final = "DIFFERENT"
TEXTS: Final = (
    "texte",
    "été à l’âge",
    "a & b < c > d",
    "ligne\nautre\tfin",
    "x",
    "é" * 40,
    "fin de texte",
    "R&D",
)
# What our engine refuses or does otherwise on purpose: the code of its finding → the reason listed.
REASONS: Final = {
    "FUS101": "a field that does not exist is refused, where docxtpl prints nothing",
    "FUS102": "an empty field is refused, where docxtpl prints « None » or nothing",
    "FUS103": "a computation that fails is told with its tag",
    "FUS104": "a list or an object is not printed whole",
    "FUS108": "a cell left without a paragraph is refused: Word would call the file damaged",
    "FUS109": "a table left without a row is refused: Word would call the file damaged",
    "FUS111": "malformed or misplaced XML is refused, where docxtpl drops it",
    "MOD120": "a tag that Jinja does not understand is told with its place",
    "MOD121": "only the filters of the list exist: none comes from the caller",
    "MOD122": "no call, no private name, no macro",
    "MOD123": "a tag over two paragraphs is refused",
    "MOD124": "no prefix for rich values: their type decides",
    "api": "docxtpl's command line, sub-documents, replaced media and rich values made as XML are docxtpl's own objects",
}


# --- Our engine behind docxtpl's name -------------------------------------------------------------------


class NotOursError(Exception):
    """Something of docxtpl's interface that our engine does not offer."""


class RefusedError(Exception):
    """Our engine gave findings instead of a document."""


class Ours:
    """As much of ``DocxTemplate`` as our engine offers."""

    def __init__(self, template_file: Any, *_: Any) -> None:
        self._path = template_file
        self._docx: bytes | None = None

    def render(self, context: Mapping[str, Any], *_: Any, **__: Any) -> None:
        """Merge, or raise the codes of the findings."""
        rendered = _opened(self._path).render({name: value_of(value) for name, value in context.items()})
        if rendered.docx is None:
            raise RefusedError(_codes(rendered.findings))
        self._docx = rendered.docx

    def save(self, target: Any, *_: Any) -> None:
        """Write the document."""
        if self._docx is None:
            raise NotOursError("save before render")
        if hasattr(target, "write"):
            target.write(self._docx)
        else:
            Path(target).write_bytes(self._docx)

    def __getattr__(self, name: str) -> Any:
        raise NotOursError(name)


def _opened(source: Any) -> Template:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.docx"
        path.write_bytes(source.read() if hasattr(source, "read") else Path(source).read_bytes())
        opened = open_template(path, "m.docx")
    if opened.template is None:
        raise RefusedError(_codes(opened.findings))
    return opened.template


def _codes(findings: tuple[Finding, ...]) -> str:
    return " ".join(sorted({finding.code for finding in findings if finding.is_error}))


def value_of(value: Any) -> Any:
    """Return docxtpl's value as ours; what is XML already has no equivalent."""
    if isinstance(value, Listing):
        return re.sub(r"&(lt|gt|amp|#39|#34);", lambda m: _UNESCAPED[m[1]], str(value.xml))
    if isinstance(value, InlineImage):
        if value.width is None:
            raise NotOursError("a picture without a width")
        blob = Path(value.image_descriptor).read_bytes()
        return Picture(blob, value.width / EMU_PER_MM, "Image")
    if isinstance(value, (RichText, RichTextParagraph)) or type(value).__name__ == "Subdoc":
        raise NotOursError(type(value).__name__)
    if isinstance(value, Mapping):
        return {name: value_of(item) for name, item in value.items()}
    return [value_of(item) for item in value] if isinstance(value, (list, tuple)) else value


_UNESCAPED: Final = {"lt": "<", "gt": ">", "amp": "&", "#39": "'", "#34": '"'}


def run_script(script: str) -> None:
    """Run one of docxtpl's test scripts with our engine; print why not when it does not go through."""
    vars(docxtpl)["DocxTemplate"] = vars(docxtpl.template)["DocxTemplate"] = Ours
    try:
        runpy.run_path(script, run_name="__main__")
    except NotOursError:
        print("REASON api")
    except RefusedError as refused:
        print(f"REASON {refused}")


# --- Comparing ------------------------------------------------------------------------------------------

_PARTS: Final = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_CORE: Final = ("title", "subject", "creator", "keywords", "description", "category")


def differences(ours: bytes, theirs: bytes) -> list[str]:
    """Return the names of the parts that are not the same."""
    left, right = parts(ours), parts(theirs)
    return sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))


def parts(docx: bytes) -> dict[str, str]:
    """Return the parts that people read, as canonical XML."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        for name in archive.namelist():
            if name == "docProps/core.xml":
                root = etree.fromstring(archive.read(name))
                texts = {etree.QName(e).localname: e.text or "" for e in root if isinstance(e.tag, str)}
                found[name] = repr(
                    [" ".join(unescape(texts.get(key, "")).split()) for key in _CORE]
                )  # listed
            elif _PARTS.fullmatch(name):
                found[name] = canonical(archive.read(name))
    return found


def canonical(raw: bytes) -> str:
    """Return XML in its canonical form, without what has no meaning: ids of drawings, blanks between elements."""
    root = etree.fromstring(raw, etree.XMLParser(remove_blank_text=True))
    for element in root.iter("{*}docPr", "{*}cNvPr"):
        element.attrib.pop("id", None)
    return _TYPOGRAPHY.sub(
        "", etree.canonicalize(etree.tostring(root, encoding="unicode"), rewrite_prefixes=True)
    )


_TYPOGRAPHY: Final = re.compile("[\u00a0\u202f](?=[!?:;»])|(?<=«)[\u00a0\u202f]")  # ours sets it: listed


# --- Scripts --------------------------------------------------------------------------------------------


def scripts(tests: Path, work: Path) -> Iterator[tuple[str, str]]:
    """Yield (script, outcome)."""
    for engine in ("theirs", "ours"):
        shutil.copytree(tests, work / engine)
        shutil.rmtree(work / engine / "output", ignore_errors=True)
        (work / engine / "output").mkdir()
    for script in sorted(tests.glob("[a-z]*.py")):
        if script.name == "runtests.py":
            continue
        if "DocxTemplate" not in script.read_text(encoding="utf-8"):
            yield script.name, "api"  # docxtpl's command line
            continue
        plain = _python(work / "theirs", [script.name])
        mine = _python(work / "ours", [str(Path(__file__).resolve()), "--script", script.name])
        reason = next((line[7:] for line in mine.stdout.splitlines() if line.startswith("REASON ")), "")
        written = sorted(path.name for path in (work / "theirs" / "output").glob("*.docx"))
        outcome = _outcome(work, written, reason)
        if plain.returncode:
            outcome = SAME if reason else "docxtpl fails" if mine.returncode else DIFFERENT
        elif mine.returncode:
            outcome = f"{DIFFERENT}: {mine.stderr.strip().splitlines()[-1]}"
        yield script.name, outcome
        for engine in ("theirs", "ours"):
            for path in (work / engine / "output").iterdir():
                path.unlink()


def _outcome(work: Path, written: list[str], reason: str) -> str:
    if reason:
        return reason
    if not written:
        return "writes nothing"
    wrong = []
    for name in written:
        mine = work / "ours" / "output" / name
        theirs = (work / "theirs" / "output" / name).read_bytes()
        wrong += differences(mine.read_bytes(), theirs) if mine.exists() else [name]
    return f"{DIFFERENT}: {', '.join(wrong)}" if wrong else SAME


def _python(folder: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


# --- Sweep ----------------------------------------------------------------------------------------------


def sweep(templates: Path) -> Iterator[tuple[str, str]]:
    """Yield (template and context, outcome)."""
    for path in sorted(templates.glob("*.docx")):
        try:
            template = _opened(path)
        except RefusedError as refused:
            yield path.stem, str(refused)
            continue
        for turn, text in enumerate(TEXTS):
            names = context(template.fields(), text, turn % 4)
            yield f"{path.stem} {turn}", one(path, template, names)


def one(path: Path, template: Template, names: Mapping[str, Any]) -> str:
    """Return the outcome of one merge by both engines."""
    rendered = template.render(names)
    theirs = PLAIN(path)
    stream = io.BytesIO()
    try:
        theirs.render(names, autoescape=True)
        theirs.save(stream)
    except (TemplateError, etree.XMLSyntaxError, ValueError, TypeError, AttributeError) as error:
        return SAME if rendered.docx is None else f"docxtpl fails: {type(error).__name__}"
    if rendered.docx is None:
        return _codes(rendered.findings)
    wrong = differences(rendered.docx, stream.getvalue())
    return f"{DIFFERENT}: {', '.join(wrong)}" if wrong else SAME


def context(fields: tuple[str, ...], text: str, items: int) -> dict[str, Any]:
    """Return nested dictionaries and lists in which every field of ``fields`` is a text."""
    tree: dict[str, Any] = {}
    for field in fields:
        node = tree
        for step in re.findall(r"\w+|\[\]", field):
            node = node.setdefault(step, {})
    return {name: _filled(node, text, items) for name, node in tree.items()}


def _filled(node: Mapping[str, Any], text: str, items: int) -> Any:
    if not node:
        return text
    if "[]" in node:
        return [_filled(node["[]"], text, items) for _ in range(items)]
    return {name: _filled(below, text, items) for name, below in node.items()}


# --- The run --------------------------------------------------------------------------------------------


def reason_of(outcome: str) -> str:
    """Return what an outcome counts as: all of its codes listed, or a difference without a reason."""
    codes = outcome.split()
    if codes and all(code in REASONS for code in codes):
        return f"listed: {codes[0]}"
    return outcome.partition(":")[0]


def main() -> None:
    """Print the tables and a JSON line; exit 1 on a difference that is not listed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkout", type=Path, nargs="?")
    parser.add_argument("--script", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.script:
        run_script(options.script)
        return
    tests = options.checkout / "tests"
    with tempfile.TemporaryDirectory() as folder:
        results = {"scripts": dict(scripts(tests, Path(folder))), "sweep": dict(sweep(tests / "templates"))}
    totals = {}
    for title, outcomes in results.items():
        totals[title] = Counter(map(reason_of, outcomes.values()))
        print(f"\n| {title}: {len(outcomes)} | number | reason |\n|---|---|---|")
        for outcome, number in totals[title].most_common():
            print(f"| {outcome} | {number} | {REASONS.get(outcome.removeprefix('listed: '), '')} |")
    unlisted = {
        name: outcome
        for outcomes in results.values()
        for name, outcome in outcomes.items()
        if reason_of(outcome) == DIFFERENT
    }
    for name, outcome in unlisted.items():
        print(f"{name}: {outcome}")
    print(json.dumps({**totals, "different": unlisted, "outcomes": results}, ensure_ascii=False))
    sys.exit(1 if unlisted else 0)


if __name__ == "__main__":
    main()
