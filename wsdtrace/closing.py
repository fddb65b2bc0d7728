"""`Closing`: what is closed at the end of a `with` statement."""

from __future__ import annotations

from typing import Self


class Closing:
    """Has a `close`, which may be called twice, and which ends a `with` statement."""

    __slots__ = ()

    def close(self) -> None:
        """Give up what it holds."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
