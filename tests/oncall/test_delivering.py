from datetime import timedelta

import pytest
from django.core import mail

from oncall import alerting, delivering, escalating, notifying
from oncall.models import Alert, Notification, NotificationRule
from tests.factories import NOW, alert, contact_method, minutes, policy, user
from tests.oncall.test_escalating import open_alert

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mail_server(settings):
    settings.KEEP_MAILS = False


def broken_server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there


def deliver(now=NOW):
    while (notification := delivering.claim(now)) is not None:
        delivering.send(notification, now)


def paged_alert(*steps):
    opened = open_alert(policy(*steps))
    escalating.advance_batch(NOW)
    return opened


def test_a_page_is_a_mail_with_the_alert_and_a_link_to_acknowledge():
    paged_alert(user("anna"))
    deliver()

    sent = mail.outbox[0]
    assert sent.to == ["anna@example.com"]
    assert sent.subject == "[SEV1] Disk is full"
    assert "http://127.0.0.1:8000/ack/" in sent.body
    assert "/ack/" in sent.alternatives[0].content


def test_all_mails_about_one_alert_hang_together_and_each_has_an_id_of_its_own():
    opened = paged_alert(user("anna"), user("ben"))
    escalating.advance_batch(NOW + minutes(5))
    deliver(NOW + minutes(5))

    first, second = (sent.message() for sent in mail.outbox)
    assert first["References"] == second["References"] == f"<alert-{opened.pk}@127.0.0.1>"
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Auto-Submitted"] == "auto-generated"


def test_without_a_mail_server_a_mail_is_kept_and_readable(settings):
    settings.KEEP_MAILS = True
    paged_alert(user("anna"))
    deliver()

    kept = Notification.objects.get()
    assert (kept.status, mail.outbox) == ("kept", [])
    assert "Acknowledge" in kept.body


def test_what_was_sent_is_kept_and_written_to_the_alerts_log():
    opened = paged_alert(user("anna"))
    deliver()

    sent = Notification.objects.get()
    assert (sent.status, sent.finished_at, sent.subject) == ("sent", NOW, "[SEV1] Disk is full")
    assert opened.log_lines.filter(kind="notified", text__contains="sent to Anna").exists()


def test_a_claimed_message_is_nobody_elses():
    paged_alert(user("anna"))

    assert delivering.claim(NOW) is not None
    assert delivering.claim(NOW) is None


def test_a_message_whose_sender_died_goes_out_after_the_lease_with_the_same_id_and_says_so():
    opened = paged_alert(user("anna"))
    delivering.claim(NOW)

    deliver(NOW + delivering.LEASE)

    assert mail.outbox[0].message()["Message-ID"] == f"<{Notification.objects.get().key}@127.0.0.1>"
    assert opened.log_lines.filter(text__contains="Possibly a second time").exists()


def test_a_sender_whose_lease_ran_out_records_nothing():
    paged_alert(user("anna"))
    slow = delivering.claim(NOW)
    delivering.claim(NOW + delivering.LEASE)

    delivering.send(slow, NOW + delivering.LEASE)

    assert Notification.objects.get().status == "sending"


def test_a_page_of_an_alert_that_somebody_took_in_the_meantime_does_not_leave():
    opened = paged_alert(user("anna"))
    claimed = delivering.claim(NOW)
    alerting.acknowledge(opened, by=user("ben"), now=NOW)

    delivering.send(claimed, NOW)

    assert mail.outbox == []
    assert Notification.objects.get().status == "cancelled"


def test_a_failed_attempt_is_repeated_with_growing_pauses_and_given_up_after_five(settings):
    broken_server(settings)
    paged_alert(user("anna"))
    now, attempts = NOW, []
    while (notification := delivering.claim(now)) is not None:
        attempts.append(now)
        delivering.send(notification, now)
        now = Notification.objects.get().due_at

    pauses = [(later - earlier).total_seconds() for earlier, later in zip(attempts, attempts[1:], strict=False)]
    assert len(attempts) == 5
    assert pauses == sorted(pauses)
    assert sum(pauses) <= 180
    assert Notification.objects.get().status == "failed"


def test_when_a_message_failed_for_good_the_next_rule_comes_at_once():
    anna = user("anna")
    for index, method in enumerate([anna.contact_methods.get(), contact_method(anna, address="second@example.com")]):
        NotificationRule.objects.create(user=anna, contact_method=method, after_minutes=10 * index)
    paged_alert(anna)
    failed = delivering.claim(NOW)
    failed.channel = "carrier pigeon"

    failed.attempts = 5
    delivering.send(failed, NOW)

    waiting = Notification.objects.get(status="pending")
    assert (waiting.address, waiting.due_at) == ("second@example.com", NOW)


def test_when_every_message_of_a_step_failed_the_next_step_comes_at_once(settings):
    broken_server(settings)
    opened = paged_alert(user("anna"), user("ben"))
    failed = delivering.claim(NOW)
    failed.attempts = 5

    delivering.send(failed, NOW)

    assert Alert.objects.get(pk=opened.pk).next_step_at == NOW


def test_when_every_message_failed_and_no_step_is_left_the_plan_begins_anew_in_a_while(settings):
    broken_server(settings)
    opened = open_alert(policy(user("anna"), repeat=0))
    escalating.advance_batch(NOW)
    failed = delivering.claim(NOW)
    failed.attempts = 5

    delivering.send(failed, NOW)

    opened.refresh_from_db()
    assert (opened.generation, opened.next_step, opened.next_step_at) == (2, 0, NOW + minutes(5))
    assert opened.log_lines.filter(text__contains="nobody at all was reached").exists()


def test_a_message_that_kills_its_sender_each_time_is_given_up_and_the_next_step_comes():
    opened = paged_alert(user("anna"), user("ben"))
    now = NOW
    for _ in range(6):
        last = delivering.claim(now)
        now += delivering.LEASE

    delivering.send(last, now - delivering.LEASE)

    assert Notification.objects.get().status == "failed"
    assert Alert.objects.get(pk=opened.pk).next_step_at <= now


def test_a_page_to_an_address_that_was_switched_off_does_not_leave_and_the_next_step_comes():
    anna = user("anna")
    opened = paged_alert(anna, user("ben"))
    anna.contact_methods.update(is_enabled=False)

    deliver()

    assert (mail.outbox, Notification.objects.get().status) == ([], "failed")
    assert Alert.objects.get(pk=opened.pk).next_step_at == NOW


def test_a_title_with_odd_characters_is_a_readable_subject():
    alert_ = paged_alert(user("anna"))
    Alert.objects.filter(pk=alert_.pk).update(title="5xx > 5 % & can't pay")
    deliver()

    assert mail.outbox[0].subject == "[SEV1] 5xx > 5 % & can't pay"


def test_pages_go_before_notices():
    ben = user("ben")
    notifying.notify(ben, "page", key="notice", context={}, now=NOW - minutes(1), alert=alert())
    paged_alert(user("anna"))

    assert delivering.claim(NOW).user.username == "anna"


def test_nothing_leaves_before_it_is_due():
    anna = user("anna")
    NotificationRule.objects.create(user=anna, contact_method=anna.contact_methods.get(), after_minutes=5)
    paged_alert(anna)

    assert delivering.claim(NOW) is None
    assert delivering.claim(NOW + minutes(5)) is not None


def test_the_same_cause_tells_a_person_once():
    anna = user("anna")

    first = notifying.notify(anna, "page", key="cause", context={}, now=NOW)
    second = notifying.notify(anna, "page", key="cause", context={}, now=NOW + timedelta(hours=1))

    assert (len(first), len(second)) == (1, 0)
