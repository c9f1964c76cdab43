"""The one table of background work: sweeps that wait for due rows, and housekeeping by the clock."""

from irm.sweep import CORE, DELIVERY, EVERY_CLUSTER, RecurringJob, Sweep

SWEEPS: tuple[Sweep, ...] = (
    Sweep(
        name="beat",
        oldest_due="irm.beats.oldest_due_beat",
        run="irm.beats.beat_as_worker",
        cluster=EVERY_CLUSTER,
        why="Shows that the workers of this cluster work.",
        max_lag_s=15,
    ),
    Sweep(
        name="escalation",
        oldest_due="oncall.jobs.oldest_due_step",
        run="oncall.jobs.advance_escalations",
        cluster=CORE,
        why="Pages the next people of alerts that nobody has acknowledged.",
        max_lag_s=5,
    ),
    Sweep(
        name="delivery",
        oldest_due="oncall.jobs.oldest_due_notification",
        run="oncall.jobs.deliver_notifications",
        cluster=DELIVERY,
        why="Sends the messages that are due.",
        max_lag_s=30,
    ),
    Sweep(
        name="shift announcements",
        oldest_due="oncall.jobs.oldest_due_announcement",
        run="oncall.jobs.announce_shifts",
        cluster=CORE,
        why="Tells people of coming shifts, handoffs, changes of plan and gaps.",
        max_lag_s=60,
    ),
    Sweep(
        name="swap reminders",
        oldest_due="oncall.jobs.oldest_due_swap",
        run="oncall.jobs.look_after_swaps",
        cluster=CORE,
        why="Reminds of shifts that are offered, and ends offers when the shift begins.",
        max_lag_s=60,
    ),
    Sweep(
        name="weekly digests",
        oldest_due="oncall.jobs.oldest_due_digest",
        run="oncall.jobs.send_digests",
        cluster=CORE,
        why="Tells people on Monday what concerns them in the next two weeks.",
        max_lag_s=600,
    ),
    Sweep(
        name="calendar refresh",
        oldest_due="oncall.jobs.oldest_due_calendar",
        run="oncall.jobs.refresh_calendars",
        cluster=CORE,
        why="Reads calendars again that say who is on call.",
        max_lag_s=900,
    ),
    Sweep(
        name="update reminders",
        oldest_due="incidents.jobs.oldest_due_reminder",
        run="incidents.jobs.remind_of_updates",
        cluster=CORE,
        why="Reminds whoever owes others a status update that it is overdue.",
        max_lag_s=30,
    ),
    Sweep(
        name="follow-up reminders",
        oldest_due="postmortems.jobs.oldest_due_reminder",
        run="postmortems.jobs.remind_of_follow_ups",
        cluster=CORE,
        why="Tells owners that their follow-ups are due, and their leads when they are late.",
        max_lag_s=60,
    ),
)

RECURRING_JOBS: tuple[RecurringJob, ...] = (
    RecurringJob(
        name="scheduler beat",
        run="irm.beats.beat_as_scheduler",
        every_minutes=1,
        why="Shows that jobs by the clock are run.",
    ),
    RecurringJob(
        name="forget old jobs",
        run="irm.housekeeping.forget_old_jobs",
        every_minutes=24 * 60,
        why="Failed jobs and beats of hosts that are gone are dropped after a month.",
    ),
    RecurringJob(
        name="clear sessions",
        run="irm.housekeeping.clear_sessions",
        every_minutes=24 * 60,
        why="Sessions that have ended leave the database.",
    ),
)
