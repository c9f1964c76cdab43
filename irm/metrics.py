"""The figures of the engine in the exposition format of Prometheus."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from irm.health import Health


class HealthCollector(Collector):
    def __init__(self, health: Health) -> None:
        self.health = health

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("irm_up", "1 when every check holds.", value=float(self.health.is_ok))
        holds = GaugeMetricFamily("irm_check_ok", "1 when the check holds.", labels=["check"])
        beats = GaugeMetricFamily("irm_beat_age_seconds", "Since the last sign of life.", labels=["process"])
        lags = GaugeMetricFamily("irm_sweep_lag_seconds", "How late the oldest due row is.", labels=["sweep"])
        for check in self.health.checks:
            holds.add_metric([check.name], float(check.is_ok))
            if check.age_s is not None:
                (beats if check.kind == "beat" else lags).add_metric([check.name], check.age_s)
        yield from (holds, beats, lags)
        for name, count in self.health.counts.items():
            yield GaugeMetricFamily(f"irm_{name}", f"Number of {name.replace('_', ' ')}.", value=count)


def exposition(health: Health) -> bytes:
    registry = CollectorRegistry()
    registry.register(HealthCollector(health))
    return generate_latest(registry)
