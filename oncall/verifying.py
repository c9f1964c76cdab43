"""Proving that an address is its owner's and works: a code is sent to it and entered here; a test can be sent to it."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from oncall.errors import NotAllowed
from oncall.models import ContactMethod, Notification, User

EVENT = "verification"
TEST = "test"
VALID_FOR = timedelta(minutes=30)
PAUSE = timedelta(minutes=1)  # between two codes, so that nobody's mailbox is flooded
MOST_TRIES = 5
MOST_TESTS = 5  # of one person in an hour
AN_HOUR = timedelta(hours=1)
KEPT_TESTS = 50  # that are looked through for the last one of each address


@transaction.atomic
def send_code(method: ContactMethod, now: datetime) -> Notification:
    """Send a new code to the address. Raises NotAllowed where it is verified, or a code has just been sent."""
    method = _locked(method)
    if method.verified_at:
        raise NotAllowed("This address is verified already.")
    if method.verification_sent_at and now < method.verification_sent_at + PAUSE:
        raise NotAllowed("A code was sent less than a minute ago. Please wait a moment, then ask again.")
    code = f"{secrets.randbelow(1_000_000):06d}"
    method.verification_code = _hashed(method, code)
    method.verification_sent_at = now
    method.verification_tries = 0
    method.save(update_fields=["verification_code", "verification_sent_at", "verification_tries"])
    return Notification.objects.create(
        key=f"{EVENT}-{method.pk}-{int(now.timestamp() * 1000)}",
        event=EVENT,
        user=method.user,
        contact_method=method,
        channel=method.channel,
        address=method.address,
        context={"code": code, "minutes": int(VALID_FOR.total_seconds() // 60)},
        priority=Notification.Priority.PAGE,  # somebody is waiting for it
        due_at=now,
        created_at=now,
    )


def enter_code(method: ContactMethod, code: str, now: datetime) -> bool:
    """Take the code that arrived. False where it is wrong; raises NotAllowed where none can be right any more."""
    with transaction.atomic():
        method = _locked(method)
        if method.verified_at:
            return True
        if not method.verification_code or not method.verification_sent_at:
            raise NotAllowed("No code was sent yet. Ask for one first.")
        if now >= method.verification_sent_at + VALID_FOR:
            raise NotAllowed("This code has expired. Ask for a new one.")
        if method.verification_tries >= MOST_TRIES:
            raise NotAllowed("There were too many wrong codes. Ask for a new one.")
        if constant_time_compare(method.verification_code, _hashed(method, "".join(code.split()))):
            method.verify(now)
            return True
        method.verification_tries += 1
        method.save(update_fields=["verification_tries"])
        return False


@transaction.atomic
def send_test(method: ContactMethod, now: datetime) -> Notification:
    """Send a message that asks for nothing. Raises NotAllowed where a page would not use the address, or too often."""
    if not method.is_usable:
        raise NotAllowed("Only a verified address that is switched on can be tested.")
    User.objects.select_for_update().get(pk=method.user_id)  # of two presses at once, the later one counts the other
    sent = Notification.objects.filter(user=method.user_id, event=TEST, created_at__gt=now - AN_HOUR).count()
    if sent >= MOST_TESTS:
        raise NotAllowed(f"{MOST_TESTS} tests were sent within an hour. Please wait a while before the next one.")
    return Notification.objects.create(
        key=f"{TEST}-{method.pk}-{int(now.timestamp() * 1000)}",
        event=TEST,
        user=method.user,
        contact_method=method,
        channel=method.channel,
        address=method.address,
        priority=Notification.Priority.TEST,
        due_at=now,
        created_at=now,
    )


def last_tests(person: User) -> dict[int, Notification]:
    """The last test sent to each of a person's contact methods, by its pk."""
    sent = Notification.objects.filter(user=person, event=TEST, contact_method__isnull=False)
    return {test.contact_method_id: test for test in reversed(sent[:KEPT_TESTS]) if test.contact_method_id}


def _locked(method: ContactMethod) -> ContactMethod:
    return ContactMethod.objects.select_for_update(of=("self",)).select_related("user").get(pk=method.pk)


def _hashed(method: ContactMethod, code: str) -> str:
    return salted_hmac("irm.verification", f"{method.pk}:{method.address}:{code}", algorithm="sha256").hexdigest()
