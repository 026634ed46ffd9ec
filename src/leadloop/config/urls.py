from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("leadloop.people.web.urls")),
    path("notices/", include("leadloop.notices.web.urls")),
    path("forms/", include("leadloop.capture.web.urls")),
    path("channels/", include("leadloop.marketing.web.urls")),
    path("warnings/", include("leadloop.warnings.web.urls")),
    path("cleaning/", include("leadloop.screening.web.urls")),
    path("grading/", include("leadloop.grading.web.urls")),
    path("calendars/", include("leadloop.clocks.web.urls")),
    path("playbook/", include("leadloop.playbook.web.urls")),
    path("discovery/", include("leadloop.discovery.web.urls")),
    path("customers/", include("leadloop.identity.web.urls")),
    path("", include("leadloop.followup.web.urls")),
    path("", include("leadloop.chain.web.urls")),
    path("", include("leadloop.actions.web.urls")),
    path("", include("leadloop.assignment.web.urls")),
    path("", include("leadloop.leads.web.urls")),
    path("imports/", include("leadloop.imports.web.urls")),
    path("analysis/", include("leadloop.reporting.web.urls")),
    path("", include("leadloop.workspace.web.urls")),
]
