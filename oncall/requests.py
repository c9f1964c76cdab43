"""What a view behind `irm.lib.access.requires` is given."""

from django.http import HttpRequest

from .models import User


class PersonRequest(HttpRequest):
    """A request by somebody who is logged in."""

    user: User
