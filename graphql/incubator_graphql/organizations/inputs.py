"""What is given to the mutations of organisations and access."""

from datetime import date

import strawberry

from incubator_graphql.organizations.enums import Language, Role
from incubator_graphql.outputs import given


@given
class UpdatePreferencesInput:
    """What to change of oneself; what is left out stays."""

    expected_version: int
    name: str | None = None
    language: Language | None = None
    time_zone: str | None = strawberry.field(default=None, description="IANA name.")


@given
class SwitchOrganizationInput:
    """Where to stand."""

    organization_id: strawberry.ID


@given
class InvitePersonInput:
    """Whom to invite into the organisation one stands in, with which roles."""

    email: str
    name: str
    roles: list[Role]


@given
class RevokeInvitationInput:
    """The invitation to take back."""

    invitation_id: strawberry.ID


@given
class ConfirmTwoFactorInput:
    """A first code of the authenticator app."""

    code: str


@given
class CreateApiTokenInput:
    """A new token for scripts, standing where the viewer stands."""

    name: str
    scopes: list[str] = strawberry.field(description="`read`, or `read` and `write`.")
    expires_on: date | None = strawberry.field(default=None, description="The last day it works, in the viewer's own zone.")


@given
class RevokeApiTokenInput:
    """The token to end."""

    api_token_id: strawberry.ID


@given
class RevokeSessionInput:
    """The session to end."""

    session_id: strawberry.ID


@given
class SetSubdivisionInput:
    """In which part of its country a site is: one of the codes of `subdivisions`, or nothing for the whole country's holidays."""

    site_id: strawberry.ID
    subdivision: str
    expected_version: int | None = None
