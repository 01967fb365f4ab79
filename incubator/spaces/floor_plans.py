"""Take a floor's plan as SVG: only shapes and text stay, so that a browser can show it inline; ids of shapes are ids of units."""

import re
from uuid import UUID
from xml.etree import ElementTree
from xml.parsers import expat

from incubator import db
from incubator.kernel import audit, checks, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, TooLong
from incubator.kernel.ids import global_id
from incubator.spaces.errors import FloorPlanInvalid
from incubator.spaces.events import FloorChanged
from incubator.spaces.places import SITE_OF_FLOOR

MOST_CHARACTERS = 400_000
MOST_ELEMENTS = 20_000
SVG = "http://www.w3.org/2000/svg"
ELEMENTS = frozenset(("svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "title", "desc"))
ATTRIBUTES = frozenset(
    (
        *("id", "d", "x", "y", "dx", "dy", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry", "width", "height", "points", "transform"),
        *("viewBox", "preserveAspectRatio", "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity"),
        *("stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "font-size", "font-weight", "text-anchor"),
    )
)
_REFERENCE = re.compile(r"url\s*\(|:|&|\\", re.IGNORECASE)


def clean_plan(text: str) -> tuple[str, frozenset[str]]:
    """Return the drawing with nothing but known shapes, text and harmless attributes, and the ids that it uses.

    Elements and attributes that are not known are left out with all they hold: scripts, styles, links, images, event handlers, foreign
    content. So are attributes that refer to anything.

    Raises:
        TooLong: more than 400,000 characters.
        FloorPlanInvalid: no SVG, or with a document type, or an id twice.
    """
    if len(text) > MOST_CHARACTERS:
        raise TooLong(field="planSvg", limit=str(MOST_CHARACTERS), path=("input", "planSvg"))
    root = _parsed(text)
    if root.tag != f"{{{SVG}}}svg":
        raise FloorPlanInvalid(reason="<svg>", path=("input", "planSvg"))
    ids: list[str] = []
    cleaned = _cleaned(root, ids)
    if len(ids) != len(set(ids)):
        raise FloorPlanInvalid(reason=f"id {max(ids, key=ids.count)}", path=("input", "planSvg"))
    ElementTree.register_namespace("", SVG)
    return ElementTree.tostring(cleaned, encoding="unicode"), frozenset(ids)


def _parsed(text: str) -> ElementTree.Element:
    """Read XML that has no document type, so no entities either."""
    builder, parser, count = ElementTree.TreeBuilder(), expat.ParserCreate(namespace_separator="}"), [0]

    def refuse(*_: object) -> None:
        raise FloorPlanInvalid(reason="<!DOCTYPE>", path=("input", "planSvg"))

    def start(name: str, attributes: dict[str, str]) -> None:
        count[0] += 1
        if count[0] > MOST_ELEMENTS:
            raise FloorPlanInvalid(reason=f"> {MOST_ELEMENTS} elements", path=("input", "planSvg"))
        builder.start(_qualified(name), {_qualified(key): value for key, value in attributes.items()})

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: builder.end(_qualified(name))
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(text.encode(), True)
    except (expat.ExpatError, UnicodeEncodeError) as error:
        raise FloorPlanInvalid(reason=str(error)[:100], path=("input", "planSvg")) from error
    return builder.close()


def _qualified(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _cleaned(element: ElementTree.Element, ids: list[str], depth: int = 0) -> ElementTree.Element:
    if depth > 64:
        raise FloorPlanInvalid(reason="> 64", path=("input", "planSvg"))
    attributes = {key: value for key, value in element.attrib.items() if key in ATTRIBUTES and not _REFERENCE.search(value)}
    ids += [attributes["id"]] if "id" in attributes else []
    kept = ElementTree.Element(element.tag, attributes)
    kept.text, kept.tail = element.text, element.tail
    for child in element:
        if child.tag.removeprefix(f"{{{SVG}}}") in ELEMENTS and child.tag.startswith(f"{{{SVG}}}"):
            kept.append(_cleaned(child, ids, depth + 1))
    return kept


async def set_floor_plan(actor: Actor, floor_id: UUID, plan_svg: str, expected_version: int) -> list[UUID]:
    """Keep a floor's plan, cleaned; returns the units that it shows, in the order of their ids.

    A shape stands for a unit when its id is that unit's id in the API. Other ids may be used for anything else.

    Raises:
        NotFound: there is no such floor.
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        Stale: it was changed meanwhile.
        TooLong, FloorPlanInvalid: it is no drawing that can be kept; or it shows no unit of the site at all.
    """
    cleaned, ids = clean_plan(plan_svg)
    async with db.transaction():
        found = await db.row("SELECT version FROM floor WHERE id = $1 FOR UPDATE", floor_id)
        if found is None:
            raise NotFound(kind="Floor", path=("input", "floorId"))
        site_id = await db.value(SITE_OF_FLOOR, floor_id)
        actor.require(Grant.MANAGE_SPACE, site_id, path=("input", "floorId"))
        checks.version(expected_version, found["version"])
        units = await db.rows("SELECT id FROM unit WHERE site_id = $1 ORDER BY id", site_id)
        drawn = [row["id"] for row in units if global_id("Unit", row["id"]) in ids]
        if not drawn:
            raise FloorPlanInvalid(reason="0 units", path=("input", "planSvg"))
        await db.execute("UPDATE floor SET plan_svg = $2, version = version + 1 WHERE id = $1", floor_id, cleaned)
        await audit.record(actor, "set floor plan", "Floor", floor_id, after={"units": len(drawn)})
        await outbox.record(FloorChanged(floor_id, found["version"] + 1))
    return drawn
