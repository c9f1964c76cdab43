"""A made-up company to try irm with: believable, deterministic, never over data that is there."""
