"""Properties of the merge: any text survives, the same context gives the same bytes, nothing is raised."""

from __future__ import annotations

import datetime as dt
import re
import string
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from builders.docx import Docx, template
from clspd_docs.domain.french import insecables
from clspd_docs.templates.docx_text import lines
from clspd_docs.templates.filters import FILTERS, clean
from clspd_docs.templates.lint import lint
from clspd_docs.templates.package import Opened, open_template

_FEW: Final = settings(max_examples=60, deadline=None)
_TRICKY: Final = st.sampled_from(
    [*"&<>'\"«»’{}%#\n\t\r\x0b\x00\u00a0\u202f\u2028\ud800\ufffe", "{{", "}}", "{%", "]]>", "{_{"]
)
texts = st.lists(st.one_of(st.text(max_size=5), _TRICKY), max_size=12).map("".join)


def opened(raw: bytes) -> Opened:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "m.docx"
        path.write_bytes(raw)
        return open_template(path, "m.docx")


_EVERYWHERE = opened(
    Docx("[{{ v|ou_vide }}]")
    .table(["[{{ v|ou_vide }}]"])
    .picture("[{{ v|ou_vide }}]")
    .header("[{{ v|ou_vide }}]")
    .footnote("[{{ v|ou_vide }}]")
    .title("[{{ v|ou_vide }}]")
    .build()
).template


def _spaces(text: str) -> str:
    """Forget how line ends and tabs are shown: a break, a tab, a space."""
    return re.sub(r" / | → |[\n\t ]", " ", text)


@_FEW
@given(texts)
def test_any_text_survives_the_merge_in_every_part(value: str) -> None:
    assert _EVERYWHERE is not None
    rendered = _EVERYWHERE.render({"v": value})
    assert rendered.docx is not None, rendered.findings
    expected = _spaces(f"[{insecables(clean(value))}]" if value.strip() else f"[{value and ''}]")
    shown = [_spaces(line.rpartition(" | ")[2]) for line in lines(rendered.docx) if "[" in line]
    body, cell, picture, header, note = shown[1:]
    assert [body, cell, picture, header, note] == [expected] * 5


@_FEW
@given(texts, st.datetimes())
def test_the_same_context_gives_the_same_bytes(value: str, moment: dt.datetime) -> None:
    assert _EVERYWHERE is not None
    context = {"v": value, "fixe_le": moment}
    assert _EVERYWHERE.render(context) == _EVERYWHERE.render(context)


class _Fiche(SimpleNamespace):
    def agir(self) -> None:
        raise AssertionError("un modèle a appelé une méthode")


_NAMES: Final = st.sampled_from(
    ["m", "m.nom", "m.rien", "m.agir", "m.n", "liste", "date", "absent", "loop.index", "d.k"]
)
_LITERALS: Final = st.sampled_from(
    ["1", "0", "'x'", "none", "true", "[]", "{}", "'é' * 3", "2 ** 3", "-1", "1.5"]
)
_ATOMS: Final = st.one_of(_NAMES, _LITERALS)
_FILTER_NAMES: Final = st.sampled_from(sorted(FILTERS))
_EXPRESSIONS: Final = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.builds("{} + {}".format, inner, inner),
        st.builds("{} ~ {}".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({})|{}".format, inner, _FILTER_NAMES),
        st.builds("({})|{}({})".format, inner, _FILTER_NAMES, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({}).{}".format, inner, st.sampled_from(["nom", "upper", "__class__", "n", "gi_frame"])),
        st.builds("({})({})".format, inner, inner),
    ),
    max_leaves=5,
)
_TAGS: Final = st.one_of(
    st.builds("{{{{ {} }}}}".format, _EXPRESSIONS),
    st.builds("{{% if {} %}}a{{% endif %}}".format, _EXPRESSIONS),
    st.builds("{{% for x in {} %}}{{{{ x }}}}{{% endfor %}}".format, _EXPRESSIONS),
    st.builds("{{% set x = {} %}}".format, _EXPRESSIONS),
    st.sampled_from(
        ["{%p if m %}", "{%p endif %}", "{%tr for x in liste %}", "{% endfor %}", "{{", "%}", "{# #}", "{%-"]
    ),
    st.text(string.printable + "{}%#|«’", max_size=8),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_TAGS, min_size=1, max_size=4), st.lists(_TAGS, max_size=2))
def test_no_exception_escapes_whatever_the_tags_are(paragraphs: list[str], cells: list[str]) -> None:
    docx = Docx(*(re.sub("[\x00-\x08\x0b-\x1f]", "", text) for text in paragraphs))
    if cells:
        docx.table([re.sub("[\x00-\x08\x0b-\x1f]", "", text) for text in cells])
    template_ = opened(docx.build()).template
    assert template_ is not None
    context: dict[str, Any] = {
        "m": _Fiche(nom="Durand", n=3, rien=None),
        "liste": ("a", "b"),
        "date": dt.date(2026, 2, 12),
        "d": {"k": "v"},
    }
    rendered = template_.render(context)
    assert (rendered.docx is None) == any(finding.is_error for finding in rendered.findings)
    for finding in (*rendered.findings, *lint(template_)):
        assert finding.message
        assert finding.remedy
    template_.fields()


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=40), st.integers(min_value=0, max_value=1500), st.integers(min_value=0, max_value=60)
)
def test_a_damaged_file_is_a_finding_or_renders(noise: bytes, at: int, length: int) -> None:
    raw = template("Madame {{ nom }},")
    result = opened(raw[:at] + noise + raw[at + length :])
    assert (result.template is None) == any(finding.is_error for finding in result.findings)
    if result.template is not None:
        result.template.render({"nom": "Durand"})
        lint(result.template)
