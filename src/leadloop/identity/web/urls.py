"""Addresses of the customers' pages."""

from __future__ import annotations

from django.urls import path

from leadloop.identity.web import contacts, detail, duplicates, forms, list_page, merging

app_name = "customers"

urlpatterns = [
    path("", list_page.customer_list, name="list"),
    path("duplicates/", duplicates.work_list, name="duplicates"),
    path("duplicates/search/", duplicates.search, name="search"),
    path("duplicates/certain/", duplicates.merge_certain, name="merge_certain"),
    path("duplicates/<int:pair_id>/apart/", duplicates.apart, name="apart"),
    path("duplicates/<int:pair_id>/again/", duplicates.again, name="again"),
    path("merges/<int:merge_id>/undo/", merging.undo, name="undo"),
    path("<int:pk>/", detail.customer, name="detail"),
    path("<int:pk>/edit/", forms.edit, name="edit"),
    path("<int:pk>/names/", forms.new_name, name="new_name"),
    path("<int:pk>/names/<int:alias_id>/remove/", forms.remove_name, name="remove_name"),
    path("<int:pk>/contacts/", contacts.new, name="new_person"),
    path("<int:pk>/contacts/<int:contact_id>/", contacts.edit, name="person"),
    path("<int:pk>/contacts/<int:contact_id>/retire/", contacts.retire, name="retire_person"),
    path("<int:pk>/contacts/<int:contact_id>/back/", contacts.back, name="person_back"),
    path("<int:pk>/merge/<int:other>/", merging.compare, name="merge"),
]
