"""Configuration of oncall in the admin, and its records to look at."""

from . import calendars, catalog, integrations, overrides, people, policies, records, schedules, swaps

__all__ = ["calendars", "catalog", "integrations", "overrides", "people", "policies", "records", "schedules", "swaps"]
