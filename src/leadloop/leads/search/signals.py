"""A customer or contact that is saved or deleted is so in the index, too, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from leadloop.leads.search.index import MODEL, Kind, put, remove


def connect() -> None:
    for kind, model in MODEL.items():
        post_save.connect(_saved(kind), sender=model, weak=False, dispatch_uid=f"{kind}-saved")
        post_delete.connect(_deleted(kind), sender=model, weak=False, dispatch_uid=f"{kind}-deleted")


def _saved(kind: Kind) -> Callable[..., None]:
    def index(instance: Any, update_fields: frozenset[str] | None = None, **rest: object) -> None:
        if update_fields is None or "name" in update_fields:
            put(kind, [(instance.pk, instance.name)])

    return index


def _deleted(kind: Kind) -> Callable[..., None]:
    def forget(instance: Model, **rest: object) -> None:
        remove(kind, instance.pk)

    return forget
