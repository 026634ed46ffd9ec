"""The addresses of requests to the API: its own before those of the pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from leadloop.config.urls import urlpatterns as pages

urlpatterns: list[URLPattern | URLResolver] = [path("api/v1/", include("leadloop.api.urls")), *pages]
