"""The people that tests are about. Each sees and may do something else."""

from __future__ import annotations

from dataclasses import dataclass, fields

from tests.factories import a_team, a_user

from leadloop.people.models import Role, Team, User


@dataclass(frozen=True, slots=True)
class Cast:
    """North with its part Key accounts, and South beside it."""

    north: Team
    key_accounts: Team
    south: Team
    owner: User
    """Rep in Key accounts: the lead of a test is theirs."""
    teammate: User
    """Rep in Key accounts too."""
    manager: User
    """Manages North, and so Key accounts."""
    stranger: User
    """Rep in South."""
    other_manager: User
    """Manages South."""
    marketing: User
    ops: User
    exec: User
    admin: User

    def everybody(self) -> dict[str, User]:
        return {
            field.name: value
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), User)
        }


def assemble() -> Cast:
    north = a_team("North")
    key_accounts = a_team("Key accounts", parent=north)
    south = a_team("South")
    return Cast(
        north=north,
        key_accounts=key_accounts,
        south=south,
        owner=a_user("owner", role=Role.REP, team=key_accounts),
        teammate=a_user("teammate", role=Role.REP, team=key_accounts),
        manager=a_user("manager", role=Role.MANAGER, team=north),
        stranger=a_user("stranger", role=Role.REP, team=south),
        other_manager=a_user("other_manager", role=Role.MANAGER, team=south),
        marketing=a_user("marketing", role=Role.MARKETING),
        ops=a_user("ops", role=Role.OPS),
        exec=a_user("exec", role=Role.EXEC),
        admin=a_user("admin", role=Role.ADMIN),
    )
