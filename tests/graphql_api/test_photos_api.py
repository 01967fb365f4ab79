"""Photos through the API and by their addresses."""

from base64 import b64encode

from incubator import db
from incubator.kernel.ids import new_id
from incubator_graphql.ids import encode
from tests.support import callers, make
from tests.support.callers import CALLERS
from tests.support.web import Web, run, session_of

KEEPERS = callers.table("manager")


async def test_only_who_keeps_a_unit_adds_photos(web: Web) -> None:
    known = await callers.world()
    unit = encode("Unit", await make.unit(known.house))
    given = {"unitId": unit, "content": b64encode(make.picture()).decode(), "caption": "Front"}

    refused = await callers.refusals(known, KEEPERS, lambda who: run(web, who, "AddUnitPhoto", input=given))
    nothing = await db.value("SELECT count(*) FROM unit_photo")
    added = await run(web, await session_of(known.house.manager), "AddUnitPhoto", input=given)
    [photo] = added["unit"]["photos"]
    again = await callers.refusals(known, KEEPERS, lambda who: run(web, who, "RemoveUnitPhoto", input={"photoId": photo["id"]}))
    removed = await run(web, await session_of(known.house.manager), "RemoveUnitPhoto", input={"photoId": photo["id"]})

    assert (refused, nothing, again) == (KEEPERS.refused, 0, KEEPERS.refused)
    assert (photo["caption"], photo["width"], photo["height"]) == ("Front", 32, 24)
    assert removed["unit"]["photos"] == []


async def test_pictures_are_given_to_whoever_is_signed_in_and_are_not_there_for_others(web: Web) -> None:
    known = await callers.world()
    unit = await make.unit(known.house)
    given = {"unitId": encode("Unit", unit), "content": b64encode(make.picture()).decode()}
    [photo] = (await run(web, await session_of(known.house.manager), "AddUnitPhoto", input=given))["unit"]["photos"]

    answers = {}
    for name in ("another startup's owner", "reading token", "anonymous", "ended session"):
        async with web.client(**(await CALLERS[name](known) or {})) as client:
            found = [
                await client.get(address) for address in (photo["url"], photo["smallUrl"], f"/photos/{new_id()}.webp", "/photos/x.webp")
            ]
            answers[name] = [(one.status_code, one.headers["content-type"], one.headers.get("cache-control")) for one in found]

    kept = (200, "image/webp", "private, max-age=31536000, immutable")
    assert [answer[:2] for answer in (answers["another startup's owner"], answers["reading token"])] == [[kept, kept]] * 2
    assert {one[0] for name in ("anonymous", "ended session") for one in answers[name]} == {404}
    assert {one[0] for one in answers["reading token"][2:]} == {404}
    assert len(set(answers["anonymous"][:3])) == 1
