"""Names and numbers of one customer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from leadloop.customers.models import Alias, Customer
from leadloop.customers.operations import ContactFacts, check
from leadloop.customers.rules import name_keys
from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.foundation.text import credit_code_key, name_key
from leadloop.identity.permissions import require_merge
from leadloop.people.models import User

MOST_NAMES = 20


@transaction.atomic
def correct_customer(
    *, customer: Customer, name: str, credit_code: str, actor: User | None, now: datetime
) -> Customer:
    """Another writing of the name or the number; the former name still finds the customer."""
    customer = _as_it_is(customer, actor)
    name = " ".join(name.split())
    check(name=name, credit_code=credit_code, contact=ContactFacts())
    code = credit_code_key(credit_code)
    same = Customer.objects.filter(credit_code=code).exclude(pk=customer.pk).first() if code else None
    if same is not None:
        raise Conflict(
            msg("“%(name)s” has this credit code. Merge the two instead.", name=same.name),
            field="credit_code",
        )
    former, former_key = customer.name, customer.name_key
    customer.name, customer.credit_code = name, code
    for column, key in name_keys(name).items():
        setattr(customer, column, key)
    customer.save()
    customer.aliases.filter(name_key=customer.name_key).delete()
    if former and former_key != customer.name_key:
        _add(customer, former)
    return customer


@transaction.atomic
def add_alias(*, customer: Customer, name: str, actor: User | None, now: datetime) -> Alias:
    """A short form or a former name, by which the customer is found from now on."""
    customer = _as_it_is(customer, actor)
    name = " ".join(name.split())
    if not name_key(name):
        raise DataError(msg("Type the other name."), field="name")
    check(name=name, credit_code="", contact=ContactFacts())
    if customer.aliases.count() >= MOST_NAMES:
        raise DataError(msg("A customer has at most %(most)s other names.", most=MOST_NAMES), field="name")
    if name_key(name) == customer.name_key or customer.aliases.filter(name_key=name_key(name)).exists():
        raise Conflict(msg("The customer has this name already."), field="name")
    if Customer.objects.filter(name_key=name_key(name)).exclude(pk=customer.pk).exists():
        raise Conflict(msg("Another customer has this name. Merge the two instead."), field="name")
    return _add(customer, name)


@transaction.atomic
def remove_alias(*, alias: Alias, actor: User | None, now: datetime) -> None:
    _as_it_is(alias.customer, actor)
    alias.delete()


def _as_it_is(customer: Customer, actor: User | None) -> Customer:
    """Read again and locked: to save what was read before would take back a merge in between by half."""
    found = Customer.objects.select_for_update().get(pk=customer.pk)
    require_merge(actor, found)
    if found.merged_into_id is not None:
        raise Conflict(msg("The customer was merged into another meanwhile. Look at that one."))
    return found


def _add(customer: Customer, name: str) -> Alias:
    return Alias.objects.create(customer=customer, name=name, **name_keys(name))
