"""The demo's mail at /dev/mail: what people would have received, newest first. Not there outside of the demo."""

import asyncio
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from incubator.config import Settings
from incubator.embedded.mailbox import Letter, letters

_LINKED = ("http://", "https://")
_STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { max-width: 860px; margin: 0 auto; padding: 24px 16px; background: light-dark(#fafbfd, #0e1016); color: light-dark(#1b1f2a, #e7e9f0); }
h1, h2 { font-size: 16px; margin: 0 0 6px; }
article { background: light-dark(#ffffff, #171a22); border: 1px solid light-dark(#dfe3ec, #2a2f3c); border-radius: 12px; padding: 16px; margin: 16px 0; }
article p { color: light-dark(#5a6274, #a3abbd); margin: 0 0 8px; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; }
a { color: light-dark(#3347c8, #98a6ff); }
"""


def mail_routes(settings: Settings) -> list[BaseRoute]:
    """Return the routes of the page; `?to=` shows one address only."""

    async def page(request: Request) -> Response:
        found = await asyncio.to_thread(letters, settings.data_dir, request.query_params.get("to", ""))
        shown = "\n".join(map(_letter, found)) or "<p>No mail yet.</p>"
        return HTMLResponse(
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mail · Incubator demo</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
            f'<link rel="stylesheet" href="/dev/mail.css"></head><body><h1>Mail of the demo</h1>{shown}</body></html>',
            headers={"cache-control": "no-store"},
        )

    async def style(request: Request) -> Response:
        return Response(_STYLE, media_type="text/css")

    return [Route("/dev/mail", page, methods=["GET"]), Route("/dev/mail.css", style, methods=["GET"])]


def _letter(letter: Letter) -> str:
    """Show a mail's text; the HTML part is somebody's template and stays out of our page."""
    return (
        f"<article><h2>{escape(letter.subject)}</h2><p>{escape(letter.to)} · {escape(letter.date)}</p>"
        f"<pre>{' '.join(map(_word, letter.text.split(' ')))}</pre></article>"
    )


def _word(word: str) -> str:
    """Make an address a link, whatever stands around it on its line."""
    lines = []
    for line in word.split("\n"):
        text = escape(line.strip("\r"))
        lines.append(f'<a href="{text}">{text}</a>' if line.startswith(_LINKED) else text)
    return "\n".join(lines)
