"""Changing oneself, one's organisation's people and one's credentials."""

import strawberry

from incubator.kernel.actor import Grant
from incubator.organizations import places, service, sign_in
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation
from incubator_graphql.ids import decode
from incubator_graphql.nodes import shown
from incubator_graphql.organizations.inputs import (
    ConfirmTwoFactorInput,
    CreateApiTokenInput,
    InvitePersonInput,
    RevokeApiTokenInput,
    RevokeInvitationInput,
    RevokeSessionInput,
    SetSubdivisionInput,
    SwitchOrganizationInput,
    UpdatePreferencesInput,
)
from incubator_graphql.organizations.types import (
    API_TOKENS,
    INVITATIONS,
    PEOPLE,
    SESSIONS,
    SITES,
    ApiToken,
    Invitation,
    Person,
    Session,
    Site,
)
from incubator_graphql.organizations.viewer import Viewer
from incubator_graphql.outputs import value
from incubator_graphql.qr_codes import draw_code


@value
class UpdatePreferencesPayload(Payload):
    """The person as they are now."""

    person: Person | None = None


@value
class SwitchOrganizationPayload(Payload):
    """The viewer, standing elsewhere."""

    viewer: Viewer | None = None


@value
class InvitePersonPayload(Payload):
    """The open invitation."""

    invitation: Invitation | None = None


@value
class RevokeInvitationPayload(Payload):
    """The invitation that is no more."""

    invitation: Invitation | None = None


@value
class StartTwoFactorPayload(Payload):
    """A new secret, not in force before it is confirmed."""

    secret: str | None = None
    otpauth_url: str | None = None
    qr_svg: str | None = strawberry.field(default=None, description="The address as a QR code, an SVG document.")


@value
class ConfirmTwoFactorPayload(Payload):
    """Codes for who loses the second factor, each good once, shown this once."""

    recovery_codes: list[str] | None = None


@value
class CreateApiTokenPayload(Payload):
    """The token, and its secret, shown this once."""

    api_token: ApiToken | None = None
    secret: str | None = None


@value
class RevokeApiTokenPayload(Payload):
    """The token that works no more."""

    api_token: ApiToken | None = None


@value
class RevokeSessionPayload(Payload):
    """The session that is over."""

    session: Session | None = None


@value
class SetSubdivisionPayload(Payload):
    """The site."""

    site: Site | None = None


@strawberry.type
class OrganizationsMutation:
    """Changing oneself, one's organisation's people and one's credentials."""

    @mutation(SIGNED_IN)
    async def update_preferences(self, info: Info, input: UpdatePreferencesInput) -> UpdatePreferencesPayload:
        """Change one's own name, language or time zone."""
        actor = info.context.actor
        await service.update_preferences(
            actor,
            input.expected_version,
            name=input.name,
            language=input.language.value if input.language else None,
            time_zone=input.time_zone,
        )
        return UpdatePreferencesPayload(person=await shown(info, PEOPLE, actor.require_person(), Person.of))

    @mutation(SIGNED_IN)
    async def switch_organization(self, info: Info, input: SwitchOrganizationInput) -> SwitchOrganizationPayload:
        """Stand in another of one's organisations, for the rest of this session."""
        organization_id = decode(input.organization_id, "Organization", "input", "organizationId")
        await service.switch_organization(info.context.actor, organization_id)
        info.context.become(await info.context.ask_again())
        return SwitchOrganizationPayload(viewer=Viewer.of(info.context.actor))

    @mutation(SIGNED_IN)
    async def invite_person(self, info: Info, input: InvitePersonInput) -> InvitePersonPayload:
        """Invite somebody into the organisation one stands in; a mail with a link follows. An earlier open invitation to the address ends."""
        invitation_id = await service.invite_person(info.context.actor, input.email, input.name, input.roles)
        return InvitePersonPayload(invitation=await shown(info, INVITATIONS, invitation_id, Invitation.of))

    @mutation(SIGNED_IN)
    async def revoke_invitation(self, info: Info, input: RevokeInvitationInput) -> RevokeInvitationPayload:
        """Take an open invitation back; its link stops working."""
        invitation_id = decode(input.invitation_id, "Invitation", "input", "invitationId")
        shown = await info.context.loaders.of(INVITATIONS).load(invitation_id)
        await service.revoke_invitation(info.context.actor, invitation_id)
        return RevokeInvitationPayload(invitation=Invitation.of(shown) if shown else None)

    @mutation(SIGNED_IN)
    async def start_two_factor(self, info: Info) -> StartTwoFactorPayload:
        """Make a secret for an authenticator app. It is in force only when a first code of the app is confirmed."""
        secret, address = await sign_in.start_two_factor(info.context.actor)
        return StartTwoFactorPayload(secret=secret, otpauth_url=address, qr_svg=draw_code(address))

    @mutation(SIGNED_IN)
    async def confirm_two_factor(self, info: Info, input: ConfirmTwoFactorInput) -> ConfirmTwoFactorPayload:
        """Put the second factor in force with a first good code."""
        return ConfirmTwoFactorPayload(recovery_codes=await sign_in.confirm_two_factor(info.context.actor, input.code))

    @mutation(SIGNED_IN)
    async def create_api_token(self, info: Info, input: CreateApiTokenInput) -> CreateApiTokenPayload:
        """Make an API token for scripts. It acts as the viewer, standing where the viewer stands now."""
        token_id, secret = await service.create_api_token(info.context.actor, input.name, input.scopes, input.expires_on)
        return CreateApiTokenPayload(api_token=await shown(info, API_TOKENS, token_id, ApiToken.of), secret=secret)

    @mutation(SIGNED_IN)
    async def revoke_api_token(self, info: Info, input: RevokeApiTokenInput) -> RevokeApiTokenPayload:
        """End one of one's own tokens at once."""
        token_id = decode(input.api_token_id, "ApiToken", "input", "apiTokenId")
        shown = await info.context.loaders.of(API_TOKENS).load(token_id)
        await service.revoke_api_token(info.context.actor, token_id)
        return RevokeApiTokenPayload(api_token=ApiToken.of(shown) if shown else None)

    @mutation(SIGNED_IN)
    async def revoke_session(self, info: Info, input: RevokeSessionInput) -> RevokeSessionPayload:
        """End one of one's own sessions at once; its open streams end too."""
        session_id = decode(input.session_id, "Session", "input", "sessionId")
        shown = await info.context.loaders.of(SESSIONS).load(session_id)
        await sign_in.revoke_session(info.context.actor, session_id)
        return RevokeSessionPayload(session=Session.of(shown) if shown else None)

    @mutation(granted(Grant.MANAGE_SPACE))
    async def set_subdivision(self, info: Info, input: SetSubdivisionInput) -> SetSubdivisionPayload:
        """Say in which part of its country a site is; its public holidays count from now on."""
        site_id = decode(input.site_id, "Site", "input", "siteId")
        await places.set_subdivision(info.context.actor, site_id, input.subdivision, input.expected_version)
        return SetSubdivisionPayload(site=await shown(info, SITES, site_id, Site.of))
