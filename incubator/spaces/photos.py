"""Photos of units. What is kept is drawn anew from the picture's points, so that nothing else of the file comes along: no place, no camera, no script."""

import asyncio
import io
from dataclasses import dataclass
from uuid import UUID

from PIL import Image, ImageOps, UnidentifiedImageError

from incubator import db
from incubator.kernel import audit, checks, clock, files, outbox
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound
from incubator.kernel.ids import new_id
from incubator.spaces.errors import PhotoInvalid, TooManyPhotos
from incubator.spaces.events import UnitChanged
from incubator.spaces.owning import lock_kept_unit

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_PIXELS = 40_000_000
MOST_PHOTOS = 8
LONG_SIDE, SMALL_SIDE = 1600, 480
PATH = ("input", "content")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture drawn anew as WebP, at most 1600 points long, and a small one of at most 480."""

    large: bytes
    small: bytes
    width: int
    height: int


def draw(content: bytes) -> Drawn:
    """Draw an uploaded picture anew, upright. The name and type that came with it count for nothing, only its bytes.

    Raises:
        PhotoInvalid: it is no PNG, JPEG or WebP picture, is broken, or has more than 40 million points.
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise PhotoInvalid(limit=f"{MOST_PIXELS // 1_000_000} MP", path=PATH)
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise PhotoInvalid(limit=", ".join(FORMATS), path=PATH) from error
    large, small = picture.copy(), picture
    large.thumbnail((LONG_SIDE, LONG_SIDE))
    small.thumbnail((SMALL_SIDE, SMALL_SIDE))
    return Drawn(_webp(large), _webp(small), large.width, large.height)


def _webp(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "WEBP", quality=82, method=4)
    return written.getvalue()


async def add_photo(actor: Actor, unit_id: UUID, content: bytes, caption: str) -> UUID:
    """Add a photo of a unit behind those that it has; returns its id.

    Raises:
        NotFound: there is no such unit.
        NotSignedIn, Forbidden: the actor neither manages the site's space nor owns the unit.
        TooLong: the caption.
        PhotoInvalid: see `draw`.
        TooManyPhotos: it has eight.
    """
    caption = checks.text(caption, "caption", at_least=0, at_most=200, path=("input", "caption"))
    async with db.transaction():
        await lock_kept_unit(actor, unit_id)
    drawn = await asyncio.to_thread(draw, content)
    large, small = [await files.store().put(one) for one in (drawn.large, drawn.small)]
    photo_id = new_id()
    async with db.transaction():
        unit = await lock_kept_unit(actor, unit_id)
        if await db.value("SELECT count(*) FROM unit_photo WHERE unit_id = $1", unit_id) >= MOST_PHOTOS:
            raise TooManyPhotos(limit=str(MOST_PHOTOS), path=("input", "unitId"))
        await db.execute(
            "INSERT INTO unit_photo (id, unit_id, caption, width, height, large_sha256, small_sha256, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            photo_id,
            unit_id,
            caption,
            drawn.width,
            drawn.height,
            large.sha256,
            small.sha256,
            clock.now(),
        )
        await _changed(actor, "add photo", unit_id, unit["version"], {"photo": photo_id, "sha256": large.sha256})
    return photo_id


async def remove_photo(actor: Actor, photo_id: UUID) -> UUID:
    """Take a photo of a unit away; returns the unit's id.

    Raises:
        NotFound: there is no such photo.
        NotSignedIn, Forbidden: the actor neither manages the site's space nor owns the unit.
    """
    async with db.transaction():
        unit_id: UUID | None = await db.value("SELECT unit_id FROM unit_photo WHERE id = $1", photo_id)
        if unit_id is None:
            raise NotFound(kind="UnitPhoto", path=("input", "photoId"))
        unit = await lock_kept_unit(actor, unit_id, ("input", "photoId"))
        await db.execute("DELETE FROM unit_photo WHERE id = $1", photo_id)
        await _changed(actor, "remove photo", unit_id, unit["version"], {"photo": photo_id})
    return unit_id


async def _changed(actor: Actor, action: str, unit_id: UUID, version: int, after: dict[str, object]) -> None:
    await db.execute("UPDATE unit SET version = version + 1 WHERE id = $1", unit_id)
    await audit.record(actor, action, "Unit", unit_id, after=after)
    await outbox.record(UnitChanged(unit_id, version + 1))


async def read_photo(actor: Actor, photo_id: UUID, *, is_small: bool) -> bytes | None:
    """Return a photo as WebP, None when it is not there for the actor: units are known to whoever is signed in."""
    if actor.person_id is None and not actor.is_system:
        return None
    found = await db.row("SELECT large_sha256, small_sha256 FROM unit_photo WHERE id = $1", photo_id)
    return None if found is None else await files.store().get(found["small_sha256" if is_small else "large_sha256"])
