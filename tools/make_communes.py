"""Write rules/communes.zip, the packed list of French communes, from the package that publishes it.

    npm pack @etalab/decoupage-administratif && tar xzf etalab-decoupage-administratif-*.tgz
    python tools/make_communes.py package --lu-le 2026-11-24

One CSV file per postcode prefix (two figures, three overseas), so that a check reads a few kilobytes. A merged
commune (« commune déléguée », « commune associée ») keeps its name in addresses: it has a line under each
postcode of the commune that took it in, without population. The same package gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from clspd_docs.rules.communes import ARCHIVE, DEPARTMENTS, SOURCE_FILE, prefix

OUT = Path(__file__).parents[1] / "src" / "clspd_docs" / "rules" / ARCHIVE
MERGED = {"commune-deleguee", "commune-associee"}
MIDNIGHT = (1980, 1, 1, 0, 0, 0)


def lines(communes: list[dict[str, Any]]) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield (postcode, INSEE code, name, département, population), one for each name under each postcode.

    The arrondissements of Paris, Lyon and Marseille are left out: the town has their postcodes.
    """
    present = {c["code"]: c for c in communes if c["type"] == "commune-actuelle"}
    for town in present.values():
        for postcode in town.get("codesPostaux", ()):  # the southern lands have none
            yield postcode, town["code"], town["nom"], town["departement"], str(town.get("population", 0))
    for merged in communes:
        town = present[merged["chefLieu"]] if merged["type"] in MERGED else merged
        if merged["nom"] != town["nom"]:
            for postcode in town["codesPostaux"]:
                yield postcode, merged["code"], merged["nom"], merged["departement"], ""


def members(package: Path, read_on: date) -> dict[str, str]:
    """Return the text of each file of the archive, by name."""
    data = package / "data"
    communes = json.loads((data / "communes.json").read_text(encoding="utf-8"))
    departments = json.loads((data / "departements.json").read_text(encoding="utf-8"))
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    by_prefix: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for line in lines(communes):
        by_prefix[prefix(line[0])].append(line)
    texts = {f"{key}.csv": table(sorted(rows)) for key, rows in by_prefix.items()}
    texts[DEPARTMENTS] = table(sorted((d["code"], d["nom"]) for d in departments))
    texts[SOURCE_FILE] = source(about, read_on)
    return texts


def table(rows: list[tuple[str, ...]]) -> str:
    assert not any(";" in field for row in rows for field in row)
    return "".join(";".join(row) + "\n" for row in rows).replace("'", "’")


def source(about: dict[str, Any], read_on: date) -> str:
    """Return what SOURCE.toml says; the package's major version is the year counted from 2020."""
    vintage = 2020 + int(about["version"].split(".")[0])
    return "\n".join(
        (
            f'paquet = "{about["name"]}"',
            f'version = "{about["version"]}"',
            f"millesime = {vintage}",
            'origine = "INSEE, La Poste"',
            'detail = "Code officiel géographique et populations de référence (INSEE), codes postaux (La Poste)"',
            'licence = "Licence Ouverte 2.0"',
            f"lu_le = {read_on.isoformat()}",
            "",
        )
    )


def pack(texts: dict[str, str]) -> None:
    with zipfile.ZipFile(OUT, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(texts):
            info = zipfile.ZipInfo(name, MIDNIGHT)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, texts[name])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("package", type=Path, help="the unpacked package")
    parser.add_argument("--lu-le", type=date.fromisoformat, required=True, help="day the package was fetched")
    arguments = parser.parse_args()
    pack(members(arguments.package, arguments.lu_le))
    print(f"{OUT.name}: {OUT.stat().st_size} bytes")
