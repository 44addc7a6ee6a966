"""Word files of one template go to the converter together; whatever fails, each letter comes back or is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from builders.docx import Docx
from builders.pdf import pdf
from clspd_docs.build import together
from clspd_docs.build.together import Order, convert, refusal
from clspd_docs.conversion.checks import CRASHED, REFUSED, TOO_SLOW
from clspd_docs.conversion.engine import Converted, Engine, Job
from clspd_docs.findings import Kind
from clspd_docs.origin import Place
from clspd_docs.packets import split as cutting
from clspd_docs.packets.split import CannotSplitError, Cut


class Converter:
    """An engine that notes its jobs; it fails on those whose key is among ``bad``."""

    name, version, starts = "Essai", "1", 0

    def __init__(self, *bad: str, merges: bool = True, kind: Kind = REFUSED) -> None:
        self.bad, self.merges, self.kind = bad, merges, kind
        self.seen: list[str] = []
        self.slow: list[str] = []

    def start(self) -> None:
        self.starts = 1

    def convert(self, jobs: Iterable[Job]) -> Iterator[Converted]:
        for job in jobs:
            assert self.starts
            assert job.docx.read_bytes()
            self.seen.append(job.key)
            self.slow += [job.key] if job.slow else []
            fault = (
                self.kind.at(Place(job.name), programme="Essai", secondes="1")
                if job.key in self.bad
                else None
            )
            if fault is None:
                job.pdf.write_bytes(pdf(job.key))
            yield Converted(job, 1, 1, fault)

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


@pytest.fixture(autouse=True)
def cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cutting gives as many files as there are letters, without looking at the export."""
    monkeypatch.setattr(cutting, "split", lambda _, cuts: [pdf(each.title) for each in cuts])
    monkeypatch.setattr(together, "MOST", 3)


def order(key: str, modele: str = "lettre.docx", *, update_contents: bool = False) -> Order:
    return Order(key, f"documents/{key}.docx", Docx(key).title(key).build(), modele, update_contents)


def delivered(engine: Engine, orders: Iterable[Order], folder: Path) -> dict[str, str]:
    found = {}
    for each in convert(engine, orders, folder):
        assert each.finding is not None or each.pdf.read_bytes().startswith(b"%PDF")
        found[each.key] = each.finding.code if each.finding else ""
    return found


def test_letters_of_one_template_go_together(tmp_path: Path) -> None:
    engine = Converter()
    keys = [f"a{i}" for i in range(7)]
    assert delivered(engine, map(order, keys), tmp_path) == dict.fromkeys(keys, "")
    assert engine.seen == ["a0+", "a3+", "a6"]


def test_letters_of_two_templates_do_not(tmp_path: Path) -> None:
    engine = Converter()
    orders = [order("a"), order("b"), order("c", "autre.docx"), order("d", "autre.docx")]
    assert set(delivered(engine, orders, tmp_path)) == set("abcd")
    assert engine.seen == ["a+", "c+"]


def test_documents_with_a_table_of_contents_go_alone(tmp_path: Path) -> None:
    engine = Converter()
    orders = [order(key, update_contents=True) for key in "abc"]
    assert set(delivered(engine, orders, tmp_path)) == set("abc")
    assert engine.seen == ["a", "b", "c"]


def test_a_converter_that_takes_no_file_of_many_letters_gets_them_one_by_one(tmp_path: Path) -> None:
    engine = Converter(merges=False)
    assert delivered(engine, map(order, "abc"), tmp_path) == dict.fromkeys("abc", "")
    assert engine.seen == list("abc")


def test_letters_that_cannot_be_spliced_go_alone(tmp_path: Path) -> None:
    engine = Converter()
    orders = [
        Order(key, key, Docx(key).paragraph(inside="<w:ins/>").build(), "lettre.docx") for key in "abcdefg"
    ]
    assert set(delivered(engine, orders, tmp_path)) == set("abcdefg")
    assert engine.seen == list("abcdefg")


def test_one_bad_letter_fails_alone(tmp_path: Path) -> None:
    engine = Converter("a0+", "a1")
    assert delivered(engine, (order(f"a{i}") for i in range(4)), tmp_path) == {
        "a0": "",
        "a1": "PDF105",
        "a2": "",
        "a3": "",
    }
    assert engine.seen == ["a0+", "a3", "a0", "a1", "a2"]


def test_letters_that_cannot_be_cut_apart_go_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: bytes, __: list[Cut]) -> list[bytes]:
        raise CannotSplitError("essai")

    monkeypatch.setattr(cutting, "split", refuse)
    engine = Converter()
    assert delivered(engine, map(order, "ab"), tmp_path) == {"a": "", "b": ""}
    assert engine.seen == ["a+", "a", "b"]


def test_nothing_to_convert_starts_nothing(tmp_path: Path) -> None:
    engine = Converter()
    assert not delivered(engine, [], tmp_path)
    assert engine.starts == 0


def test_the_reason_for_going_alone_names_the_template() -> None:
    data = Docx("a").paragraph(inside="<w:ins/>").build()
    finding = refusal("lettre.docx", [data, data])
    assert finding is not None
    assert (finding.code, finding.place.file) == ("PDF201", "templates_docx/lettre.docx")
    assert "il a des modifications suivies" in finding.message
    assert refusal("lettre.docx", [Docx("a").build()] * 2) is None


@pytest.mark.parametrize(("kind", "slow"), [(TOO_SLOW, ["a0", "a1", "a2"]), (CRASHED, [])])
def test_letters_whose_file_was_not_done_in_time_are_marked_for_their_turn_alone(
    tmp_path: Path, kind: Kind, slow: list[str]
) -> None:
    engine = Converter("a0+", "a1", kind=kind)
    keys = [f"a{i}" for i in range(5)]
    assert delivered(engine, map(order, keys), tmp_path) == dict.fromkeys(keys, "") | {"a1": kind.code}
    assert engine.slow == slow
