"""A dask.distributed scheduler as an executor: the extra « grappe »."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.version import tool_version

NO_EXTRA = Kind(
    "ENV212",
    Severity.ERROR,
    "Complément « grappe » absent",
    "L’option --grappe demande le complément « grappe » du programme, qui n’est pas installé.",
    'L’ajouter : « pip install "clspd-docs[grappe]" ». Sans --grappe, les dossiers sont préparés par des '
    "programmes de cet ordinateur (option --ouvriers).",
)
NO_CLUSTER = Kind(
    "ENV213",
    Severity.ERROR,
    "Grappe injoignable",
    "La grappe {adresse} ne répond pas, ou n’a pas d’ouvrier.",
    "Vérifier l’adresse (celle que « dask scheduler » affiche), le réseau, et que des ouvriers tournent "
    "(« dask worker {adresse} »).",
    bad="--grappe grappe.mairie.example",
    good="--grappe tcp://grappe.mairie.example:8786",
)
OTHER_VERSION = Kind(
    "ENV214",
    Severity.ERROR,
    "Grappe d’une autre version",
    "La grappe {adresse} n’a pas partout la même version du programme que cet ordinateur ({version}).",
    "Installer la même version du programme sur la machine qui distribue le travail et sur chaque ouvrier.",
)

_SECONDS: Final = 20


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Give the scheduler at ``address`` ("tcp://host:8786") as an executor.

    Raises:
        Stop: ENV212 without the extra; ENV213 when there is no scheduler or no worker there; ENV214 when one
            of them has another version of this program, or none (exit code PROGRAM_MISSING).
    """
    place = Place("--grappe")
    if find_spec("distributed") is None:
        raise _stop(NO_EXTRA.at(place))
    distributed: Any = import_module("distributed")
    try:
        client = distributed.Client(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:  # dask's time-out is an OSError; a malformed address, either
        raise _stop(NO_CLUSTER.at(place, adresse=address)) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_SECONDS)
        except OSError as error:
            raise _stop(NO_CLUSTER.at(place, adresse=address)) from error
        try:
            there = {client.run_on_scheduler(tool_version), *client.run(tool_version).values()}
        except Exception as error:  # the program is not there: each release of dask says it its own way
            raise _stop(OTHER_VERSION.at(place, adresse=address, version=tool_version())) from error
        if there != {tool_version()}:
            raise _stop(OTHER_VERSION.at(place, adresse=address, version=tool_version()))
        executor: Executor = client.get_executor(pure=False)
        yield executor


def _stop(finding: Finding) -> Stop:
    return Stop(finding, ExitCode.PROGRAM_MISSING)
