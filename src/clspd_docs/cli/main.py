"""The command line: parse, call, show. Heavy imports happen inside the commands, so that help is instant."""

from __future__ import annotations

import sys

from clspd_docs.cli.french import use_french

use_french()

import click  # noqa: E402 - after use_french, so that click answers in French

from clspd_docs.cli.build import build  # noqa: E402
from clspd_docs.cli.check import check  # noqa: E402
from clspd_docs.cli.common import common_options, our_bug, print_json  # noqa: E402
from clspd_docs.cli.doctor import doctor  # noqa: E402
from clspd_docs.cli.explain import explain  # noqa: E402
from clspd_docs.cli.init import init  # noqa: E402
from clspd_docs.cli.registers import registers  # noqa: E402
from clspd_docs.cli.templates import templates  # noqa: E402
from clspd_docs.cli.verify import verify  # noqa: E402
from clspd_docs.errors import ExitCode  # noqa: E402
from clspd_docs.version import tool_version  # noqa: E402

HELP = """Prépare les documents d’un CLSPD ou d’un CISPD : un classeur en entrée, des dossiers PDF en sortie.

\b
Pour commencer :
  clspd-docs init mon-conseil --exemple    un dossier d’essai, avec un conseil inventé
  clspd-docs -C mon-conseil check          relit le classeur et les modèles
  clspd-docs -C mon-conseil build          fabrique les dossiers de la prochaine séance
"""


@click.group(
    help=HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    subcommand_metavar="COMMANDE [ARGUMENTS]…",
    options_metavar="[OPTIONS]",
)
@click.version_option(version=tool_version(), message="%(version)s")
@common_options
def cli() -> None:
    """Run one command."""


for _command in (init, check, build, registers, templates, verify, explain, doctor):
    cli.add_command(_command)


def main() -> None:
    """Run the command line and leave with an exit code of ``errors.ExitCode``; never with a traceback."""
    try:
        code = cli.main(prog_name="clspd-docs", standalone_mode=False)
    except click.ClickException as fault:
        fault.show()
        code = _failed(fault.exit_code, fault.format_message())
    except (click.Abort, KeyboardInterrupt):
        code = _failed(ExitCode.INTERRUPTED, "Interrompu : la publication précédente est intacte.", tell=True)
    except BrokenPipeError:  # the reader of our output left, as `| head` does
        code = ExitCode.DONE
    except Exception as error:  # noqa: BLE001 - the last fence
        code = _failed(ExitCode.OUR_BUG, our_bug(error), tell=True)
    sys.exit(int(code or 0))


def _failed(code: int, message: str, *, tell: bool = False) -> int:
    """Say why nothing was done, on stderr and, when JSON was asked for, as the one object on stdout."""
    if tell:
        click.echo(message, err=True)
    if "--json" in sys.argv[1:]:
        answer = {"schema": 1, "command": "", "ok": False, "exit": int(code), "message": message}
        print_json({**answer, "findings": [], "counts": {}, "documents": [], "packets": []})
    return int(code)
