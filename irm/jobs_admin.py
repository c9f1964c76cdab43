"""django-q2 in the admin: to look at, for superusers. Its own pages would let people run code."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django_q import admin as _registered_first  # noqa: F401  so that these can be taken back
from django_q.models import Failure, OrmQ, Schedule, Success

from irm.models import Beat

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    actions = None
    section = "Jobs"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ScheduleAdmin(ReadOnlyAdmin):
    list_display = ["name", "func", "minutes", "cluster", "next_run"]
    fields = ["name", "func", "minutes", "cluster", "next_run"]


class TaskAdmin(ReadOnlyAdmin):
    list_display = ["name", "func", "cluster", "started", "stopped"]
    list_filter = ["cluster"]
    search_fields = ["name", "func"]
    fields = ["name", "func", "cluster", "started", "stopped", "success", "result"]


class QueueAdmin(ReadOnlyAdmin):
    list_display = ["id", "key", "name", "func", "lock"]
    fields = ["key", "name", "func", "lock"]
    list_filter = ["key"]


@admin.register(Beat)
class BeatAdmin(ReadOnlyAdmin):
    list_display = ["cluster", "kind", "host", "last_at"]


for model, model_admin in {
    Schedule: ScheduleAdmin,
    Success: TaskAdmin,
    Failure: TaskAdmin,
    OrmQ: QueueAdmin,
}.items():
    admin.site.unregister(model)
    admin.site.register(model, model_admin)
