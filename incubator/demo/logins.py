"""The demo sign-ins."""

from dataclasses import dataclass

LOADED = "demo world loaded"
"""The audit trail's word for a world that was loaded to its end."""
PASSWORD = "incubator-demo-2026"  # noqa: S105 - printed at every start of the demo


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who can sign in to the demo world."""

    role: str
    email: str
    password: str
    name: str
    organization: str


LOGINS = (
    Login("incubator manager", "manager@incubator.example", PASSWORD, "Mara Lindqvist", "lsn"),
    Login("startup owner", "owner@elbe-cell.example", PASSWORD, "Jonas Petersen", "elbe_cell"),
    Login("corporate mentor", "mentor@jnj.example", PASSWORD, "Dr. Anna Keller", "jnj"),
    Login("startup member", "member@elbe-cell.example", PASSWORD, "Lena Vogt", "elbe_cell"),
    Login("corporate admin", "admin@jnj.example", PASSWORD, "Robert Hale", "jnj"),
    Login("finance", "finance@incubator.example", PASSWORD, "Sofie Madsen", "lsn"),
    Login("front desk", "desk@incubator.example", PASSWORD, "Timo Brandt", "lsn"),
    Login("unit owner", "lab@start-up-labs.example", PASSWORD, "Dr. Henrik Claussen", "sulh"),
    Login("auditor", "auditor@incubator.example", PASSWORD, "Grace Tan", "lsn"),
)
