"""From arguments to an exit code: every way in which a run can end is told here, in one line on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from wsdtrace.cli.exits import Exit
from wsdtrace.cli.group import group
from wsdtrace.cli.terminal import complain, complain_filter, complain_internal, silence_stdout
from wsdtrace.errors import BadFilter, CaptureError, WsdtraceError

PROGRAM = "wsdtrace"


def run(args: Sequence[str]) -> int:
    """Run one command.

    Args:
        args: what follows the program's name.

    Returns:
        The exit code; nothing is raised, whatever happens.
    """
    if "_WSDTRACE_COMPLETE" in os.environ:
        from click.shell_completion import shell_complete

        return shell_complete(group, {}, PROGRAM, "_WSDTRACE_COMPLETE", os.environ["_WSDTRACE_COMPLETE"])
    try:
        code = _invoke(list(args))
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.exceptions.Exit as end:
        code = end.exit_code
    except click.ClickException as error:
        error.show()
        code = Exit.USAGE
    except (KeyboardInterrupt, click.Abort):
        complain("interrupted")
        code = Exit.INTERRUPTED
    except BrokenPipeError:
        silence_stdout()
        code = Exit.OK
    except CaptureError as error:
        complain(str(error))
        code = Exit.UNREADABLE
    except BadFilter as error:
        complain_filter(error)
        code = Exit.USAGE
    except WsdtraceError as error:
        complain(str(error))
        code = Exit.USAGE
    except OSError as error:
        # Inputs and output files tell their own errors; what is left is writing to standard output.
        silence_stdout()
        complain(f"cannot write to standard output: {error.strerror or error}")
        code = Exit.USAGE
    except Exception as error:  # a mistake of ours must not look like a verdict
        complain_internal(error, debug="--debug" in args)
        code = Exit.INTERNAL
    return int(code)


def _invoke(args: list[str]) -> int:
    with group.make_context(PROGRAM, args) as context:
        code = group.invoke(context)
    return code if isinstance(code, int) else Exit.OK
