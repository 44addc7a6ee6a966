"""Open, check and merge thousands of damaged templates, each in a process of its own; tell which broke a rule.

The rules: nothing raised, nothing called; at most 20 seconds of processor and 1 GiB; a template or at least one error; a
document or at least one error, well formed when it is there; every finding with a sentence and a remedy.

Usage: PYTHONPATH=src:tests python tools/fuzz_templates.py --count 2000 --seed 1
``--only N`` runs one case here and writes its file in the current folder.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import os
import select
import sys
import tempfile
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from lxml import etree

from builders.docx import png
from builders.fuzz_docx import case, seeds
from builders.merge import CONTEXT
from clspd_docs.build.loading import load
from clspd_docs.build.workspace import Folder, init
from clspd_docs.documents.contexts import Dossier
from clspd_docs.documents.plan import context, dossier_context, plan_session
from clspd_docs.documents.view import Trace
from clspd_docs.findings import Finding
from clspd_docs.templates.lint import lint
from clspd_docs.templates.package import open_template
from clspd_docs.templates.preview_mark import marked

TODAY: Final = dt.date(2026, 12, 1)
SESSION: Final = "P-2027-02"
MAX_SECONDS: Final = 20.0
MAX_MIB: Final = 1024
ROOT: Final = Path(__file__).parents[1]


def contexts() -> dict[str, Mapping[str, Any]]:
    """Return what each template is merged with: the example's first document of its kind."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "essai"
        init(root, example=True)
        loaded = load(Folder(root), TODAY)
    found: dict[str, Mapping[str, Any]] = {}
    for seance in loaded.conseil.seances:
        plan = plan_session(loaded.conseil, seance, loaded.catalogue, jour=TODAY)
        for job in plan.documents:
            found.setdefault(job.entry.modele, context(loaded.conseil, job, TODAY, Trace()))
        for packet in plan.dossiers:
            names = dossier_context(
                loaded.conseil,
                packet,
                Dossier(titre="D", objet="D", pieces=(), pages=1, retenues=()),
                TODAY,
                Trace(),
            )
            found |= {name: names for name in (packet.entry.couverture, packet.entry.sommaire) if name}
    return found


def judge(name: str, raw: bytes, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return what became of a case: refused, faulty or merged; the codes told; the rules broken."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(raw)
        opened = open_template(path, f"templates_docx/{name}")
    faults = list(_untold(opened.findings))
    codes = Counter(finding.code for finding in opened.findings)
    errors = any(finding.is_error for finding in opened.findings)
    if (opened.template is None) != errors:
        faults.append("neither a template nor an error, or both")
    if opened.template is None:
        return {"state": "refused", "codes": codes, "faults": faults}
    found = lint(opened.template)
    opened.template.fields()
    rendered = opened.template.render({**names, "images": {"logo": png()}})
    told = [*found, *rendered.findings]
    faults += _untold(told)
    codes.update(finding.code for finding in told)
    if (rendered.docx is None) != any(finding.is_error for finding in rendered.findings):
        faults.append("neither a document nor an error, or both")
    if rendered.docx is not None:
        faults += _malformed(rendered.docx)
        marked(rendered.docx)
    return {"state": "faulty" if rendered.docx is None else "merged", "codes": codes, "faults": faults}


def _untold(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        if not finding.message or not finding.remedy or not finding.place.file:
            yield f"{finding.code} is not told in full"


def _malformed(docx: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        if archive.testzip() is not None:
            yield "a member of the document has a wrong checksum"
        for member in archive.namelist():
            if member.endswith((".xml", ".rels")):
                try:
                    etree.fromstring(archive.read(member))
                except etree.XMLSyntaxError:
                    yield f"{member} of the document is malformed"


# --- One case, in a process of its own ------------------------------------------------------------------


def run(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what ``work`` gives in a forked process that is watched, with its seconds and its peak of memory."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _in_child(work, writer)
    os.close(writer)
    killed = _watch(child)
    with os.fdopen(reader, "rb") as stream:
        told = stream.read()
    _, status, usage = os.wait4(child, 0)
    outcome: dict[str, Any] = {"state": "broken", "codes": {}, "faults": []}
    if told and not killed:
        outcome = json.loads(told)
    else:
        outcome["faults"].append(killed or f"the process died, status {status}")
    return {**outcome, "seconds": round(usage.ru_utime + usage.ru_stime, 2), "mib": usage.ru_maxrss // 1024}


def _in_child(work: Callable[[], dict[str, Any]], writer: int) -> None:
    try:
        outcome = work()
    except BaseException as error:  # noqa: BLE001 - this is what is looked for
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        where = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
        outcome = {
            "state": "broken",
            "codes": {},
            "faults": [f"{type(error).__name__}: {error} at {where}"[:400]],
        }
    data = json.dumps(outcome).encode()
    while data:
        data = data[os.write(writer, data) :]
    os._exit(0)


def _watch(child: int) -> str:
    """Wait for the child; kill it over the limits, and say which."""
    handle = os.pidfd_open(child)
    try:
        while not select.select([handle], [], [], 0.1)[0]:
            pages = int(Path(f"/proc/{child}/statm").read_text(encoding="ascii").split()[1])
            over = "over 1 GiB" if pages * os.sysconf("SC_PAGE_SIZE") > MAX_MIB * 2**20 else ""
            times = Path(f"/proc/{child}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
            spent = sum(map(int, times)) / os.sysconf("SC_CLK_TCK")
            over = over or ("over 20 s" if spent > MAX_SECONDS else "")
            if over:
                os.kill(child, 9)
                return over
    finally:
        os.close(handle)
    return ""


def main() -> None:
    """Run the cases, print the totals; exit 1 when a rule was broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, metavar="N")
    options = parser.parse_args()
    known, names = seeds(ROOT / "templates_docx"), {"riche.docx": CONTEXT, **contexts()}
    if options.only is not None:
        name, how, raw = case(known, options.seed, options.only)
        Path(f"cas-{options.seed}-{options.only}.docx").write_bytes(raw)
        print(name, how, json.dumps(judge(name, raw, names.get(name, CONTEXT)), indent=1), sep="\n")
        return
    states: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    broken, slowest, fattest = 0, (0.0, ""), (0, "")
    for number in range(options.count):
        name, how, raw = case(known, options.seed, number)
        told = run(lambda name=name, raw=raw: judge(name, raw, names.get(name, CONTEXT)))  # type: ignore[misc]  # bound on purpose
        states[told["state"]] += 1
        codes.update(told["codes"].keys())
        slowest = max(slowest, (told["seconds"], f"case {number}, {name}: {how}"))
        fattest = max(fattest, (told["mib"], f"case {number}, {name}: {how}"))
        for fault in told["faults"]:
            broken += 1
            print(f"BROKEN, case {number} ({name}: {how}): {fault}", flush=True)
    print(f"{options.count} templates, seed {options.seed}: {dict(states)}")
    print(f"codes, by number of templates: {dict(codes.most_common())}")
    print(f"slowest {slowest[0]} s ({slowest[1]}); most memory {fattest[0]} MiB ({fattest[1]})")
    print(f"rules broken: {broken}")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
