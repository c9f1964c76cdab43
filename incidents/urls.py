"""Addresses of incidents."""

from django.urls import path

from .views import actions, declaring, incidents, page

app_name = "incidents"

urlpatterns = [
    path("incidents/", incidents.incident_list, name="incidents"),
    path("incidents/declare/", declaring.declare_incident, name="declare"),
    path("incidents/preview/", actions.preview, name="preview"),
    path("incidents/<int:pk>/", page.incident_page, name="incident"),
    path("incidents/<int:pk>/update/", actions.post_update, name="incident-update"),
    path("incidents/<int:pk>/note/", actions.add_note, name="incident-note"),
    path("incidents/<int:pk>/alerts/link/", declaring.link_alert, name="incident-link-alert"),
    path("incidents/<int:pk>/severity/", actions.change_severity, name="incident-severity"),
    path("incidents/<int:pk>/status/<slug:to>/", actions.change_status, name="incident-status"),
    path("incidents/<int:pk>/roles/<slug:role>/take/", actions.take_role, name="incident-take-role"),
]
