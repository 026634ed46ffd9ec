from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "leadloop.notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.foundation.messages import msg
        from leadloop.notices import waking
        from leadloop.notices.kinds import SYSTEM, Kind, offer
        from leadloop.people.models import Role
        from leadloop.people.watching import watch

        waking.provide(_wake)
        watch("notices_preference")
        # Not of when it was tried last, which changes with every message.
        watch(
            "notices_endpoint", "name", "team_id", "kinds", "address", "secret", "names_records", "removed_at"
        )
        offer(
            Kind(
                "undelivered",
                msg("Messages that could not be delivered"),
                SYSTEM,
                for_roles=(Role.ADMIN, Role.OPS),
                icon="alert-triangle",
            )
        )


def _wake() -> None:
    # Loading the queue costs a start more than everything else here.
    from leadloop.notices import tasks
    from leadloop.notices.waking import EVERY

    tasks.send.schedule(delay=EVERY)
