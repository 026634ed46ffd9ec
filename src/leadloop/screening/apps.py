from __future__ import annotations

from django.apps import AppConfig

ORDER = 15


class ScreeningConfig(AppConfig):
    name = "leadloop.screening"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_save

        from leadloop.customers.models import Contact, Customer
        from leadloop.leads import events
        from leadloop.screening import reactions

        events.subscribe(reactions.after_events, order=ORDER)
        for model in (Contact, Customer):
            post_save.connect(
                reactions.after_person, sender=model, dispatch_uid=f"screening.{model.__name__}"
            )
