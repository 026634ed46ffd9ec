"""The process that does background jobs."""

from __future__ import annotations

from django.conf import settings
from django.utils.module_loading import autodiscover_modules

from leadloop.foundation import background, stopping


def run() -> None:
    """Do jobs until SIGTERM or SIGINT. Ends between two steps of a job; what is left is found again later."""
    from huey.contrib.djhuey import HUEY

    background.give_way()
    autodiscover_modules("tasks")
    consumer = HUEY.create_consumer(**settings.HUEY["consumer"])
    stopping.follow(consumer.stop_flag)
    consumer.run()
