"""unoserver, ready to convert: installed by pip in a folder that goes away, with the UNO bindings of the system."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

PYTHON = "/usr/bin/python3"  # the one that the bindings of LibreOffice are made for
PROGRAM = "/usr/lib/libreoffice/program"


def _environment(folder: Path) -> dict[str, str]:
    """Install unoserver in ``folder``; return the variables with which ``PYTHON`` finds it, and UNO."""
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder / "lib")]
    subprocess.run([*pip, "unoserver"], check=True)
    variables = {"PYTHONPATH": str(folder / "lib"), "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    if subprocess.run([PYTHON, "-I", "-c", "import uno"], capture_output=True, check=False).returncode:
        subprocess.run(["apt-get", "download", "-qq", "python3-uno"], cwd=folder, check=True)
        package = next(folder.glob("python3-uno*.deb"))
        subprocess.run(["dpkg", "-x", package, folder / "uno"], check=True)
        library = folder / "uno/usr/lib"
        found = (
            str(folder / "lib"),
            str(library / "python3/dist-packages"),
            str(library / "libreoffice/program"),
        )
        variables |= {
            "PYTHONPATH": ":".join(found),
            "LD_LIBRARY_PATH": f"{library}/libreoffice/program:{PROGRAM}",
            "URE_BOOTSTRAP": f"vnd.sun.star.pathname:{PROGRAM}/fundamentalrc",
        }
    return variables


def install(folder: Path) -> dict[str, str] | None:
    """Return the variables to start unoserver with, None when it cannot be had here."""
    try:
        return _environment(folder)
    except (OSError, subprocess.CalledProcessError, StopIteration) as error:
        print(f"unoserver: {error}", file=sys.stderr)
        return None


@contextmanager
def unoserver(variables: dict[str, str]) -> Iterator[xmlrpc.client.ServerProxy]:
    """Start the server and its LibreOffice; give the proxy once it answers, and end both."""
    ports = _free_ports()
    command = [PYTHON, "-m", "unoserver.server", "--port", ports[0], "--uno-port", ports[1]]
    log = Path(variables["HOME"]) / "unoserver.log"
    with log.open("wb") as stream:
        server = subprocess.Popen(command, env=variables, stderr=stream, stdout=stream)
    try:
        proxy = xmlrpc.client.ServerProxy(f"http://127.0.0.1:{ports[0]}", allow_none=True)
        for _ in range(1_200):
            try:
                proxy.info()
                break
            except OSError as error:
                if server.poll() is not None:
                    raise ConnectionError(log.read_text()) from error
                time.sleep(0.05)
        yield proxy
    finally:
        server.terminate()
        server.wait()


def _free_ports() -> list[str]:
    """Return two ports that are free now."""
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as one,
        closing(socket.create_server(("127.0.0.1", 0))) as two,
    ):
        return [str(each.getsockname()[1]) for each in (one, two)]
