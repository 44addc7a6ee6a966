"""The command line: parse, call, show. Heavy imports happen inside the commands, so that help is instant."""

from __future__ import annotations

import sys

INTERRUPTED = "Interrompu : la publication précédente est intacte."

try:
    from clspd_docs.cli.french import use_french

    use_french()

    import click  # after use_french, so that click answers in French

    from clspd_docs.cli.build import build
    from clspd_docs.cli.check import check
    from clspd_docs.cli.common import common_options, our_bug, print_json
    from clspd_docs.cli.doctor import doctor
    from clspd_docs.cli.explain import explain
    from clspd_docs.cli.init import init
    from clspd_docs.cli.registers import registers
    from clspd_docs.cli.templates import templates
    from clspd_docs.cli.verify import verify
    from clspd_docs.errors import ExitCode
    from clspd_docs.version import tool_version
except KeyboardInterrupt:  # no « main » yet to say it
    sys.stderr.write(f"{INTERRUPTED}\n")
    sys.exit(130)

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
        code = _failed(ExitCode.INTERRUPTED, INTERRUPTED, tell=True)
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
