"""QR codes: of an authenticator's address, and of the pages that hang at units and areas."""

import io

import segno


def draw_code(text: str) -> str:
    """Draw a QR code as an SVG document."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="svg", scale=4, border=2, xmldecl=False)
    return drawn.getvalue().decode()
