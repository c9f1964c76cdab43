"""/healthz, /metrics and the health page tell the truth about the engine."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django_q.models import OrmQ

from irm import health
from irm.lib import clock
from irm.models import Beat
from irm.sweep import cluster_names
from oncall.models import User

pytestmark = pytest.mark.django_db


def everything_beats(ago_s: float = 1, host: str = health.HOST) -> None:
    for cluster in cluster_names():
        for kind in Beat.Kind.values:
            Beat.record(kind, cluster, host, clock.now() - timedelta(seconds=ago_s))


def queue_row(cluster: str, locked_until_s: float) -> OrmQ:
    return OrmQ.objects.create(key=cluster, payload="x", lock=clock.now() + timedelta(seconds=locked_until_s))


def failing() -> set[str]:
    return {check.name for check in health.measure().checks if not check.is_ok}


def test_nothing_fails_while_everything_beats():
    everything_beats()
    assert failing() == set()


def test_without_a_single_beat_every_process_is_missing():
    kinds = {"worker", "monitor", "sentinel"}
    assert failing() == {f"{name} {kind}" for name in cluster_names() for kind in kinds} | {"core scheduler"}


def test_a_worker_silent_for_longer_than_fifteen_seconds_is_reported():
    everything_beats()
    Beat.objects.filter(kind="worker", cluster="delivery").update(last_at=clock.now() - timedelta(seconds=16))
    assert failing() == {"delivery worker"}


def test_a_cluster_that_beats_on_another_host_is_alive():
    everything_beats(ago_s=3600, host="gone")
    everything_beats(host="new")
    assert failing() == set()


def test_the_ages_here_are_those_of_this_host_only():
    everything_beats(host="elsewhere")
    assert health.measure().here == {"core": None, "delivery": None}
    everything_beats(ago_s=20)
    assert health.measure().here["core"] == pytest.approx(20, abs=2)


def test_a_job_that_nobody_takes_is_reported():
    everything_beats()
    queue_row("core", locked_until_s=-61)
    assert failing() == {"queue"}


def test_a_job_that_somebody_took_and_never_finished_is_reported():
    everything_beats()
    queue_row("delivery", locked_until_s=240 - 121)
    assert failing() == {"queue"}


def test_a_job_in_hand_is_fine():
    everything_beats()
    queue_row("core", locked_until_s=150)
    queue_row("delivery", locked_until_s=240)
    assert failing() == set()


def test_healthz_answers_503_with_names_and_ages_only(client):
    response = client.get("/healthz")
    assert response.status_code == 503
    body = response.json()
    assert body["status"] == "failing"
    assert body["checks"]["database"] == {"ok": True, "age_s": None}
    assert health.HOST not in response.content.decode()


def test_healthz_needs_no_login_and_makes_no_session(client):
    everything_beats()
    response = client.get("/healthz")
    assert response.status_code == 200
    assert not response.cookies
    assert "no-store" in response.headers["Cache-Control"]


def test_healthz_cannot_be_posted_to(client):
    assert client.post("/healthz").status_code == 405


def test_metrics_are_open_without_a_token(client, settings):
    settings.METRICS_TOKEN = ""
    everything_beats()
    text = client.get("/metrics").content.decode()
    assert "irm_up 1.0" in text
    assert 'irm_beat_age_seconds{process="core worker"}' in text
    assert 'irm_sweep_lag_seconds{sweep="escalation"} 0.0' in text


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Bearer ", "Basic secret"])
def test_metrics_with_a_token_refuse_everyone_else(client, settings, header):
    settings.METRICS_TOKEN = "secret"
    response = client.get("/metrics", headers={"Authorization": header})
    assert response.status_code == 401
    assert b"irm_up" not in response.content


def test_metrics_with_a_token_answer_its_bearer(client, settings):
    settings.METRICS_TOKEN = "secret"
    assert client.get("/metrics", headers={"Authorization": "Bearer secret"}).status_code == 200


def test_the_health_page_asks_strangers_to_log_in(client):
    assert client.get(reverse("health")).status_code == 302


def test_the_health_page_is_refused_without_permission(client):
    client.force_login(User.objects.create_user("nobody"))
    assert client.get(reverse("health")).status_code == 403


def test_the_health_page_says_what_is_failing(client):
    client.force_login(User.objects.create_superuser("root"))
    page = client.get(reverse("health")).content.decode()
    assert "No sign of life yet" in page
    everything_beats()
    assert "Everything that pages people is running" in client.get(reverse("health")).content.decode()
