"""Who comes in, who does not, and what is kept of it."""

from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from incubator import config, db
from incubator.config import Settings
from incubator.embedded import mailbox
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Role
from incubator.kernel.errors import NotFound, RateLimited
from incubator.organizations import access, secrets, service, sign_in
from incubator.organizations.errors import CodeRequired, LinkExpired, PasswordTooWeak, WrongCode, WrongCredentials
from tests.support import make
from tests.support.drain import drain

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
async def known_settings(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of a deployment that asks for no second factor, with a mailbox of its own."""
    settings = Settings(data_dir=tmp_path, requires_two_factor=False)
    for module in ("incubator.config", "incubator.organizations.access", "incubator.notifications.jobs"):
        monkeypatch.setattr(f"{module}.settings", lambda: settings)
    assert config.settings() is settings
    return tmp_path


async def known_person(email: str = "ada@people.example") -> None:
    """Make a startup's owner with a password."""
    startup = await make.organization("startup")
    async with db.transaction():
        person_id = await service.register_person(email, "Ada")
        await service.give_role(SYSTEM, person_id, startup, Role.OWNER)
        await service.set_password(person_id, PASSWORD)


async def enter(email: str = "ada@people.example", password: str = PASSWORD, code: str | None = None, caller: str = "192.0.2.1") -> str:
    """Sign in from a browser."""
    return await sign_in.sign_in(email, password, code, caller=caller, user_agent="Test browser")


async def test_a_good_password_starts_a_session_that_stands_for_the_person() -> None:
    await known_person()

    actor = await access.actor_of_session(await enter("  ADA@people.example "))

    assert actor is not None
    assert (actor.name, actor.roles, actor.via) == ("Ada", frozenset({Role.OWNER}), "session")


async def test_wrong_password_and_unknown_address_are_refused_alike() -> None:
    await known_person()

    with pytest.raises(WrongCredentials) as wrong:
        await enter(password="not the password")
    with pytest.raises(WrongCredentials) as unknown:
        await enter("nobody@people.example")

    assert str(wrong.value) == str(unknown.value)
    assert await db.value("SELECT count(*) FROM session") == 0


async def test_an_unknown_address_costs_a_password_check_too(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    real = secrets.verify_password

    async def watch(password: str, password_hash: str) -> bool:
        checked.append(password_hash)
        return await real(password, password_hash)

    monkeypatch.setattr(secrets, "verify_password", watch)

    with pytest.raises(WrongCredentials):
        await enter("nobody@people.example")

    assert checked == [""]


async def test_ten_failures_lock_the_address_for_a_while_even_with_the_right_password() -> None:
    await known_person()
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            await enter(password="not the password")

    with pytest.raises(RateLimited) as limited:
        await enter()
    with clock.travel_to(clock.later(minutes=16)):
        later = await enter()

    assert 0 < limited.value.retry_after_s <= 900
    assert later


async def test_a_revoked_expired_or_signed_out_session_is_nobody() -> None:
    await known_person()
    revoked, expired, left = await enter(), await enter(), await enter()
    actor = await access.actor_of_session(revoked)
    assert actor is not None
    assert actor.credential_id is not None
    await sign_in.revoke_session(actor, actor.credential_id)
    await sign_in.sign_out(left)

    with clock.travel_to(clock.later(days=15)):
        too_old = await access.actor_of_session(expired)

    assert [await access.actor_of_session(revoked), too_old, await access.actor_of_session(left)] == [None, None, None]


async def test_nobody_ends_the_session_of_somebody_else() -> None:
    await known_person()
    await known_person("bob@people.example")
    ada, bob = await access.actor_of_session(await enter()), await access.actor_of_session(await enter("bob@people.example"))
    assert ada is not None
    assert bob is not None
    assert bob.credential_id is not None

    with pytest.raises(NotFound):
        await sign_in.revoke_session(ada, bob.credential_id)

    assert await db.value("SELECT count(*) FROM session WHERE revoked_at IS NOT NULL") == 0


async def test_a_second_factor_is_asked_for_and_each_code_works_once() -> None:
    await known_person()
    actor = await access.actor_of_session(await enter())
    assert actor is not None
    secret, address = await sign_in.start_two_factor(actor)
    codes = pyotp.TOTP(secret)
    recovery = await sign_in.confirm_two_factor(actor, codes.at(clock.now()))

    with pytest.raises(CodeRequired):
        await enter()
    with pytest.raises(WrongCode):
        await enter(code="000000")
    next_code = codes.at(clock.later(seconds=30))
    assert await enter(code=next_code)
    with pytest.raises(WrongCode):
        await enter(code=next_code)
    assert await enter(code=recovery[0])
    with pytest.raises(WrongCode):
        await enter(code=recovery[0])
    assert address.startswith("otpauth://totp/Incubator:ada%40people.example")


async def test_a_reset_link_works_once_ends_all_sessions_and_the_secret_is_only_in_the_mail(known_settings: Path) -> None:
    await known_person()
    session = await enter()
    await sign_in.request_password_reset("ada@people.example", caller="192.0.2.1")
    await drain()

    [letter] = mailbox.letters(known_settings, to="ada@people.example")
    token = letter.text.split("token=")[1].split()[0]
    with pytest.raises(PasswordTooWeak):
        await sign_in.reset_password(token, "short")
    await sign_in.reset_password(token, "another good password")
    with pytest.raises(LinkExpired):
        await sign_in.reset_password(token, "and yet another one")

    assert await access.actor_of_session(session) is None
    assert await enter(password="another good password")
    stored = await db.value("SELECT string_agg(payload::text, '') FROM outbox_message")
    assert token not in stored + await db.value("SELECT string_agg(payload::text, '') FROM work_item")


async def test_a_reset_for_an_unknown_address_says_nothing_and_sends_nothing(known_settings: Path) -> None:
    await sign_in.request_password_reset("nobody@people.example", caller="192.0.2.1")
    await drain()

    assert mailbox.letters(known_settings) == []


async def test_an_expired_reset_link_is_refused(known_settings: Path) -> None:
    await known_person()
    await sign_in.request_password_reset("ada@people.example", caller="192.0.2.1")
    await drain()
    token = mailbox.letters(known_settings)[0].text.split("token=")[1].split()[0]

    with clock.travel_to(clock.later(hours=2)), pytest.raises(LinkExpired):
        await sign_in.reset_password(token, "another good password")

    assert await enter()


async def test_an_invited_person_comes_in_once_with_the_roles_given(known_settings: Path) -> None:
    owner = await make.startup_owner()
    await service.invite_person(owner, "new@people.example", "Newcomer", [Role.MEMBER])
    await drain()
    token = mailbox.letters(known_settings, to="new@people.example")[0].text.split("token=")[1].split()[0]

    session = await service.accept_invitation(token, "Nina Newcomer", PASSWORD, user_agent="Test browser")
    with pytest.raises(LinkExpired):
        await service.accept_invitation(token, "Nina Newcomer", PASSWORD, user_agent="Test browser")

    actor = await access.actor_of_session(session)
    assert actor is not None
    assert (actor.name, actor.organization_id, actor.roles) == ("Nina Newcomer", owner.organization_id, frozenset({Role.MEMBER}))


async def test_a_known_person_joins_another_organisation_with_their_own_password_only(known_settings: Path) -> None:
    await known_person()
    owner = await make.startup_owner()
    await service.invite_person(owner, "ada@people.example", "Ada", [Role.MEMBER])
    await drain()
    token = mailbox.letters(known_settings)[0].text.split("token=")[1].split()[0]

    with pytest.raises(WrongCredentials):
        await service.accept_invitation(token, "Ada", "a new password instead", user_agent="")
    actor = await access.actor_of_session(await service.accept_invitation(token, "Ada", PASSWORD, user_agent=""))

    assert actor is not None
    assert actor.organization_id == owner.organization_id


async def test_switching_changes_where_one_stands_and_foreign_organisations_are_unknown() -> None:
    await known_person()
    actor = await access.actor_of_session(session := await enter())
    assert actor is not None
    assert actor.person_id is not None
    second = await make.organization("corporate")
    async with db.transaction():
        await service.give_role(SYSTEM, actor.person_id, second, Role.SCOUT)

    await service.switch_organization(actor, second)
    with pytest.raises(NotFound):
        await service.switch_organization(actor, await make.organization("startup"))

    moved = await access.actor_of_session(session)
    assert moved is not None
    assert (moved.organization_id, moved.roles) == (second, frozenset({Role.SCOUT}))


async def test_an_api_token_works_until_it_is_revoked_or_over() -> None:
    await known_person()
    actor = await access.actor_of_session(await enter())
    assert actor is not None
    token_id, secret = await service.create_api_token(actor, "reports", ["read"], clock.today("UTC") + timedelta(days=1))

    found = await access.actor_of_token(secret)
    with clock.travel_to(clock.later(days=3)):
        over = await access.actor_of_token(secret)
    await service.revoke_api_token(actor, token_id)

    assert found is not None
    assert (found.via, found.scopes, found.person_id) == ("token", frozenset({"read"}), actor.person_id)
    assert (over, await access.actor_of_token(secret)) == (None, None)
    assert secret not in await db.value("SELECT string_agg(t::text, '') FROM api_token t")


async def test_a_manager_without_second_factor_has_no_grants_where_it_is_required(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    house = await make.house()
    assert house.manager.person_id is not None
    await service.set_password(house.manager.person_id, PASSWORD)
    email = await db.value("SELECT email FROM person WHERE id = $1", house.manager.person_id)
    session = await enter(email)
    strict = Settings(data_dir=tmp_path, requires_two_factor=True)
    monkeypatch.setattr("incubator.organizations.access.settings", lambda: strict)

    before = await access.actor_of_session(session)
    assert before is not None
    secret, _ = await sign_in.start_two_factor(before)
    await sign_in.confirm_two_factor(before, pyotp.TOTP(secret).now())
    after = await access.actor_of_session(session)

    assert after is not None
    assert (before.roles, after.roles) == (frozenset(), frozenset({Role.MANAGER}))
