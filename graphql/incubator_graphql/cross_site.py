"""Refuses what another site's page makes a browser send with our cookie (fetch metadata, Origin, a header forms cannot set)."""

from collections.abc import Collection

from starlette.requests import HTTPConnection
from strawberry.http.websocket_origin import is_same_origin, normalize_origin

OWN_HEADER = "x-requested-with"
OWN_HEADER_VALUE = "incubator"


def is_cross_site(connection: HTTPConnection, allowed_origins: Collection[str] = ()) -> bool:
    """Tell whether the request was made by a page of another site, or cannot show that it was not.

    `Sec-Fetch-Site` is believed first: browsers set it and pages cannot. Then `Origin`, against the host asked for and the origins
    this installation is known by. A request with neither must carry our own header, which a foreign page can only send after a
    CORS preflight that nobody answers.

    Source: OWASP Cross-Site Request Forgery Prevention Cheat Sheet, fetch metadata (2026).
    """
    headers = connection.headers
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    if origin is not None:
        return not (is_same_origin(origin, headers.get("host")) or normalize_origin(origin) in allowed_origins)
    return site is None and headers.get(OWN_HEADER) != OWN_HEADER_VALUE
