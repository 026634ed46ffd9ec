from __future__ import annotations

from django.apps import AppConfig


class CaptureConfig(AppConfig):
    name = "leadloop.capture"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.capture.operations.sharing import ANSWERED, ASKED
        from leadloop.notices.kinds import offer
        from leadloop.people.watching import watch

        offer(ASKED)
        offer(ANSWERED)
        watch("capture_publicform")
        watch("capture_consenttext")
