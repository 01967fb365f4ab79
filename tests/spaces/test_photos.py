"""Photos: drawn anew from any picture that is one, and refused when they are none."""

import io
import zlib
from pathlib import Path

import pytest
from PIL import Image

from incubator import db
from incubator.config import Settings
from incubator.kernel.actor import ANONYMOUS, Actor, Role
from incubator.kernel.errors import DomainError, Forbidden, NotFound, TooLong
from incubator.spaces import place_queries, service
from incubator.spaces.errors import PhotoInvalid, TooManyPhotos
from incubator.spaces.photos import MOST_PHOTOS, draw
from tests.support import make

pytestmark = pytest.mark.usefixtures("database")
ORIENTATION, GPS, SIDEWAYS = 0x0112, 0x8825, 6


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are kept in a folder of the test's own."""
    monkeypatch.setattr("incubator.kernel.files.settings", lambda: Settings(data_dir=tmp_path))


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **more: object) -> bytes:
    """A picture of one colour."""
    written = io.BytesIO()
    Image.new(mode, size, "green" if mode == "RGB" else 1).save(written, kind, **more)
    return written.getvalue()


def bomb() -> bytes:
    """A PNG of a few hundred bytes that says it is 60,000 by 60,000 points."""
    small = picture()
    head = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + small[24:29]
    return small[:12] + head + zlib.crc32(head).to_bytes(4, "big") + small[33:]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_every_kind_becomes_webp_within_its_bounds(kind: str) -> None:
    drawn = draw(picture(kind, (3000, 1500)))

    sizes = [Image.open(io.BytesIO(one)).size for one in (drawn.large, drawn.small)]
    assert sizes == [(1600, 800), (480, 240)]
    assert (drawn.width, drawn.height, drawn.large[8:12]) == (1600, 800, b"WEBP")


def test_it_stands_upright_and_says_nothing_of_where_it_was_taken() -> None:
    facts = Image.Exif()
    facts[ORIENTATION] = SIDEWAYS
    facts.get_ifd(GPS)[1] = "N"
    drawn = draw(picture("JPEG", (60, 30), exif=facts))

    kept = Image.open(io.BytesIO(drawn.large))
    assert kept.size == (30, 60)
    assert dict(kept.getexif()) == {}


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_pictures_of_few_colours_are_taken(mode: str) -> None:
    assert draw(picture(mode=mode)).large[8:12] == b"WEBP"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + b"\0" * 40,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        picture()[:60],
        picture("GIF"),
        picture("TIFF"),
        bomb(),
    ],
    ids=["nothing", "a cut gif", "svg", "pdf", "a cut png", "gif", "tiff", "a bomb"],
)
async def test_what_is_no_picture_is_refused_and_nothing_is_written(content: bytes) -> None:
    house = await make.house()
    unit = await make.unit(house)
    before = await db.value("SELECT count(*) FROM audit_entry")

    with pytest.raises(PhotoInvalid):
        await service.add_photo(house.manager, unit, content, "")

    assert (await db.value("SELECT count(*) FROM unit_photo"), await db.value("SELECT count(*) FROM audit_entry")) == (0, before)


async def refused(actor: Actor, unit: object) -> type[DomainError]:
    """Try to add a photo and return the refusal."""
    with pytest.raises(DomainError) as found:
        await service.add_photo(actor, unit, picture(), "")  # type: ignore[arg-type]  # an id
    return type(found.value)


async def test_who_keeps_a_unit_adds_and_removes_photos_and_whoever_is_signed_in_sees_them() -> None:
    house = await make.house()
    unit, tenant = await make.unit(house, "instrument"), await make.resident(house)
    university = await make.person(await make.organization("university"), Role.REPRESENTATIVE)
    assert university.organization_id is not None
    await service.set_owner(house.manager, unit, service.OwnerTerms(university.organization_id))

    first = await service.add_photo(university, unit, picture(), " From the front ")
    second = await service.add_photo(house.manager, unit, picture(), "")
    [photos] = await place_queries.photos_of(tenant, [unit])
    seen = await service.read_photo(tenant, first, is_small=True)
    unseen = await service.read_photo(ANONYMOUS, first, is_small=True)
    await service.remove_photo(university, first)
    [left] = await place_queries.photos_of(tenant, [unit])

    assert [(photo.id, photo.caption) for photo in photos] == [(first, "From the front"), (second, "")]
    assert seen is not None
    assert unseen is None
    assert [photo.id for photo in left] == [second]
    assert await refused(tenant, unit) is Forbidden
    assert await refused((await make.house()).manager, unit) is Forbidden
    assert await refused(house.manager, house.site_id) is NotFound
    with pytest.raises(Forbidden):
        await service.remove_photo(tenant, second)
    with pytest.raises(NotFound):
        await service.remove_photo(house.manager, first)


async def test_a_unit_has_eight_photos_and_captions_have_an_end() -> None:
    house = await make.house()
    unit = await make.unit(house)
    for _ in range(MOST_PHOTOS):
        await service.add_photo(house.manager, unit, picture(), "")

    with pytest.raises(TooManyPhotos):
        await service.add_photo(house.manager, unit, picture(), "")
    with pytest.raises(TooLong):
        await service.add_photo(house.manager, unit, picture(), "x" * 201)

    assert await db.value("SELECT count(*) FROM unit_photo") == MOST_PHOTOS
