from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class MarketingConfig(AppConfig):
    name = "leadloop.marketing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import pre_save

        from leadloop.leads.models import Channel

        pre_save.connect(_refuse_cycles, sender=Channel, dispatch_uid="marketing.cycles")


def _refuse_cycles(sender: Any, instance: Any, **_: Any) -> None:
    """Whoever saves a channel, past the operations too: a tree is read everywhere as if it had no cycle."""
    if instance.parent_id is None or instance.pk is None:
        return
    from leadloop.marketing.rules import check_parent

    parents = dict(sender.objects.exclude(parent=None).values_list("id", "parent_id"))
    check_parent(parents, channel=instance.pk, parent=instance.parent_id)
