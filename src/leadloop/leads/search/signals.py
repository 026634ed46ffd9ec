"""A customer or contact that is saved or deleted is so in the index, too, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from leadloop.customers.models import Alias
from leadloop.leads.search.index import MODEL, Kind, put, put_customers, remove


def connect() -> None:
    for kind, model in MODEL.items():
        post_save.connect(_saved(kind), sender=model, weak=False, dispatch_uid=f"{kind}-saved")
        post_delete.connect(_deleted(kind), sender=model, weak=False, dispatch_uid=f"{kind}-deleted")
    for signal in (post_save, post_delete):
        signal.connect(_other_name, sender=Alias, weak=False, dispatch_uid="other-names")


def _saved(kind: Kind) -> Callable[..., None]:
    def index(
        instance: Any, created: bool, update_fields: frozenset[str] | None = None, **rest: object
    ) -> None:
        if update_fields is not None and "name" not in update_fields:
            return
        if kind == Kind.CUSTOMER and not created:
            put_customers([instance.pk])
        else:
            put(kind, [(instance.pk, instance.name)])

    return index


def _deleted(kind: Kind) -> Callable[..., None]:
    def forget(instance: Model, **rest: object) -> None:
        remove(kind, instance.pk)

    return forget


def _other_name(instance: Alias, **rest: object) -> None:
    put_customers([instance.customer_id])
