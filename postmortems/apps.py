from importlib import import_module

from django.apps import AppConfig


class PostmortemsConfig(AppConfig):
    name = "postmortems"
    verbose_name = "Postmortems"

    def ready(self) -> None:
        import_module("postmortems.receivers")  # needs the models, so it cannot be imported above
