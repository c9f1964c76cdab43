"""What a view knows of its request once `requires()` has let somebody in."""

from django.http import HttpRequest

from oncall.models import User


class SignedIn(HttpRequest):
    user: User
