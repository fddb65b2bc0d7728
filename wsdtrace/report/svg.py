"""SVG 1.1 drawings as text: shapes with attributes only, so that a host that strips scripts and styles shows them.

Theory of operation: a `Drawing` collects elements and becomes one `<svg>` with a title, a description and
`role="img"`. Text is `currentColor`, which is the colour of the page around it. Whatever enters as text or as the value
of an attribute is escaped here and nowhere else; markup can only be made by the methods.
"""

from __future__ import annotations

import html

from wsdtrace.report.escape import shortened, visible

FONT = "ui-sans-serif, system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

CHARACTER = 0.56
"""Width of an average character, in sizes of the font: measured over the labels of the case captures in Roboto and
DejaVu Sans (0.50 to 0.58)."""

MAX_TITLE = 300
"""Characters of a tooltip or description from the capture."""

MAX_DESCRIPTION = 1200
"""Characters of what is said about a whole drawing."""

MUTED = 0.72
"""Opacity of text that says less; black at 0.72 on white has a contrast of 9:1, white on `#0d1117` 10:1."""

Attribute = str | float | int | None


class Drawing:
    """A drawing of `width` × `height` units that scales with its place.

    Args:
        width: units, pixels where it is shown at its own size.
        height: as above.
        title: its name for those who do not see it.
        description: what is to be seen in it, in a sentence or two.
        linked: it holds links, so it is a group of things and no single picture.
    """

    def __init__(self, width: float, height: float, title: str, description: str, *, linked: bool = False) -> None:
        self.width = width
        self.height = height
        self._title = title
        self._description = description
        self._linked = linked
        self._parts: list[str] = []

    def line(self, x1: float, y1: float, x2: float, y2: float, **attributes: Attribute) -> None:
        """A straight line; `currentColor` unless `stroke` says otherwise."""
        self._add("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "stroke": "currentColor", **attributes})

    def rect(self, x: float, y: float, width: float, height: float, *, tip: str = "", **attributes: Attribute) -> None:
        """A rectangle, with a tooltip."""
        self._add("rect", {"x": x, "y": y, "width": width, "height": height, **attributes}, tip)

    def circle(self, x: float, y: float, radius: float, *, tip: str = "", **attributes: Attribute) -> None:
        """A disc, with a tooltip."""
        self._add("circle", {"cx": x, "cy": y, "r": radius, **attributes}, tip)

    def path(self, d: str, *, tip: str = "", **attributes: Attribute) -> None:
        """A path; no fill unless said."""
        self._add("path", {"d": d, "fill": "none", **attributes}, tip)

    def text(self, x: float, y: float, text: str, *, size: float = 12, **attributes: Attribute) -> None:
        """One line of text, which may come from the capture. `anchor` is start, middle or end.

        `mark` colours the sign that it begins with (✖, ✔); words stay in the colour of text, since no colour is dark
        enough for words on white and light enough for words on black.
        """
        anchor, mark = attributes.pop("anchor", None), attributes.pop("mark", None)
        given: dict[str, Attribute] = {
            "x": x,
            "y": y,
            "font-size": size,
            "text-anchor": anchor,
            "fill": "currentColor",
            **attributes,
        }
        sign = "" if mark is None else f"<tspan{_written({'fill': mark})}>{escaped(text[:1])}</tspan>"
        self._parts.append(f"<text{_written(given)}>{sign}{escaped(text[1:] if sign else text)}</text>")

    def arrow(self, x1: float, x2: float, y: float, *, color: str = "currentColor", **attributes: Attribute) -> None:
        """A horizontal arrow from `x1` to `x2`. Its head is a path: markers need ids, which a page may have twice."""
        direction = 1 if x2 >= x1 else -1
        self.line(x1, y, x2 - 3 * direction, y, stroke=color, **attributes)
        head = f"M{_number(x2)} {_number(y)}l{-7 * direction} -4v8z"
        self.path(head, fill=color, stroke="none")

    def open(self, href: str | None = None, **attributes: Attribute) -> None:
        """Begin a group, or a link to `href`; `close` ends it."""
        name = "g" if href is None else "a"
        self._parts.append(f"<{name}{_written({'href': href, **attributes})}>")

    def close(self, *, link: bool = False) -> None:
        """End the group, or the link."""
        self._parts.append("</a>" if link else "</g>")

    def _add(self, name: str, attributes: dict[str, Attribute], tip: str = "") -> None:
        given = _written(attributes)
        if tip:
            self._parts.append(f"<{name}{given}><title>{escaped(shortened(tip, MAX_TITLE))}</title></{name}>")
        else:
            self._parts.append(f"<{name}{given}/>")

    def __str__(self) -> str:
        given: dict[str, Attribute] = {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {_number(self.width)} {_number(self.height)}",
            "width": self.width,
            "height": self.height,
            "role": "group" if self._linked else "img",
            "aria-label": shortened(self._title, MAX_TITLE),
            "font-family": FONT,
            "fill": "currentColor",
        }
        title = escaped(shortened(self._title, MAX_TITLE))
        description = escaped(shortened(self._description, MAX_DESCRIPTION))
        head = f"<svg{_written(given)}><title>{title}</title><desc>{description}</desc>"
        return head + "".join(self._parts) + "</svg>"


def escaped(text: str) -> str:
    """Text of anybody as text of XML: one line, nothing invisible, no markup."""
    return html.escape(visible(text))


def fitted(text: str, room: float, size: float = 12) -> str:
    """`text` cut to about `room` units at `size`; an ellipsis says so."""
    characters = max(int(room / (size * CHARACTER)), 1)
    return text if len(text) <= characters else f"{text[: max(characters - 1, 1)]}…"


def width_of(text: str, size: float = 12) -> float:
    """About how wide a text is. East Asian letters count double."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text) * size * CHARACTER


def standalone(drawing: str) -> str:
    """The drawing as a file of its own or an image, which has no text colour around it: it follows the reader's
    scheme, and is a mid-tone where even that is stripped."""
    style = "<style>svg{color:#1f2328}@media (prefers-color-scheme:dark){svg{color:#e6edf3}}</style>"
    head, title, rest = drawing.partition("<title>")
    return f'{head[:-1]} color="#7a828e">{style}{title}{rest}'


def _written(attributes: dict[str, Attribute]) -> str:
    """Attributes as they stand in a tag: ` x="1" stroke-width="2"`; those that are None are left out."""
    return "".join(
        f' {name.replace("_", "-")}="{_number(value) if isinstance(value, int | float) else escaped(value)}"'
        for name, value in attributes.items()
        if value is not None
    )


def _number(value: float) -> str:
    """A number with at most one digit behind the point: a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0") if abs(value) >= 1 or not value else f"{value:.2f}"
