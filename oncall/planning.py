"""What an escalation does next: a pure function of the plan and the number of steps already run."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a step reaches. `kind` and `id` name a row to ask when the step runs, `name` is for people."""

    kind: str
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Step:
    targets: tuple[Target, ...]
    wait: timedelta  # for an acknowledgement, before the next step


@dataclass(frozen=True, slots=True)
class Plan:
    """A policy as it stood when the alert opened: steps, run `repeat` times more, then the last resort."""

    steps: tuple[Step, ...] = ()
    repeat: int = 0
    last_resort: tuple[Target, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "steps": [
                {
                    "targets": [_as_list(target) for target in step.targets],
                    "wait": int(step.wait.total_seconds()),
                }
                for step in self.steps
            ],
            "repeat": self.repeat,
            "last_resort": [_as_list(target) for target in self.last_resort],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            steps=tuple(
                Step(tuple(Target(*target) for target in step["targets"]), timedelta(seconds=step["wait"]))
                for step in data.get("steps", [])
            ),
            repeat=data.get("repeat", 0),
            last_resort=tuple(Target(*target) for target in data.get("last_resort", [])),
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What step number n is. `wait` is None where nothing comes after it."""

    title: str
    targets: tuple[Target, ...]
    wait: timedelta | None


def decide(plan: Plan, number: int) -> Decision | None:
    """What to do as step `number`, counted from 0 through all repeats; None when the plan is at its end."""
    count = len(plan.steps)
    last = count * (plan.repeat + 1)
    if number < last:
        step = plan.steps[number % count]
        title = f"step {number % count + 1} of {count}"
        if number >= count:
            title += f", round {number // count + 1}"
        is_end = number + 1 == last and not plan.last_resort
        return Decision(title, step.targets, None if is_end else step.wait)
    if number == last and plan.last_resort:
        return Decision("last resort", plan.last_resort, None)
    return None


def _as_list(target: Target) -> list[Any]:
    return [target.kind, target.id, target.name]
