from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "leadloop.people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from leadloop.people.watching import watch

        watch("people_team")
        watch("people_membership")
        watch(
            "people_user",
            "username",
            "display_name",
            "is_active",
            "is_superuser",
            "language",
            "zone",
            "theme",
        )
        watch(
            "people_apitoken", "user_id", "digest", "scopes", "per_minute", "expires_at", "revoked_at", "name"
        )
        post_migrate.connect(_install, dispatch_uid="people.watching")


def _install(using: str, **_: Any) -> None:
    """Called once for each application; the later calls find everything there."""
    from django.db import connections

    from leadloop.people.watching import install

    install(connections[using])
