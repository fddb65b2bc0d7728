"""`wsdtrace rule`: explain a rule, or list all rules."""

from __future__ import annotations

import click

from wsdtrace.cli.options import color_option
from wsdtrace.cli.output import Sink
from wsdtrace.cli.terminal import look_of


@click.command(short_help="Explain a rule, or list all rules.")
@click.argument("codes", metavar="[CODE]…", nargs=-1)
@color_option
def command(codes: tuple[str, ...], *, color: str) -> None:
    """Explain a rule: what it says, why it matters, where it stands written, and an example of each kind.

    CODE is a code (WSD601), a name (job-orphaned), or the beginning of codes (WSD6), which lists these. Without CODE
    every rule is listed.
    """
    from wsdtrace.check.rule import all_rules, expand, find_rule
    from wsdtrace.errors import BadSelector
    from wsdtrace.report.explain import write_rule, write_rules
    from wsdtrace.report.page import Page
    from wsdtrace.report.redact import Redactor

    page = Page(look_of(color=color), Redactor(None))
    if not codes:
        write_rules(page, all_rules())
    for number, code in enumerate(codes):
        if number:
            page.blank()
        try:
            members = expand([code])
        except BadSelector:
            members = frozenset()
        if len(members) > 1:
            write_rules(page, [rule for rule in all_rules() if rule.code in members])
        else:
            write_rule(page, find_rule(code))
    Sink(None).write(str(page))
