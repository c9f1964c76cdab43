"""The supervisor restarts what lives but does no work any more, and only that."""

import time
from collections.abc import Mapping

from irm.supervisor import Child, Supervisor


class Recorded(Child):
    """A child without a process: it only notes that it would have been killed."""

    killed = 0

    def kill_group(self) -> None:
        self.killed += 1


def look(ages: Mapping[str, float | None], runs_s: float = 100, silent_after_s: float = 30) -> int:
    child = Recorded("core", ["unused"], silent_after_s=silent_after_s)
    child.process = object()  # type: ignore[assignment]
    child.started_at = time.monotonic() - runs_s
    Supervisor([child], lambda: ages, lambda line: None)._restart_silent()
    return child.killed


def test_a_cluster_that_stopped_beating_is_killed():
    assert look({"core": 31}) == 1


def test_a_cluster_that_never_beat_is_killed():
    assert look({"core": None}) == 1


def test_a_cluster_that_beats_is_left_alone():
    assert look({"core": 3}) == 0


def test_a_cluster_that_has_just_started_is_given_time():
    assert look({"core": None}, runs_s=10) == 0


def test_nothing_is_killed_while_nobody_can_tell():
    assert look({}) == 0


def test_web_is_never_killed_for_silence():
    assert look({"core": 1000}, silent_after_s=0) == 0
