"""Files that appear whole or not at all: written beside the place where they go, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from wsdtrace.errors import OutputError


@contextlib.contextmanager
def whole_file(path: str, *, replace: bool = True) -> Iterator[BinaryIO]:
    """A file that gets its name when the block ends without an exception, and leaves nothing behind otherwise.

    A device or a pipe (`/dev/stdout`) is written to directly; of a symbolic link the target is replaced.

    Args:
        path: where the file goes.
        replace: a file that is there may be replaced.

    Raises:
        OutputError: it cannot be written there, or is there and may not be replaced.
    """
    import tempfile

    target, mode = _place_of(path, replace=replace)
    if mode is None:
        with _told(path), open(target, "wb") as device:
            yield device
        return
    with _told(path):
        handle, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(target)[:100]}.", dir=os.path.dirname(target))
    try:
        with _told(path), os.fdopen(handle, "wb") as file:
            os.fchmod(handle, mode)
            yield file
        with _told(path):
            _rename(temporary, target, replace=replace)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def give_name(temporary: str, path: str, *, replace: bool) -> bool:
    """Give a file that was written elsewhere its name, as `whole_file` does.

    Args:
        temporary: the file; another name of it may stay behind.
        path: where it goes.
        replace: a file that is there may be replaced.

    Returns:
        False: its bytes have to be written there, because that is no place in the same file system.

    Raises:
        OutputError: it cannot be written there, or is there and may not be replaced.
    """
    target, mode = _place_of(path, replace=replace)
    if mode is None:
        return False
    with _told(path):
        os.chmod(temporary, mode)
        try:
            _rename(temporary, target, replace=replace)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            return False
    return True


def _place_of(path: str, *, replace: bool) -> tuple[str, int | None]:
    """The file that a path leads to, and the permissions that it gets; None for a device or a pipe."""
    target = os.path.realpath(path)
    try:
        known = os.stat(target)
    except FileNotFoundError:
        return target, 0o666 & ~_umask()
    except OSError as error:
        raise _cannot(path, error) from error
    if stat.S_ISDIR(known.st_mode):
        raise OutputError(f"{path}: cannot be written: it is a directory")
    if not stat.S_ISREG(known.st_mode):
        return target, None
    if not replace:
        raise OutputError(f"{path}: is there already (--force replaces it)")
    return target, stat.S_IMODE(known.st_mode)


def _rename(temporary: str, target: str, *, replace: bool) -> None:
    if replace:
        os.replace(temporary, target)
    else:
        # A file that came in the meantime stays: link() fails where rename() would replace.
        os.link(temporary, target)


class Sink:
    """Where a command's result goes: standard output, or a file that appears at the end.

    Args:
        file: the opened file; None for standard output.
    """

    def __init__(self, file: BinaryIO | None) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write and hand over, so that a reader of a pipe sees each input's result at once."""
        if self._file is not None:
            self._file.write(text.encode("utf-8", "backslashreplace"))
            return
        if sys.stdout is None:
            raise OutputError("standard output is closed")
        try:
            sys.stdout.write(text)
        except UnicodeEncodeError:
            encoding = sys.stdout.encoding or "ascii"
            sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()


@contextlib.contextmanager
def sink(path: str | None, inputs: Sequence[str] = ()) -> Iterator[Sink]:
    """The place that `-o` names, standard output without it.

    Args:
        path: of `-o`; `-` is standard output too.
        inputs: captures that must not be overwritten.

    Raises:
        OutputError: the file cannot be written.
    """
    if path is None or path == "-":
        yield Sink(None)
        return
    for name in inputs:
        if name != "-" and os.path.exists(path) and os.path.exists(name) and os.path.samefile(path, name):
            raise OutputError(f"{path}: is an input; it is not overwritten")
    with whole_file(path) as file:
        yield Sink(file)


@contextlib.contextmanager
def _told(path: str) -> Iterator[None]:
    """System errors about `path` in our words."""
    try:
        yield
    except BrokenPipeError:
        raise
    except FileExistsError as error:
        raise OutputError(f"{path}: is there already (--force replaces it)") from error
    except OSError as error:
        raise _cannot(path, error) from error


@contextlib.contextmanager
def record_file(path: str | None) -> Iterator[BinaryIO | None]:
    """Where a record that is written on the way goes; None without a path.

    Raises:
        OutputError: it cannot be written.
    """
    if path is None:
        yield None
        return
    try:
        file = open(path, "wb")  # noqa: SIM115 - an error of whoever writes is not one of opening
    except OSError as error:
        raise _cannot(path, error) from error
    with file:
        yield file


def _cannot(path: str, error: OSError) -> OutputError:
    return OutputError(f"{path}: cannot be written: {error.strerror or error}")


def _umask() -> int:
    """The process's mask of permissions; reading it means setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
