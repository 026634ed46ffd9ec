from __future__ import annotations

from django.urls import path

from leadloop.marketing.web import campaigns, channels, costs

app_name = "marketing"
urlpatterns = [
    path("", channels.overview, name="channels"),
    path("export.<str:kind>", channels.export, name="export"),
    path("new", channels.new, name="new"),
    path("<int:pk>/", channels.detail, name="channel"),
    path("<int:pk>/edit", channels.edit, name="edit"),
    path("<int:pk>/merge", channels.merge, name="merge"),
    path("<int:pk>/retire", channels.retire, name="retire"),
    path("<int:pk>/restore", channels.restore, name="restore"),
    path("campaigns/", campaigns.overview, name="campaigns"),
    path("campaigns/new", campaigns.new, name="new_campaign"),
    path("campaigns/<int:pk>/edit", campaigns.edit, name="edit_campaign"),
    path("campaigns/<int:pk>/remove", campaigns.remove, name="remove_campaign"),
    path("costs/", costs.overview, name="costs"),
    path("costs/new", costs.new, name="new_cost"),
    path("costs/paste", costs.paste, name="paste_costs"),
    path("costs/<int:pk>/edit", costs.edit, name="edit_cost"),
    path("costs/<int:pk>/remove", costs.remove, name="remove_cost"),
]
