"""How lists are ordered on request."""

from enum import Enum

from incubator_graphql.outputs import enum


class OrderDirection(Enum):
    """Ascending or descending."""

    ASC = "asc"
    DESC = "desc"


enum(OrderDirection)
