"""Templates made to hurt: nothing runs, nothing is fetched, and the answer comes in seconds and in bounded memory.

Every template is opened, checked and merged in a process of its own, forked from one that has imported what it
needs: its time, and its peak of memory beyond what the imports take, are measured there. A canary in the
context tells whether anything was called; a file tells whether anything was written.
"""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

import pytest

from builders.docx import Docx, paragraph, template
from clspd_docs.conversion.engine import Job
from clspd_docs.conversion.find import find_office
from clspd_docs.conversion.libreoffice import LibreOffice
from clspd_docs.templates.package import open_template

MAX_SECONDS: Final = 15.0
MAX_MIB: Final = 300
CHILD: Final = """
import json, os, sys, time
from pathlib import Path
from clspd_docs.templates.lint import lint
from clspd_docs.templates.package import open_template

class Canary:
    nom = "Durand"
    def __getattr__(self, name):
        raise AttributeError(name)
    def supprimer(self, *arguments):
        Path("canari").write_text("appelé")
    __call__ = __format__ = supprimer

CONTEXT = {"m": Canary(), "s": "x" * 10_000, "l": tuple(range(10_000)), "piege": "{{ m.supprimer() }}{% for %}"}

def tell(path):
    start = time.perf_counter()
    try:
        opened = open_template(Path(path), "templates_docx/m.docx")
        told = [*opened.findings]
        if opened.template is not None:
            told += lint(opened.template)
            rendered = opened.template.render(CONTEXT)
            told += rendered.findings
            if rendered.docx is not None:
                Path(path + ".out").write_bytes(rendered.docx)
        told = {"codes": sorted({f.code for f in told}), "words": all(f.message and f.remedy for f in told)}
    except BaseException as error:
        told = {"codes": [repr(error)[:200]], "words": False}
    return told | {"seconds": time.perf_counter() - start}

before = int(open("/proc/self/statm").read().split()[1]) * 4 // 1024
for path in sys.argv[1:]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, json.dumps(tell(path)).encode())
        os._exit(0)
    os.close(writer)
    told = json.loads(os.fdopen(reader, "rb").read() or b'{"codes": ["died"], "seconds": 0, "words": false}')
    _, _, usage = os.wait4(child, 0)
    print(json.dumps(told | {"mib": usage.ru_maxrss // 1024 - before}), flush=True)
"""


def rezipped(change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Return a small template with its members changed."""
    with zipfile.ZipFile(io.BytesIO(template("{{ m.nom }}"))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    return stream.getvalue()


def body(xml: bytes) -> bytes:
    """Return a template whose body starts with ``xml``."""
    return rezipped(lambda m: m.update({BODY: m[BODY].replace(b"<w:body>", b"<w:body>" + xml)}))


def laughs(encoding: str) -> bytes:
    """Return an entity bomb, in an encoding."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    start = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY l0 "lol">{entities}]>'

    def change(members: dict[str, bytes]) -> None:
        text = members[BODY].decode().partition("?>")[2].replace("<w:body>", "<w:body>&l9;")
        members[BODY] = (start + text).encode(encoding)

    return rezipped(change)


def lying() -> bytes:
    """Return a template of which a member declares 1,000 bytes and holds 64 MiB."""
    raw = bytearray(rezipped(lambda m: m.update({"word/media/a.bin": bytes(1 << 26)})))
    for at in [i for i in range(len(raw) - 4) if raw[i : i + 4] == struct.pack("<I", 1 << 26)]:
        raw[at : at + 4] = struct.pack("<I", 1000)
    return bytes(raw)


BODY: Final = "word/document.xml"
LOOPS: Final = "".join(f"{{% for a{n} in l %}}" for n in range(6)) + "{{ a0 }}" + "{% endfor %}" * 6
RUN: Final = (
    "{{ m.supprimer() }}",
    "{{ m() }}",
    "{{ m.supprimer }}",
    "{{ m.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''.__class__ }}",
    "{{ m['__class__'] }}",
    "{{ m|attr('__class__') }}",
    "{{ l|map(attribute='__class__')|list }}",
    "{{ [m]|map('supprimer')|list }}",
    "{{ [m]|selectattr('supprimer')|list|length }}",
    "{{ [m]|groupby('__class__') }}",
    "{{ [m]|sort(attribute='supprimer') }}",
    "{{ [m]|sum(attribute='__dict__') }}",
    "{{ lipsum.__globals__['os'].popen('touch canari') }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ joiner }}",
    "{{ namespace(x=1) }}",
    "{{ self.__init__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ config }}",
    "{{ request }}",
    "{{ '%s'|format(m) }}",
    "{{ '{0.__class__}'.format(m) }}",
    "{{ '{0.__class__}'.format_map({'a': m}) }}",
    "{{ m ~ m }}",
    "{{ m if m else m }}",
    "{% for x in m %}{{ x }}{% endfor %}",
    "{% set x = m %}{{ x.supprimer() }}",
    "{% set loop = m %}{{ loop.cycle() }}",
    "{% with loop = m %}{{ loop.changed(m) }}{% endwith %}",
    "{% import 'os' as os %}",
    "{% from 'os' import system %}",
    "{% include '/etc/passwd' %}",
    "{% extends '/etc/passwd' %}",
    "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    "{% call m() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% for x in [[1]] recursive %}{{ loop(x) }}{% endfor %}",
    "{% do m.supprimer() %}",
    "{% trans %}x{% endtrans %}",
    "{% debug %}",
    "{% raw %}{{ m }}{% endraw %}",
)
SLICES: Final = "".join(f"{{% set b{n} = a[:] %}}" for n in range(2000)) + "{{ a|length }}"
GROW: Final = (
    "{{ 'x' * 10**9 }}",
    "{{ 'x' * 1000000000 }}",
    "{{ [0] * 1000000000 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '{:>1000000000}'.format(1) }}",
    "{{ 'x'.ljust(1000000000) }}",
    "{{ 'x'|center(1000000000) }}",
    "{{ 'x'|indent(1000000000) }}",
    "{{ lipsum(n=1000000) }}",
    "{{ range(1000000000)|list }}",
    "{{ range(1000000000)|sum }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ 1|round(1000000000) }}",
    "{{ 1.5|nombre(1000000000) }}",
    "{{ l|batch(1000000000, 'x')|list }}",
    "{% set x = '" + "x" * 500 + "' %}" + "{% set x = x ~ x %}" * 40 + "{{ x }}",
    "{% set x = [1, 2] %}" + "{% set x = x + x %}" * 40 + "{{ x|length }}",
    "{% set x = 'xx' %}" + "{% set x = x|replace('x', x) %}" * 40 + "{{ x }}",
    "{% set x = 'xx' %}" + "{% set x = x|list|join(x) %}" * 40 + "{{ x }}",
    "{% set x = 999999999 %}" + "{% set x = x * x %}" * 40 + "{{ x }}",
    LOOPS,
    LOOPS.replace("{{ a0 }}", ""),
    "{% for a in l %}{% for b in l %}{{ s }}{% endfor %}{% endfor %}",
    "{% for a in l %}{% for b in l %}{% if a == b %}{% endif %}{% endfor %}{% endfor %}" * 3,
    "{{ s|replace('x', s) }}",
    "{{ l|join(s) }}",
    "{% set t = s %}{% set a = [t] %}" + "{% set a = a + a %}" * 14 + "{{ a|map('upper')|list|length }}",
    "{% set a = l|list %}" + "{% set a = a + a %}" * 6 + SLICES,
    "{% set a = [1] %}{% set b = [1] %}" + "{% set a = [a, a] %}{% set b = [b, b] %}" * 40 + "{{ a == b }}",
    "{% set a = [s] %}" + "{% set a = (a + a)|batch(2)|list %}" * 40 + "{{ a|sort|length }}",
    "{% set a = (1, 2) %}" + "{% set a = (a, a) %}" * 40 + "{{ [a]|unique|list|length }}",
    "{% set a = l|list %}" + "{% set a = a + a %}" * 6 + "{{ a|batch(6)|sum(start=[])|length }}",
    "{% set a = l|list %}"
    + "{% set a = a + a %}" * 6
    + "{{ a|select('in', a)|reject('in', a)|list|length }}",
    "{% set a = l|list %}" + "{% set a = a + a %}" * 6 + "{% if -1 in a or -1 is in a %}{% endif %}" * 2000,
)
DEEP: Final = (
    "{{ " + "(" * 480 + "1" + ")" * 480 + " }}",
    "{{ " + "[" * 480 + "]" * 480 + " }}",
    "{{ " + "not " * 240 + "1 }}",
    "{{ " + "-" * 900 + "1 }}",
    "{{ s" + "|upper" * 150 + " }}",
    "{{ m" + ".nom" * 240 + " }}",
    "{{ 1" + "+1" * 480 + " }}",
    "{{ " + "1 if 1 else " * 80 + "1 }}",
    "{% if 1 %}" * 400 + "x" + "{% endif %}" * 400,
    "{% for x in [1] %}" * 60 + "x" + "{% endfor %}" * 60,
    "{{ " * 20_000,
    "{" * 100_000,
    "{{ 1 }}" * 50_000,
)
FILES: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "entités": (lambda: laughs("utf-8"), "MOD110"),
    "entités en UTF-16": (lambda: laughs("utf-16"), "MOD110"),
    "entités en UTF-32": (lambda: laughs("utf-32"), "MOD105 MOD110"),
    "bombe par le taux": (lambda: Docx("x").member("word/media/b.bin", bytes(1 << 26)).build(), "MOD106"),
    "bombe dans le texte": (lambda: body(b"<w:p/>" * 3_000_000), "MOD106"),
    "bombe par le nombre": (
        lambda: rezipped(lambda m: m.update({f"m{n}": b"" for n in range(5000)})),
        "MOD106",
    ),
    "annonce peu, contient beaucoup": (lying, "MOD105"),
    "un million d’éléments, sous la limite du taux": (
        lambda: body(b"".join(b'<w:p w:rsidR="%08x"/>' % n for n in range(1_500_000))),
        "MOD106",
    ),
    "éléments les uns dans les autres": (lambda: body(b"<w:sdt>" * 5000 + b"</w:sdt>" * 5000), "MOD105"),
    "tableaux les uns dans les autres": (
        lambda: body(b"<w:tbl><w:tr><w:tc>" * 70 + b"<w:p/>" + b"</w:tc></w:tr></w:tbl>" * 70),
        "MOD FUS",
    ),
    "cinquante mille attributs": (
        lambda: body(b"<w:p " + b" ".join(b'w:a%d="1"' % n for n in range(50_000)) + b"/>"),
        "",
    ),
    "macros": (lambda: Docx("x").member("word/vbaProject.bin", b"x").build(), "MOD107"),
    "contrôle actif": (lambda: Docx("x").member("word/activeX/activeX1.bin", b"x").build(), "MOD107"),
    "fichier hors du dossier": (lambda: Docx("x").member("../../canari", b"x").build(), "MOD105"),
    "champ qui lit un fichier": (
        lambda: body(b'<w:p><w:fldSimple w:instr="INCLUDETEXT /etc/passwd"/></w:p>'),
        "MOD146",
    ),
    "champ DDE": (lambda: body(b'<w:p><w:fldSimple w:instr="DDEAUTO cmd /c calc"/></w:p>'), "MOD146"),
    "dix mille lignes répétées mille fois": (
        lambda: Docx("{%p for a in l %}", *["texte " * 20] * 500, "{%p endfor %}").build(),
        "FUS105",
    ),
    "données qui ressemblent à des balises": (
        lambda: Docx("{{ piege }}").section().footnote("{{ piege }}").build(),
        "",
    ),
}
LINKED: Final = (
    *("image", "oleObject", "aFChunk", "subDocument", "frame", "mailMergeSource", "mailMergeHeaderSource"),
    *("package", "video", "audio", "styles", "header", "theme", "customXml", "chart"),
)

Told = dict[str, object]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """What became of each hostile template, and what it cost."""
    folder = tmp_path_factory.mktemp("hostiles")
    texts = {text: template(text) for text in (*RUN, *GROW, *DEEP)}
    files = texts | {name: build() for name, (build, _) in FILES.items()}
    paths = [folder / f"{number}.docx" for number in range(len(files))]
    for path, raw in zip(paths, files.values(), strict=True):
        path.write_bytes(raw)
    command = [sys.executable, "-c", CHILD, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder, env=os.environ)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert not (folder / "canari").exists(), "a template ran something"
    assert not (folder.parent / "canari").exists(), "a template wrote outside"
    outputs = {name: path.with_name(f"{path.name}.out") for name, path in zip(files, paths, strict=True)}
    return {name: {**one, "out": outputs[name]} for name, one in zip(files, told, strict=True)}


@pytest.mark.parametrize("text", RUN)
def test_a_template_cannot_run_anything(answers: dict[str, Told], text: str) -> None:
    told = answers[text]
    assert told["codes"], text
    assert told["words"], told
    assert not Path(str(told["out"])).exists()


@pytest.mark.parametrize("text", GROW)
def test_a_template_cannot_grow_without_bound(answers: dict[str, Told], text: str) -> None:
    told = answers[text]
    assert told["words"], told
    assert told["codes"], text
    assert float(str(told["seconds"])) < MAX_SECONDS
    assert int(str(told["mib"])) < MAX_MIB


@pytest.mark.parametrize("text", DEEP)
def test_deep_or_endless_tags_are_answered_at_once(answers: dict[str, Told], text: str) -> None:
    told = answers[text]
    assert told["words"], told
    assert float(str(told["seconds"])) < MAX_SECONDS
    assert int(str(told["mib"])) < MAX_MIB


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_told_in_bounded_time_and_memory(answers: dict[str, Told], name: str) -> None:
    told, wanted = answers[name], FILES[name][1].split()
    codes = told["codes"]
    assert isinstance(codes, list)
    assert told["words"], told
    assert bool(wanted) == any(str(code).startswith(tuple(wanted)) for code in codes), told
    assert float(str(told["seconds"])) < MAX_SECONDS
    assert int(str(told["mib"])) < MAX_MIB


def test_data_that_looks_like_tags_is_printed_as_it_is(answers: dict[str, Told]) -> None:
    with zipfile.ZipFile(str(answers["données qui ressemblent à des balises"]["out"])) as archive:
        for name in (BODY, "word/footnotes.xml"):
            assert "{{ m.supprimer() }}{% for %}" in archive.read(name).decode()


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:9/x", "file:///etc/passwd", "//hote/partage/x", r"\\hote\x", "C:/x"]
)
@pytest.mark.parametrize("external", [True, False])
def test_nothing_but_a_link_may_point_outside(tmp_path: Path, target: str, external: bool) -> None:
    for kind in LINKED:
        path = tmp_path / f"{kind}.docx"
        path.write_bytes(Docx("x").link(kind, target, external=external).build())
        assert [f.code for f in open_template(path, "m.docx").findings] == ["MOD109"], kind
    path.write_bytes(Docx("x").link("hyperlink", target, external=external).build())
    assert open_template(path, "m.docx").template is not None


def test_damaged_templates_keep_the_contract() -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, str(root / "tools" / "fuzz_templates.py"), "--count", "25", "--seed", "7"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(root / "src"), str(root / "tests")))}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=env)
    assert "rules broken: 0" in done.stdout, done.stdout + done.stderr


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address of this machine, and the requests that came to it."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            seen.append(str(self.rfile.readline()))
            self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


@pytest.mark.office
def test_nothing_is_fetched_while_opening_merging_and_converting(
    tmp_path: Path, listener: tuple[str, list[str]]
) -> None:
    url, seen = listener
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" width="9" height="9"><image x:href="{url}/svg.png" width="9" height="9"/></svg>'
    fields = "".join(
        f'<w:p><w:fldSimple w:instr="{code}"><w:r><w:t>ancien</w:t></w:r></w:fldSimple></w:p>'
        for code in (
            f"INCLUDEPICTURE {url}/a.png",
            f"INCLUDETEXT {url}/b.docx",
            f"HYPERLINK {url}/c",
            f"LINK x {url}/d",
        )
    )
    vml = f'<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata src="{url}/v.png"/></v:shape></w:pict></w:r></w:p>'
    path, source = tmp_path / "m.docx", tmp_path / "lettre.docx"
    for more in (fields, ""):
        docx = Docx("Madame {{ nom }},").xml(more + vml + paragraph("fin"))
        docx.picture("Dessin", blob=drawn.encode()).link("hyperlink", f"{url}/lien")
        path.write_bytes(docx.build())
        opened = open_template(path, "m.docx")
        assert opened.template is not None
        rendered = opened.template.render({"nom": f"{{{{ {url} }}}} {url}"})
        assert [f.code for f in rendered.findings] == ["MOD146"] * 3 * bool(more)
    assert rendered.docx is not None
    source.write_bytes(rendered.docx)
    jobs = [  # with its fields, the template itself is converted: the merge refuses it
        Job("1", "m.docx", source, tmp_path / "lettre.pdf", update_contents=True),
        Job("2", "m.docx", path.with_name("champs.docx"), tmp_path / "champs.pdf", update_contents=True),
    ]
    jobs[1].docx.write_bytes(Docx("Madame,").xml(fields + vml).build())
    with LibreOffice(find_office()) as office:
        assert [done.finding for done in office.convert(jobs)] == [None, None]
    assert seen == []
