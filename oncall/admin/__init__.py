"""Configuration of oncall in the admin, and its records to look at."""

from . import catalog, integrations, overrides, people, policies, records, schedules, swaps

__all__ = ["catalog", "integrations", "overrides", "people", "policies", "records", "schedules", "swaps"]
