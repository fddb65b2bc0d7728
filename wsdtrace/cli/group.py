"""The `wsdtrace` command itself: which commands there are, and `wsdtrace FILE` for `wsdtrace check FILE`.

A command is a line in `COMMANDS` and a module that is imported when the command runs, so that `wsdtrace --help` loads
click and nothing else.
"""

from __future__ import annotations

import os
from importlib import import_module

import click

from wsdtrace import __version__
from wsdtrace.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command as the list of commands shows it."""

    name: str
    section: str
    summary: str
    module: str
    """Module that defines `command`."""


COMMANDS = (
    CommandRow("check", "Look at a capture", "Run the protocol checker; exit 1 on findings.", "wsdtrace.cli.check"),
    CommandRow(
        "show", "Look at a capture", "Tables of what is in it; one exchange or job in full.", "wsdtrace.cli.show"
    ),
    CommandRow("report", "Look at a capture", "One HTML file to look at and send; or an issue.", "wsdtrace.cli.report"),
    CommandRow("images", "Look at a capture", "Save the scanned pages.", "wsdtrace.cli.images"),
    CommandRow(
        "diff", "Look at a capture", "Two captures: firmware A against B, driver A against B.", "wsdtrace.cli.diff"
    ),
    CommandRow("export", "Look at a capture", "Tables as CSV, JSON Lines or Parquet; Mermaid.", "wsdtrace.cli.export"),
    CommandRow(
        "demo",
        "Without hardware",
        "Watch five scans without a scanner, and what the checker says.",
        "wsdtrace.cli.demo",
    ),
    CommandRow(
        "scanner", "Without hardware", "Run a virtual scanner, well-behaved or as a persona.", "wsdtrace.cli.scanner"
    ),
    CommandRow("discover", "Live", "Find WSD scanners now, show what they can do.", "wsdtrace.cli.discover"),
    CommandRow("proxy", "Live", "Stand between a client and a scanner: see, record, change.", "wsdtrace.cli.proxy"),
    CommandRow("live", "Live", "Watch an interface; tell findings as they happen.", "wsdtrace.cli.live"),
    CommandRow("rule", "Help", "Explain a rule, or list all rules.", "wsdtrace.cli.rule"),
    CommandRow("describe", "Help", "Explain a message, element or fault, or list them.", "wsdtrace.cli.describe"),
)

EPILOG = """\b
Start with:  wsdtrace FILE          what happened, and whose fault it was
Then:        wsdtrace rule CODE     why a finding matters
             wsdtrace show FILE     every exchange

FILE is a .pcap or .pcapng (also .gz, .zst), a directory of them, or - for standard input:
tcpdump -w - | wsdtrace -"""


class LazyGroup(click.Group):
    """Loads a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return [row.name for row in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # as above
        for row in COMMANDS:
            if row.name == cmd_name:
                command: click.Command = import_module(row.module).command
                return command
        return None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `check` in front of what begins with no command: a file, or an option of `check`."""
        own = {name for param in self.get_params(ctx) for name in param.opts}
        if args and args[0] not in own and args[0] not in self.list_commands(ctx):
            first = args[0]
            if first == "-" or first.startswith("-") or _is_path(first):
                args = ["check", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.list_commands(ctx):
            from difflib import get_close_matches

            near = get_close_matches(name, self.list_commands(ctx), n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"There is no command and no file {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # as above
        """The commands by section, without loading them."""
        for section in dict.fromkeys(row.section for row in COMMANDS):
            with formatter.section(section):
                formatter.write_dl([(f"{row.name:<8}", row.summary) for row in COMMANDS if row.section == section])


def _is_path(text: str) -> bool:
    """It names a file that is there, or can only be meant as one."""
    return os.path.lexists(text) or os.sep in text or "." in text


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
    subcommand_metavar="FILE… | COMMAND [ARGS]…",
    options_metavar="",
)
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def group() -> None:
    """Find out from a packet capture why a WSD scanner did not scan.

    Without a command, FILE is checked.
    """
