"""Write messages.mo from messages.po: ``python tools/compile_messages.py``.

Only what our .po uses: one-line or continued strings, ``msgid_plural`` with its numbered ``msgstr``, comments.
The same .po gives the same bytes everywhere.
"""

from __future__ import annotations

import ast
import struct
from pathlib import Path

LOCALE = Path(__file__).parent.parent / "src/clspd_docs/cli/locale"
MAGIC = 0x950412DE


def read_po(text: str) -> dict[str, str]:
    """Return the translations by msgid; singular and plural are joined by NUL, as a .mo wants them."""
    messages: dict[str, str] = {}
    for entry in text.split("\n\n"):
        ids: list[str] = []
        translations: list[str] = []
        for line in entry.splitlines():
            if not line or line.startswith("#"):
                continue
            keyword, _, quoted = line.partition('"')
            if keyword:
                target = ids if keyword.startswith("msgid") else translations
                target.append("")
            target[-1] += ast.literal_eval(f'"{quoted}')
        if ids:
            messages["\0".join(ids)] = "\0".join(translations)
    return messages


def compile_messages(messages: dict[str, str]) -> bytes:
    """Return the bytes of a .mo (version 0, no hash table): header, two tables of (length, offset), strings."""
    pairs = sorted((key.encode(), value.encode()) for key, value in messages.items())
    strings = [key for key, _ in pairs] + [value for _, value in pairs]
    header = struct.Struct("<7I")
    offset = header.size + 8 * len(strings)
    tables = b""
    for string in strings:
        tables += struct.pack("<2I", len(string), offset)
        offset += len(string) + 1
    start = header.size
    head = header.pack(MAGIC, 0, len(pairs), start, start + 8 * len(pairs), 0, start + 8 * len(strings))
    return head + tables + b"".join(string + b"\0" for string in strings)


if __name__ == "__main__":
    for po in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        po.with_suffix(".mo").write_bytes(compile_messages(read_po(po.read_text(encoding="utf-8"))))
        print(po.with_suffix(".mo"))
