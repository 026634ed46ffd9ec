from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.chain.web import pages

app_name = "chain"
urlpatterns: list[URLPattern] = [
    path("leads/<path:number>/chain/", pages.page, name="page"),
    path("leads/<path:number>/chain/new/", pages.add, name="add"),
    path("leads/<path:number>/chain/contact/", pages.add_contact, name="add_contact"),
    path("leads/<path:number>/chain/order/", pages.arrange, name="arrange"),
    path("leads/<path:number>/chain/<int:pk>/", pages.edit, name="edit"),
    path("leads/<path:number>/chain/<int:pk>/remove/", pages.remove, name="remove"),
    path("leads/<path:number>/chain/<int:pk>/place/", pages.place, name="place"),
    path("leads/<path:number>/chain/<int:pk>/reports-to/", pages.report_to, name="report_to"),
]
