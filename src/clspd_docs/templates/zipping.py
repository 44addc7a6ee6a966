"""Word packages written: fixed dates, the same bytes on every machine, members deflated once and kept so."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from clspd_docs.templates.parts import CONTENT_TYPES

LEVEL: Final = 6
_FIRST_DAY: Final = 33  # 1 January 1980, the first date that a zip can hold
_UTF8_NAME: Final = 0x800
_STORED: Final = 0
_DEFLATED: Final = 8


@dataclass(frozen=True, slots=True)
class Member:
    """One member, ready to be written: its name, what both its headers say, its bytes as they are in the zip."""

    name: bytes
    header: bytes
    data: bytes


def deflated(name: str, raw: bytes) -> Member:
    """Return the member ``name``, compressed."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return _member(name, raw, packer.compress(raw) + packer.flush(), _DEFLATED)


@lru_cache(maxsize=64)  # the same pictures come back in each letter
def stored(name: str, raw: bytes) -> Member:
    """Return the member ``name`` as it is: a picture, which deflating would not make smaller."""
    return _member(name, raw, raw, _STORED)


def _member(name: str, raw: bytes, data: bytes, method: int) -> Member:
    encoded = name.encode()
    flags = 0 if name.isascii() else _UTF8_NAME
    sizes = (zlib.crc32(raw), len(data), len(raw), len(encoded), 0)
    return Member(encoded, struct.pack("<HHHHHLLLHH", 20, flags, method, 0, _FIRST_DAY, *sizes), data)


def packed(members: Mapping[str, bytes]) -> bytes:
    """Return a whole Word file: its content types first, as readers ask, then the members in their order."""
    return archive(
        deflated(name, members[name]) for name in sorted(members, key=lambda n: n != CONTENT_TYPES)
    )


def archive(members: Iterable[Member]) -> bytes:
    """Return the zip of ``members``, in their order."""
    pieces: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for member in members:
        pieces += (b"PK\x03\x04", member.header, member.name, member.data)
        tail = struct.pack("<HHHLL", 0, 0, 0, 0, offset)
        directory += (b"PK\x01\x02\x14\x00", member.header, tail, member.name)
        offset += 4 + len(member.header) + len(member.name) + len(member.data)
    count, index = len(pieces) // 4, b"".join(directory)
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, count, count, len(index), offset, 0)
    return b"".join((*pieces, index, end))
