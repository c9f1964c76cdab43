"""Addresses of oncall."""

from django.urls import URLPattern, path

from .intake import PARSERS
from .views import (
    absences,
    alerts,
    assistant,
    calendars,
    digests,
    fairness,
    handoffs,
    intake,
    messages,
    one_tap,
    overrides,
    profile,
    schedules,
    swaps,
    who,
)

app_name = "oncall"


def intake_paths() -> list[URLPattern]:
    """Each protocol with and without the slash: a redirect turns its POST into a GET, and loses the page."""
    return [
        path(f"integrations/{kind}/<str:key>{slash}", intake.intake, {"kind": kind}, name=f"intake-{kind}")
        for kind in PARSERS
        for slash in ("", "/")
    ]


def verb_paths() -> list[URLPattern]:
    return [path(f"alerts/<int:pk>/{verb}/", alerts.act, {"verb": verb}, name=f"alert-{verb}") for verb in alerts.VERBS]


urlpatterns = [
    *intake_paths(),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<int:pk>/", alerts.alert, name="alert"),
    *verb_paths(),
    path("ack/<str:token>/", one_tap.one_tap, name="one-tap"),
    path("messages/", messages.messages, name="messages"),
    path("messages/<int:pk>/", messages.message, name="message"),
    path("schedules/", schedules.schedules, name="schedules"),
    path("schedules/new/", assistant.choose, name="schedule-new"),
    path("schedules/new/<slug:kind>/", assistant.ask, name="schedule-ask"),
    path("schedules/<slug:slug>/", schedules.schedule, name="schedule"),
    path("schedules/<slug:slug>/override/", overrides.add, name="override-add"),
    path("schedules/<slug:slug>/handoff/", handoffs.handoff, name="handoff"),
    path("handoff-notes/<int:pk>/read/", handoffs.read, name="handoff-read"),
    path("schedules/<slug:slug>/swaps/offer/", swaps.offer, name="swap-offer"),
    path("schedules/<slug:slug>/swaps/cover/", swaps.ask_for_cover, name="swap-cover"),
    path("schedules/<slug:slug>/calendars/", calendars.calendars, name="calendars"),
    path("schedules/<slug:slug>/calendars/feed/", calendars.change_feed, name="feed-change"),
    path("schedules/<slug:slug>/calendars/add/", calendars.add, name="calendar-add"),
    path("calendars/<int:pk>/refresh/", calendars.refresh, name="calendar-refresh"),
    path("calendars/<int:pk>/remove/", calendars.remove, name="calendar-remove"),
    path("calendar/<str:token>.ics", calendars.feed, name="feed"),
    path("swaps/", swaps.swaps, name="swaps"),
    path("swaps/<int:pk>/", swaps.swap, name="swap"),
    path("swaps/<int:pk>/take/", swaps.take, name="swap-take"),
    path("swaps/<int:pk>/decline/", swaps.decline, name="swap-decline"),
    path("swaps/<int:pk>/withdraw/", swaps.withdraw, name="swap-withdraw"),
    path("on-call/me/absences/", absences.absences, name="absences"),
    path("on-call/me/absences/<int:pk>/", absences.absence, name="absence"),
    path("on-call/me/absences/<int:pk>/remove/", absences.remove, name="absence-remove"),
    path("schedules/<slug:slug>/fairness/", fairness.of_schedule, name="fairness"),
    path("teams/<slug:slug>/fairness/", fairness.of_team, name="team-fairness"),
    path("overrides/<int:pk>/remove/", overrides.remove, name="override-remove"),
    path("on-call/", who.who, name="who"),
    path("on-call/me/", profile.mine, name="mine"),
    path("on-call/me/feed/", calendars.change_own_feed, name="own-feed-change"),
    path("on-call/me/times/", profile.own_times, name="own-times"),
    path("on-call/me/digest/", digests.switch, name="digest-switch"),
    path("on-call/me/methods/", profile.add_method, name="method-add"),
    path("on-call/me/methods/<int:pk>/code/", profile.send_code, name="method-send-code"),
    path("on-call/me/methods/<int:pk>/verify/", profile.enter_code, name="method-verify"),
    path("on-call/me/methods/<int:pk>/test/", profile.send_test, name="method-test"),
    path("on-call/me/methods/<int:pk>/switch/", profile.switch_method, name="method-switch"),
    path("on-call/me/methods/<int:pk>/remove/", profile.remove_method, name="method-remove"),
    path("on-call/me/rules/", profile.add_rule, name="rule-add"),
    path("on-call/me/rules/<int:pk>/remove/", profile.remove_rule, name="rule-remove"),
]
