"""The legal facts of legal.toml, typed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Article:
    """One legal text. ``cite`` reads inside a sentence (« l’article L. 132-4 du code… »)."""

    court: str
    cite: str
    objet: str
    version: date

    def __str__(self) -> str:
        return self.cite


class Loi:
    """Articles by key, as attributes (``loi.l132_4``), so that a template reads ``{{ loi.l132_4 }}``."""

    def __init__(self, articles: Mapping[str, Article]) -> None:
        self.__dict__.update({key: article.cite for key, article in articles.items()})


@dataclass(frozen=True, slots=True)
class Legal:
    """The whole file: articles, thresholds, and the date at which the texts were read."""

    lu_le: date
    source: str
    seuils: Mapping[str, int]
    articles: Mapping[str, Article]

    @property
    def loi(self) -> Loi:
        """What templates see."""
        return Loi(self.articles)


@cache
def legal() -> Legal:
    """Return the facts shipped with this version of the program."""
    data = tomllib.loads(files("clspd_docs.rules").joinpath("legal.toml").read_text(encoding="utf-8"))
    articles = {key: Article(**value) for key, value in data["articles"].items()}
    return Legal(data["lu_le"], data["source"], data["seuils"], articles)
