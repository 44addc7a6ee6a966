"""The registers as a template sees them, and the trace of the cells that a document really used.

A view stands before a domain object: it reads the same attributes, and notes in a trace the cell behind each
field. Computed properties run on the view itself, so the cells that they read are noted as well. From the
trace come two things: a document is held exactly when it used a cell that has an error, and it is redone
exactly when a cell that it used has changed.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from types import FunctionType, MethodType
from typing import Any

from clspd_docs.domain.registre import Ligne


class Trace:
    """Cells used so far: « Membres!F12 » → digest of its value; « Membres!* » → which rows, in which order.

    Digests, never contents: the trace goes into the manifest. Several collections of one sheet (the actions of
    each axis) share one digest, that of all of them.
    """

    def __init__(self) -> None:
        self._read: dict[tuple[object, str], str | None] = {}
        self._views: dict[int, View] = {}  # by the identity of their objects, which they keep alive

    def view(self, value: Any) -> Any:
        """Return ``value`` as a template may see it: views of domain objects, anything else as it is."""
        if isinstance(value, tuple):
            return tuple([self.view(item) for item in value])
        kind: type = type(value)
        if not _is_viewed(kind):
            return value
        return self._views.get(id(value)) or self._views.setdefault(id(value), View(value, self))

    def note(self, record: object, name: str, sheet: str | None) -> None:
        """Note that the field ``name`` of ``record`` was read; a collection comes from ``sheet``."""
        if sheet is not None or isinstance(record, Ligne):
            self._read[record, name] = sheet

    @property
    def cells(self) -> dict[str, str]:
        """The cells read so far, in the order in which they were read first."""
        cells: dict[str, str] = {}
        rows: dict[str, set[str]] = {}
        for (record, name), sheet in self._read.items():
            mark = _mark(getattr(record, name))
            if sheet is not None:
                rows.setdefault(f"{sheet}!*", set()).add(mark)
                cells[f"{sheet}!*"] = ""
            elif isinstance(record, Ligne):
                place = record.origine.place(name)
                cells[f"{place.sheet}!{place.cell or f'{place.row}:{name}'}"] = digest([mark])
        return cells | {spot: digest(sorted(marks)) for spot, marks in rows.items()}


class View:
    """A domain object that notes what is read from it. Equal to another view of the same object.

    What was read once is kept, computed texts too: a plan reads each field four times, and nothing changes meanwhile.
    """

    __slots__ = ("_kept", "_record", "_trace")

    def __init__(self, record: Any, trace: Trace) -> None:
        self._record = record
        self._trace = trace
        self._kept: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name in self._kept:
            return self._kept[name]
        record, trace = self._record, self._trace
        cls: type = type(record)
        fields = _fields(cls)
        found = None if name.startswith("_") else getattr(cls, name, None)
        if name in fields:
            trace.note(record, name, fields[name])
            value = trace.view(getattr(record, name))
        elif isinstance(found, property) and found.fget is not None:
            value = trace.view(found.fget(self))
        elif isinstance(found, FunctionType):
            return MethodType(found, self)
        else:
            raise AttributeError(name)
        self._kept[name] = value
        return value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, View) and other._record is self._record

    def __hash__(self) -> int:
        return id(self._record)

    def __dir__(self) -> Iterable[str]:
        cls: type = type(self._record)
        computed = (n for n in dir(cls) if not n.startswith("_") and isinstance(getattr(cls, n), property))
        return sorted({*_fields(cls), *computed})


@cache
def _is_viewed(cls: type) -> bool:
    """True for domain objects."""
    return dataclasses.is_dataclass(cls)


@cache
def _fields(cls: type) -> Mapping[str, str | None]:
    """Field name → the sheet that a collection comes from, or None; where a row comes from is not for templates."""
    return {f.name: f.metadata.get("feuille") for f in dataclasses.fields(cls) if f.name != "origine"}


def _mark(value: object) -> str:
    """Return what stands for a value in a digest: the identifier of a row (its cells are noted when read)."""
    if isinstance(value, tuple):
        return "\x1e".join(map(_mark, value))
    record = value._record if isinstance(value, View) else value  # noqa: SLF001 - its own view
    if isinstance(record, Ligne):
        return str(getattr(record, "id", None) or record.origine.row)
    return repr(record)


def digest(parts: Iterable[str]) -> str:
    """Return a short digest of the parts: enough to notice a change, useless to read them back."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
