from __future__ import annotations

from django.apps import AppConfig


class ChainConfig(AppConfig):
    name = "leadloop.chain"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadloop.chain.operations.moving import follow
        from leadloop.identity.operations.moving import repoint_with

        repoint_with(follow)
