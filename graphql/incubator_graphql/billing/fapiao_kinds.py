"""Which fapiao there are."""

from enum import StrEnum

from incubator_graphql.outputs import enum


@enum
class FapiaoKind(StrEnum):
    """Whether the buyer may deduct the tax by it (special) or not (ordinary)."""

    ORDINARY = "ordinary"
    SPECIAL = "special"
