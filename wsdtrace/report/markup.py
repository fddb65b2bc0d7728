"""HTML as values: text is escaped by being text, and only `tag` makes markup.

A child that is a `str` is text of anybody and is escaped; a child that is `Markup` was made here and stays as it is. So
what a capture says cannot become an element by being forgotten, only by being asked for.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from wsdtrace.report.escape import visible


class Markup(str):
    """A piece of HTML that was made by `tag`, `joined` or `trusted`."""

    __slots__ = ()


Child = str | Markup | None
Value = str | int | bool | None

VOID = frozenset({"meta", "link", "img", "input", "br", "hr", "col"})
"""Elements without content and end tag (HTML, 13.1.2)."""


def tag(name: str, /, *children: Child | Iterable[Child], **attributes: Value) -> Markup:
    """An element.

    Args:
        name: of the element; ours, never the capture's.
        children: text, markup, or iterables of both; None is nothing.
        attributes: `class_` is `class`, `aria_label` is `aria-label`. True is an attribute without value, None and
            False are none.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{''.join(_flat(children))}</{name}>")


def joined(*children: Child | Iterable[Child]) -> Markup:
    """Children without an element around them."""
    return Markup("".join(_flat(children)))


def trusted(markup: str) -> Markup:
    """Text that is markup of ours already: a figure, a style sheet."""
    return Markup(markup)


def text_of(text: str) -> Markup:
    """Text of anybody: nothing in it is markup, and nothing in it is invisible."""
    return Markup(html.escape(visible(text)))


def _flat(children: Iterable[Child | Iterable[Child]]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, Markup):
            yield child
        elif isinstance(child, str):
            yield text_of(child)
        else:
            yield from _flat(child)


def _attribute(key: str, value: Value) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{text_of(str(value))}"'
