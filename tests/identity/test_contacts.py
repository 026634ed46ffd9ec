"""The people at a customer: add, correct, retire, choose for a lead; who may, and who sees what."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours

from leadloop.customers.models import Contact, Customer
from leadloop.customers.operations import ContactFacts
from leadloop.foundation.errors import Conflict, DataError, NotAllowed, NotFound
from leadloop.identity import operations
from leadloop.identity.permissions import readable_contacts
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.leads.operations import edit_lead
from leadloop.leads.operations.edit import SOMEBODY_NEW
from leadloop.people.models import User
from leadloop.screening.models import Finding

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
LI = ContactFacts("李四", "采购经理", "139 0013 9000", "Li@Example.COM")
ID_CARD = "11010519491231002X"


def customer_of(user: User, **facts: str) -> Customer:
    given = {"customer": "华信科技", "contact": "张三", "phone": "13800138000", **facts}
    return a_lead(owner=user, actor=user, **given).customer


def added(customer: Customer, actor: User, facts: ContactFacts = LI, role: str = "purchasing") -> Contact:
    return operations.add_person(customer=customer, facts=facts, role=role, actor=actor, now=NOW)


def test_a_second_person_is_found_by_normalised_keys(cast: Cast) -> None:
    customer = customer_of(cast.owner)
    person = added(customer, cast.owner)
    assert (person.phone_key, person.email_key, person.role) == (
        "+8613900139000", "li@example.com", "purchasing",
    )  # fmt: skip
    assert a_lead(customer="华信科技", contact="李四", phone="+86 13900139000").contact == person


def test_the_same_person_is_not_added_twice(cast: Cast) -> None:
    customer = customer_of(cast.owner)
    with pytest.raises(Conflict):
        added(customer, cast.owner, ContactFacts("张三", "", "138-0013-8000", ""))
    added(customer, cast.owner, ContactFacts("王五", "", "13800138000", ""))
    assert customer.contacts.count() == 2


@pytest.mark.parametrize(
    "facts",
    [
        ContactFacts(),
        ContactFacts("李四", "", "", "no address"),
        ContactFacts("李四", "", "none", ""),
        ContactFacts(f"李四 {ID_CARD}"),
        ContactFacts("李四", ID_CARD),
        ContactFacts("李" * 121),
    ],
)
def test_what_cannot_be_right_is_refused(cast: Cast, facts: ContactFacts) -> None:
    customer = customer_of(cast.owner)
    with pytest.raises(DataError) as refused:
        added(customer, cast.owner, facts)
    assert refused.value.field
    assert ID_CARD not in str(refused.value.message)
    assert customer.contacts.count() == 1


def test_role_is_one_of_the_list(cast: Cast) -> None:
    with pytest.raises(DataError):
        added(customer_of(cast.owner), cast.owner, role="king")


def test_correction_is_in_the_journal_of_open_leads_without_the_values(cast: Cast) -> None:
    customer = customer_of(cast.owner, phone="12345")
    lead, contact = Lead.objects.get(), Contact.objects.get()
    assert Finding.objects.filter(lead=lead, field="phone").exists()
    operations.correct_person(
        contact=contact,
        facts=ContactFacts("张三", "", "13917264538", ""),
        role="owner",
        actor=cast.owner,
        now=NOW + hours(1),
    )
    row = Event.objects.order_by("id").last()
    assert row is not None
    assert (row.kind, row.lead_id, row.actor, row.data) == (
        "edited",
        lead.pk,
        cast.owner,
        {"fields": ["phone"]},
    )
    assert not Finding.objects.filter(lead=lead, field="phone").exists()
    assert customer.contacts.get().role == "owner"


def test_whoever_left_keeps_the_leads_and_gets_no_other(cast: Cast) -> None:
    customer = customer_of(cast.owner)
    person, lead = added(customer, cast.owner), Lead.objects.get()
    operations.retire_person(contact=person, actor=cast.owner, now=NOW)
    with pytest.raises(Conflict):
        operations.retire_person(contact=person, actor=cast.owner, now=NOW)
    with pytest.raises(DataError):
        edit_lead(lead=lead, changes={"person": person}, actor=cast.owner, now=NOW + hours(1))
    operations.bring_person_back(contact=person, actor=cast.owner, now=NOW)
    edit_lead(lead=lead, changes={"person": person}, actor=cast.owner, now=NOW + hours(1))
    lead.refresh_from_db()
    assert lead.contact == person


def test_whoever_writes_again_is_there_again(cast: Cast) -> None:
    customer = customer_of(cast.owner)
    person = added(customer, cast.owner)
    operations.retire_person(contact=person, actor=cast.owner, now=NOW)
    a_lead(customer="华信科技", contact="李四", phone="13900139000")
    person.refresh_from_db()
    assert person.retired_at is None


def test_choosing_somebody_else_leaves_the_present_contact_as_it_is(cast: Cast) -> None:
    customer = customer_of(cast.owner)
    person, lead = added(customer, cast.owner), Lead.objects.get()
    edit_lead(lead=lead, changes={"person": person, "region": "华东"}, actor=cast.owner, now=NOW + hours(1))
    lead.refresh_from_db()
    assert (lead.contact, lead.region) == (person, "华东")
    assert Contact.objects.get(name="张三").phone == "13800138000"
    row = Event.objects.order_by("id").last()
    assert row is not None
    assert row.data["fields"] == ["contact", "email", "phone", "title"]


def test_somebody_new_is_added_beside_the_present_contact(cast: Cast) -> None:
    customer_of(cast.owner)
    lead = Lead.objects.get()
    changes = {"person": SOMEBODY_NEW, "contact": "王五", "phone": "13700137000"}
    edit_lead(lead=lead, changes=changes, actor=cast.owner, now=NOW + hours(1))
    lead.refresh_from_db()
    assert (lead.contact.name, lead.contact.phone) == ("王五", "13700137000")
    assert set(lead.customer.contacts.values_list("name", flat=True)) == {"张三", "王五"}


def test_people_of_another_customer_cannot_be_chosen(cast: Cast) -> None:
    customer_of(cast.owner)
    lead = Lead.objects.get()
    other = a_lead(customer="另一家", contact="赵六", phone="13600136000", owner=cast.stranger).contact
    with pytest.raises(DataError):
        edit_lead(lead=lead, changes={"person": other}, actor=cast.owner, now=NOW + hours(1))


def test_who_may(cast: Cast) -> None:
    customer = customer_of(cast.owner)
    person = added(customer, cast.owner)
    for user in (cast.owner, cast.manager, cast.ops):
        operations.correct_person(contact=person, facts=LI, role="user", actor=user, now=NOW)
        assert readable_contacts(user, customer).count() == 2
    for user in (cast.stranger, cast.teammate, cast.other_manager):
        with pytest.raises(NotFound):
            added(customer, user, ContactFacts("王五"))
        with pytest.raises(NotFound):
            operations.retire_person(contact=person, actor=user, now=NOW)
        assert not readable_contacts(user, customer).exists()
    with pytest.raises(NotFound):
        operations.retire_person(contact=person, actor=cast.exec, now=NOW)
    with pytest.raises(NotAllowed):
        added(customer, cast.exec, ContactFacts("王五"))


def test_contact_of_a_colleagues_lead_is_theirs_to_change(cast: Cast) -> None:
    customer = customer_of(cast.owner)
    theirs = a_lead(customer="华信科技", contact="赵六", phone="13600136000", owner=cast.stranger).contact
    with pytest.raises(NotAllowed):
        operations.retire_person(contact=theirs, actor=cast.owner, now=NOW)
    assert customer.contacts.count() == 2


def test_page_of_the_customer(cast: Cast, client_for: ClientFor) -> None:
    customer = customer_of(cast.owner)
    client, address = client_for(cast.owner), f"/customers/{customer.pk}/"
    sent = {"contact": "李四", "title": "采购", "role": "purchasing", "phone": "13900139000", "email": ""}
    assert client.post(f"{address}contacts/", sent).status_code == 302
    person = Contact.objects.get(name="李四")
    page = client.get(address, headers={"accept-language": "en"}).content.decode()
    assert "李四" in page
    assert f"{address}contacts/{person.pk}/" in page
    assert client.post(f"{address}contacts/{person.pk}/", {**sent, "email": "nonsense"}).status_code == 422
    assert client.post(f"{address}contacts/{person.pk}/", {**sent, "title": "总监"}).status_code == 302
    assert client.post(f"{address}contacts/{person.pk}/retire/").status_code == 302
    assert "not there any more" in client.get(address, headers={"accept-language": "en"}).content.decode()
    assert client.post(f"{address}contacts/{person.pk}/back/").status_code == 302
    assert Contact.objects.get(name="李四").title == "总监"
    masked = client_for(cast.exec).get(address).content.decode()
    assert "13900139000" not in masked
    assert "李四" not in masked
    assert f"contacts/{person.pk}/" not in masked
    assert client_for(cast.stranger).get(f"{address}contacts/").status_code == 404
    assert client_for(cast.exec).get(f"{address}contacts/").status_code == 403


def test_lead_form_offers_the_people_of_the_customer(cast: Cast, client_for: ClientFor) -> None:
    customer = customer_of(cast.owner)
    person, lead = added(customer, cast.owner), Lead.objects.get()
    client, address = client_for(cast.owner), f"/leads/{lead.number}/edit/"
    page = client.get(address).content.decode()
    assert "李四 · 采购经理 · 139 0013 9000" in page
    sent = {
        "customer": "华信科技", "person": str(person.pk), "contact": "张三", "phone": "13800138000",
        "validity": "valid", "currency": "CNY", "seen": lead.changed_at.isoformat(),
    }  # fmt: skip
    assert client.post(address, sent).status_code == 302
    lead.refresh_from_db()
    assert lead.contact == person
    assert Contact.objects.get(pk=person.pk).phone == "139 0013 9000"


def test_queries_do_not_grow_with_the_contacts(
    cast: Cast, client_for: ClientFor, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    customer = customer_of(cast.owner)
    for number in range(12):
        added(customer, cast.owner, ContactFacts(f"人{number}", "", f"1390000{number:04d}", ""))
    client = client_for(cast.owner)
    client.get("/")
    with django_assert_max_num_queries(28):  # type: ignore[attr-defined]
        client.get(f"/customers/{customer.pk}/")
