"""Addresses of the customers' pages."""

from __future__ import annotations

from django.urls import path

from leadloop.identity.web import detail, duplicates, forms, list_page, merging

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
    path("<int:pk>/merge/<int:other>/", merging.compare, name="merge"),
]
