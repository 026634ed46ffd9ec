from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("leadloop.people.web.urls")),
    path("", include("leadloop.leads.web.urls")),
    path("imports/", include("leadloop.imports.web.urls")),
    path("analysis/", include("leadloop.reporting.web.urls")),
    path("", include("leadloop.workspace.web.urls")),
]
