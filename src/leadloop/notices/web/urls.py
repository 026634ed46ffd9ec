from __future__ import annotations

from django.urls import URLPattern, path

from leadloop.notices.web import bell, deliveries, groups, list_page, wishes

app_name = "notices"
urlpatterns: list[URLPattern] = [
    path("", list_page.notice_list, name="list"),
    path("bell/", bell.bell_part, name="bell"),
    path("read/", list_page.read_all, name="read_all"),
    path("<int:pk>/open/", list_page.open_record, name="open"),
    path("<int:pk>/read/", list_page.set_read, name="read"),
    path("settings/", wishes.settings_page, name="settings"),
    path("groups/", groups.group_list, name="groups"),
    path("groups/new/", groups.new_group, name="new_group"),
    path("groups/<int:pk>/", groups.edit_group, name="group"),
    path("groups/<int:pk>/test/", groups.try_group, name="test_group"),
    path("groups/<int:pk>/remove/", groups.drop_group, name="remove_group"),
    path("deliveries/", deliveries.delivery_list, name="deliveries"),
    path("deliveries/<int:pk>/again/", deliveries.again, name="again"),
]
