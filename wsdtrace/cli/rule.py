"""`wsdtrace rule`: explain a rule, or list all rules."""

from __future__ import annotations

import click

from wsdtrace.cli.options import color_option
from wsdtrace.cli.output import Sink
from wsdtrace.cli.terminal import look_of


@click.command(short_help="Explain a rule, or list all rules.")
@click.argument("codes", metavar="[CODE]…", nargs=-1)
@click.option(
    "--example",
    type=click.Choice(["bad", "good"]),
    help="Write the capture of this example instead (pcapng), to look at or to check.",
)
@click.option("-o", "--output", metavar="FILE", help="Where the example goes. [standard output]")
@color_option
def command(codes: tuple[str, ...], *, example: str | None, output: str | None, color: str) -> None:
    """Explain a rule: what it says, why it matters, where it stands written, and an example of each kind.

    CODE is a code (WSD601), a name (job-orphaned), or the beginning of codes (WSD6), which lists these. Without CODE
    every rule is listed.
    """
    if example is not None:
        _write_example(codes, example, output)
        return
    if output is not None:
        raise click.UsageError("-o says where an example goes; say which with --example bad or --example good")
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


def _write_example(codes: tuple[str, ...], kind: str, output: str | None) -> None:
    """The capture of one rule's example, into a file or a pipe."""
    import sys

    from wsdtrace.check.rule import find_rule
    from wsdtrace.cli.output import whole_file
    from wsdtrace.errors import OutputError
    from wsdtrace.scenario import capture

    if len(codes) != 1:
        raise click.UsageError(f"--example is about one rule, {len(codes)} given")
    rule = find_rule(codes[0])
    text = rule.bad if kind == "bad" else rule.good
    if not text:
        raise click.UsageError(f"{rule.code} has no {kind} example")
    data = capture(text)
    if output is not None and output != "-":
        with whole_file(output) as file:
            file.write(data)
        return
    if sys.stdout is None:
        raise OutputError("standard output is closed")
    if sys.stdout.isatty():
        raise click.UsageError("an example is a binary file; name one with -o FILE, or send it through a pipe")
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
