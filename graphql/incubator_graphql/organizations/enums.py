"""The domain's enums, made known to the schema before any type names them; the rest of the edge takes them from here."""

from incubator.kernel.actor import OrganizationKind, Role
from incubator.kernel.language import Language
from incubator_graphql.outputs import enum

for known in (Language, OrganizationKind, Role):
    enum(known)

__all__ = ["Language", "OrganizationKind", "Role"]
