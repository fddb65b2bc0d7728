"""Looks at drawings as a reader's program does: they are parsed, and asked for what they show."""

from lxml import etree

SVG = "{http://www.w3.org/2000/svg}"

ALLOWED = {"svg", "g", "a", "title", "desc", "rect", "circle", "line", "path", "text", "tspan"}
"""What a drawing may consist of: nothing that runs, styles, or loads."""


def parsed(drawing: str) -> etree._Element:
    """The drawing as a tree; fails unless it is a named picture of harmless elements and attributes."""
    root = etree.fromstring(drawing.encode())
    assert root.tag == f"{SVG}svg"
    assert root.get("role") in ("img", "group")
    assert root.get("aria-label")
    assert root[0].tag == f"{SVG}title"
    assert root[1].tag == f"{SVG}desc"
    for element in root.iter(etree.Element):
        assert str(element.tag).removeprefix(SVG) in ALLOWED
        for name, value in element.attrib.items():
            assert not str(name).startswith("on")
            assert str(name) not in ("style", "class", "id", "src")
            assert "url(" not in str(value)
            assert str(name) != "href" or str(value).startswith("#")
            assert "nan" not in str(value).lower().split()
            assert "inf" not in str(value).lower().split()
        if element.tag == f"{SVG}text":  # no hue is readable on white and on black; a letter on a badge is white
            assert element.get("fill") in ("currentColor", "#fff")
    return root


def texts(drawing: str) -> list[str]:
    """The lines of text that it shows."""
    return ["".join(map(str, element.itertext())) for element in parsed(drawing).iter(f"{SVG}text")]


def tips(drawing: str) -> list[str]:
    """The tooltips, without the drawing's own title."""
    root = parsed(drawing)
    return [element.text or "" for element in root.iter(f"{SVG}title") if element.getparent() is not root]
