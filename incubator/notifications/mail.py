"""Mail goes out by SMTP, or into the local mailbox when no server is named."""

import asyncio
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import aiosmtplib

from incubator.config import Settings
from incubator.embedded.mailbox import deliver
from incubator.kernel import clock
from incubator.kernel.work import TryLater
from incubator.notifications.templates import Rendered

TIMEOUT_S = 20


def compose(settings: Settings, to: str, rendered: Rendered, message_id: UUID) -> EmailMessage:
    """Make a mail with a text and an HTML part; its Message-ID stays the same however often it is tried."""
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = to
    message["Subject"] = rendered.subject
    message["Date"] = formatdate(clock.now().timestamp(), usegmt=True)
    message["Message-ID"] = f"<{message_id}@{urlsplit(settings.public_url).hostname or 'incubator'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    return message


async def send(settings: Settings, message: EmailMessage) -> None:
    """Hand a mail over.

    Raises:
        TryLater: the server is away or asks to come back later (4xx).
        aiosmtplib errors for a mail that is refused for good (5xx).
    """
    if settings.smtp_url is None:
        await asyncio.to_thread(deliver, settings.data_dir, message)
        return
    parts = urlsplit(settings.smtp_url)
    starttls = {"required": True, "off": False}.get(parse_qs(parts.query).get("starttls", ["auto"])[0])
    try:
        await aiosmtplib.send(
            message,
            hostname=parts.hostname or "127.0.0.1",
            port=parts.port or (465 if parts.scheme == "smtps" else 587),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=parts.scheme == "smtps",
            start_tls=None if parts.scheme == "smtps" else starttls,
            timeout=TIMEOUT_S,
        )
    except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError) as error:
        raise TryLater(f"the mail server is away: {error}", 30) from error
    except aiosmtplib.SMTPRecipientsRefused as error:
        if all(400 <= refused.code < 500 for refused in error.recipients):
            raise TryLater("the mail server asks to come back later", 120) from error
        raise
    except aiosmtplib.SMTPResponseException as error:
        if 400 <= error.code < 500:
            raise TryLater(f"the mail server asks to come back later: {error.code}", 120) from error
        raise
