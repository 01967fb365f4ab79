"""Serves the built web client: assets for ever, the page always fresh, and the page for every address of the client's own router."""

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

IMMUTABLE = "public, max-age=31536000, immutable"
FRESH = "no-cache"
EXPLORER_PAGE = "explorer/index.html"
"""The explorer's page, from the folder of the client; it has an address, a policy and an audience of its own."""
NOT_THE_CLIENTS = ("/assets/", "/auth/", "/calendar/", "/dev/", "/documents/", "/explorer/", "/graphql", "/webhooks/")
"""Addresses that the client's router never has: unknown ones among them are simply not there."""
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the client, what it is, and its compressed forms by encoding."""

    path: Path
    media_type: str
    etag: str
    forms: dict[str, Path]


class Client:
    """The files of one folder, listed once: only what was built can be asked for, so no path can lead out of it."""

    def __init__(self, folder: Path) -> None:
        self._assets = {f"/{path.relative_to(folder).as_posix()}": _asset(path) for path in sorted(folder.rglob("*")) if _is_served(path)}
        self._assets.pop(f"/{EXPLORER_PAGE}", None)

    async def serve(self, request: Request) -> Response:
        """Answer with an asset, with the page for an address without a dot, or with 404."""
        path = request.url.path
        asset = self._assets.get(path)
        if asset is None and "." not in path.rpartition("/")[2] and not path.startswith(NOT_THE_CLIENTS):
            asset = self._assets.get("/index.html")
            if asset is None:
                return PlainTextResponse("The web client is not built: run make client.\n", 503)
        if asset is None:
            return PlainTextResponse("Not found\n", 404, {"cache-control": "no-store"})
        return _answer(request, asset, is_immutable=path.startswith(("/assets/", "/explorer/assets/")))


def _is_served(path: Path) -> bool:
    return path.is_file() and not any(part.startswith(".") for part in path.parts[-2:]) and path.suffix not in (".br", ".gz", ".map")


def _asset(path: Path) -> Asset:
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    forms = {name: packed for name, suffix in _ENCODINGS if (packed := path.with_name(path.name + suffix)).is_file()}
    return Asset(path, media_type, hashlib.sha256(path.read_bytes()).hexdigest()[:32], forms)


def _answer(request: Request, asset: Asset, *, is_immutable: bool) -> Response:
    encoding = _chosen(request.headers.get("accept-encoding", ""), asset)
    etag = f'"{asset.etag}{"-" + encoding if encoding else ""}"'
    headers = {"cache-control": IMMUTABLE if is_immutable else FRESH, "etag": etag, "vary": "accept-encoding"}
    if etag in (tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    if encoding:
        headers["content-encoding"] = encoding
    return FileResponse(asset.forms[encoding] if encoding else asset.path, headers=headers, media_type=asset.media_type)


def _chosen(accepted: str, asset: Asset) -> str | None:
    """Choose the best form that exists and is accepted with a quality above 0."""
    offered: dict[str, float] = {}
    for part in accepted.lower().split(",")[:16]:
        name, _, quality = part.strip().partition(";q=")
        try:
            offered[name.strip()] = float(quality) if quality else 1.0
        except ValueError:
            offered[name.strip()] = 0.0
    return next((name for name in asset.forms if offered.get(name, 0.0) > 0), None)
