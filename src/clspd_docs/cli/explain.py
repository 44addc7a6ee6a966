"""``clspd-docs explain CODE``."""

from __future__ import annotations

import click

from clspd_docs.cli.common import Common, common_options, print_json


@click.command(options_metavar="[OPTIONS]", short_help="Explique un code de constat, comme REG203.")
@click.argument("code", metavar="CODE")
@common_options
@click.pass_context
def explain(ctx: click.Context, code: str) -> None:
    """Explique un code de constat, comme REG203."""
    from difflib import get_close_matches  # noqa: PLC0415

    from clspd_docs.cli.kinds import declared_kinds, page  # noqa: PLC0415

    kinds = declared_kinds()
    kind = kinds.get(code.upper())
    if kind is None:
        near = get_close_matches(code.upper(), kinds, n=3, cutoff=0.5)
        hint = f" Codes proches : {', '.join(near)}." if near else ""
        raise click.UsageError(f"Code inconnu : « {code} ».{hint}")
    if ctx.ensure_object(Common).as_json:
        fields = ("code", "title", "sentence", "remedy", "bad", "good")
        answer = {name: getattr(kind, name) for name in fields} | {"severity": kind.severity.value}
        print_json({"schema": 1, "command": "explain", "ok": True, "exit": 0, "kind": answer})
    else:
        click.echo(page(kind))
