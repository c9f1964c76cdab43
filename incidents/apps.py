from importlib import import_module

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = "Incidents"

    def ready(self) -> None:
        import_module("incidents.receivers")
        handing_off = import_module("oncall.handing_off")
        handing_off.IN_FLIGHT.append(("incidents.view_incident", import_module("incidents.in_flight").open_incidents))
