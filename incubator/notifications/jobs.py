"""What notifications do by themselves: mails, and facts of other packages turned into words for the right people."""

from uuid import UUID

from incubator import db
from incubator.config import settings
from incubator.kernel import outbox, work
from incubator.kernel.language import Language
from incubator.notifications import billing_facts as _billing_facts  # noqa: F401 - the import registers its consumers
from incubator.notifications import facts as _facts  # noqa: F401 - the import registers its consumers
from incubator.notifications import mail
from incubator.notifications import outage_facts as _outage_facts  # noqa: F401 - the import registers its consumers
from incubator.notifications import owner_facts as _owner_facts  # noqa: F401 - the import registers its consumers
from incubator.notifications import rental_facts as _rental_facts  # noqa: F401 - the import registers its consumers
from incubator.notifications import site_facts as _site_facts  # noqa: F401 - the import registers its consumers
from incubator.notifications import space_facts as _space_facts  # noqa: F401 - the import registers its consumers
from incubator.notifications import training_facts as _training_facts  # noqa: F401 - the import registers its consumers
from incubator.notifications.kinds import Kind
from incubator.notifications.service import write_mail
from incubator.notifications.templates import render
from incubator.organizations import service as organizations
from incubator.organizations import sign_in
from incubator.organizations.events import PasswordChanged, PasswordResetRequested, PersonInvited


@work.job("send mail", remote=True)
async def send_mail(item: work.Item) -> None:
    """May send a mail twice after a kill between hand-over and completion; both have the same Message-ID."""
    given, current = item.payload, settings()
    path = given["path"]
    if given["secret_of"]:
        secret = await _secret(given["secret_of"])
        if secret is None:
            return
        path = f"{path}?token={secret}"
    words = render(
        given["kind"],
        Language(given["language"]),
        given["time_zone"],
        {"name": given["name"], **given["params"]},
        f"{current.public_url}{path}" if path else "",
    )
    await mail.send(current, mail.compose(current, given["email"], words, item.id))


async def _secret(secret_of: str) -> str | None:
    what, _, row_id = secret_of.partition(":")
    if what == "invitation":
        return await organizations.issue_invitation_secret(UUID(row_id))
    return await sign_in.issue_reset_secret(UUID(row_id))


@outbox.consumer(PersonInvited, "mail the invitation")
async def mail_invitation(event: PersonInvited, message_id: UUID) -> None:
    """Repeats safely: the mail is on the work list once."""
    found = await db.row(
        "SELECT i.email, i.name, i.language, i.expires_at, o.name AS organization, coalesce(p.name, 'Incubator') AS invited_by"
        " FROM invitation i JOIN organization o ON o.id = i.organization_id LEFT JOIN person p ON p.id = i.invited_by_id WHERE i.id = $1",
        event.invitation_id,
    )
    assert found is not None
    params = {"organization": found["organization"], "invited_by": found["invited_by"], "expires_on": found["expires_at"].date()}
    await write_mail(
        found["email"],
        found["name"],
        found["language"],
        "UTC",
        Kind.INVITATION,
        params,
        "/invitation",
        str(message_id),
        f"invitation:{event.invitation_id}",
    )


@outbox.consumer(PasswordResetRequested, "mail the reset link")
async def mail_reset(event: PasswordResetRequested, message_id: UUID) -> None:
    """Repeats safely: the mail is on the work list once."""
    found = await db.row(
        "SELECT p.email, p.name, p.language, p.time_zone FROM password_reset r JOIN person p ON p.id = r.person_id WHERE r.id = $1",
        event.reset_id,
    )
    assert found is not None
    await write_mail(
        found["email"],
        found["name"],
        found["language"],
        found["time_zone"],
        Kind.PASSWORD_RESET,
        {},
        "/reset-password",
        str(message_id),
        f"reset:{event.reset_id}",
    )


@outbox.consumer(PasswordChanged, "mail about the new password")
async def mail_password_changed(event: PasswordChanged, message_id: UUID) -> None:
    """Repeats safely: the mail is on the work list once."""
    found = await db.row("SELECT email, name, language, time_zone FROM person WHERE id = $1", event.person_id)
    assert found is not None
    await write_mail(
        found["email"], found["name"], found["language"], found["time_zone"], Kind.PASSWORD_CHANGED, {}, "/sign-in", str(message_id)
    )
