"""Options that several commands have, declared once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from wsdtrace.filters import Filter

color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colours. [auto: on a terminal]",
)
filter_option = click.option(
    "-Y",
    "expression",
    metavar="EXPR",
    help="Only what this filter means: 'wsd.op == \"RetrieveImage\" and wsd.time > 5'.",
)
secrets_option = click.option(
    "--show-secrets", is_flag=True, help="Do not redact job tokens, destination tokens and user names."
)
debug_option = click.option("--debug", is_flag=True, help="Show where an internal error happened.")
join_option = click.option(
    "--join", is_flag=True, help="Read all FILEs as one capture, merged by time: the files of a ring."
)


def _remember_keylog(context: click.Context, _: click.Parameter, value: str | None) -> None:
    """Keep the key log for `keylog_of`; what it takes is looked for before anything is read."""
    if value is None:
        return
    from wsdtrace.capture.tshark import check_keylog

    check_keylog(value)
    context.meta[_KEYLOG] = value


_KEYLOG = "wsdtrace.tls_keylog"

keylog_option = click.option(
    "--tls-keylog",
    metavar="FILE",
    expose_value=False,
    callback=_remember_keylog,
    help="Read TLS with the keys of this key log (SSLKEYLOGFILE); takes tshark and the extra tshark.",
)


def keylog_of() -> str | None:
    """The key log that the command was given."""
    found = click.get_current_context().meta.get(_KEYLOG)
    return found if isinstance(found, str) else None


verbose_option = click.option("-v", "--verbose", count=True, help="More: infos and details.")
quiet_option = click.option("-q", "--quiet", count=True, help="Less: errors and the verdict only.")


def filter_of(expression: str | None) -> Filter | None:
    """What `-Y` means.

    Raises:
        BadFilter: it cannot be understood; names the column.
    """
    if expression is None:
        return None
    from wsdtrace.filters import compile_filter

    return compile_filter(expression)


def selectors(values: Iterable[str]) -> tuple[str, ...]:
    """Codes given one by one or in a row: `--select WSD6,WSD101 --select WSD7`."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def seconds_of(values: Iterable[str]) -> dict[str, float]:
    """`--timeout RetrieveImage=120`: operation → seconds.

    Raises:
        UsageError: one is no operation and number, or its operation is unknown.
    """
    from wsdtrace.errors import UsageError
    from wsdtrace.state.latency import checked_limit

    found: dict[str, float] = {}
    for value in values:
        operation, _, text = value.partition("=")
        try:
            found[operation] = checked_limit(operation, float(text))
        except ValueError:
            raise UsageError(f"--timeout {value}: expected OPERATION=SECONDS") from None
        except UsageError as error:
            raise UsageError(f"--timeout {value}: {error}") from None
    return found
