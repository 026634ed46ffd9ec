"""Who is told when a lead is late."""

from __future__ import annotations

from collections import defaultdict

from leadloop.people.models import Membership, Role, Team


class Superiors:
    """The managers of every team, read once for many questions."""

    def __init__(self) -> None:
        active = Membership.objects.filter(user__is_active=True)
        self._managers: dict[int, set[int]] = defaultdict(set)
        rows = active.filter(role=Role.MANAGER).values_list("team_id", "user_id")
        for team, user in rows:
            if team is not None:
                self._managers[team].add(user)
        self._parents = dict(Team.objects.order_by().values_list("pk", "parent_id"))
        self._operations = set(active.filter(role=Role.OPS).values_list("user_id", flat=True))

    def of(self, team_id: int | None, *, but_not: int | None = None) -> set[int]:
        """Managers of the team, or of the nearest team above that has one; else operations.

        ``but_not``: the owner, who is not their own manager.
        """
        passed: set[int] = set()
        at = team_id
        while at is not None and at not in passed:
            if found := self._managers.get(at, set()) - {but_not}:
                return found
            passed.add(at)
            at = self._parents.get(at)
        return self._operations - {but_not}
