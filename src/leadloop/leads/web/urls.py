from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.leads.web import (
    actions,
    cells,
    detail,
    forms_pages,
    list_choices,
    list_page,
    pipeline,
    together_pages,
    views_pages,
)

app_name = "leads"
urlpatterns: list[URLPattern] = [
    path("leads/", list_page.lead_list, name="list"),
    path("leads/count/", list_page.exact_count, name="count"),
    path("leads/filters/", list_choices.filters, name="filters"),
    path("leads/columns/", list_choices.choose_columns, name="columns"),
    path("leads/export.<slug:kind>", list_page.export, name="export"),
    path("lead-views/", views_pages.manage, name="views"),
    path("lead-views/menu/", views_pages.menu, name="view_menu"),
    path("lead-views/new/", views_pages.create, name="save_view"),
    path("lead-views/<int:pk>/edit/", views_pages.change, name="change_view"),
    path("lead-views/<int:pk>/delete/", views_pages.delete, name="delete_view"),
    path("lead-views/<int:pk>/first/", views_pages.open_first, name="open_view_first"),
    path("lead-actions/", together_pages.actions, name="actions"),
    path("lead-actions/new/<slug:kind>/", together_pages.begin, name="together"),
    path("lead-actions/<int:pk>/", together_pages.action_page, name="action"),
    path("lead-actions/<int:pk>/undo/", together_pages.undo, name="undo_action"),
    path("lead-cells/<int:pk>/<slug:cell>/", cells.cell, name="cell"),
    path("leads/new/", forms_pages.register, name="new"),
    path("leads/<path:number>/edit/", forms_pages.edit, name="edit"),
    path("leads/<path:number>/assign/", actions.assign, name="assign"),
    path("leads/<path:number>/claim/", actions.claim, name="claim"),
    path("leads/<path:number>/release/", actions.release, name="release"),
    path("leads/<path:number>/move/", actions.move, name="move"),
    path("leads/<path:number>/win/", actions.win, name="win"),
    path("leads/<path:number>/lose/", actions.lose, name="lose"),
    path("leads/<path:number>/reopen/", actions.reopen, name="reopen"),
    path("leads/<path:number>/invalidate/", actions.invalidate, name="invalidate"),
    path("leads/<path:number>/validate/", actions.validate, name="validate"),
    path("leads/<path:number>/", detail.lead_page, name="detail"),
    path("pipeline/", pipeline.board, name="pipeline"),
    path("pipeline/cards/", pipeline.cards, name="cards"),
    path("pipeline/move/", pipeline.drop, name="drop"),
]
