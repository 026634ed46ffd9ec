"""Old notices go: they are pointers to records that stay."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from leadloop.foundation import stopping
from leadloop.notices.models import Delivery, DeliveryState, Notice, Post

CHUNK = 2_000
_ENDED = [DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.GIVEN_UP, DeliveryState.DROPPED]


def forget_old(*, now: datetime) -> int:
    """Remove what is older than the installation keeps, in small transactions; how many notices went."""
    limit = now - timedelta(days=settings.NOTICE_DAYS)
    gone = _remove(Notice, models.Q(created_at__lt=limit))
    _remove(Post, models.Q(created_at__lt=limit))
    _remove(Delivery, models.Q(created_at__lt=limit, state__in=_ENDED))
    return gone


def _remove(model: type[models.Model], condition: models.Q) -> int:
    gone = 0
    while not stopping.asked():
        ids = list(model._base_manager.filter(condition).values_list("pk", flat=True)[:CHUNK])
        if not ids:
            break
        gone += model._base_manager.filter(pk__in=ids).delete()[1].get(model._meta.label, 0)
    return gone
