"""The project's own app and the admin it serves."""

import gc
import os
from importlib import import_module

from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

from irm.lib import lifeline
from irm.safe_queue import SafeQueue


class IrmConfig(AppConfig):
    name = "irm"
    verbose_name = "Jobs"
    default = True

    def ready(self) -> None:
        # Modules that may be imported only when all models are there.
        import_module("django_q.cluster").Queue = SafeQueue  # type: ignore[attr-defined]  # a name django-q2 looks up
        beats, housekeeping = import_module("irm.beats"), import_module("irm.housekeeping")
        groups = import_module("irm.groups")
        import_module("irm.checks")
        import_module("django_q.signals").post_execute.connect(beats.beat_as_monitor)
        # The last app with rows of its own: by then every permission and table is there.
        last = apps.get_app_config("django_q")
        post_migrate.connect(housekeeping.sync_schedules_after_migrate, sender=last)
        post_migrate.connect(groups.ensure_groups, sender=last)
        autodiscover_modules("jobs_admin")
        if os.environ.get("IRM_SUPERVISED"):
            lifeline.tie_to_parent()
        # What is loaded by now stays: forked workers share its pages as long as the collector leaves it alone.
        os.register_at_fork(before=gc.freeze)


class IrmAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "irm.admin.IrmAdminSite"
