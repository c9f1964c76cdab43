"""irm: from a signal to a lesson."""

__version__ = "0.1.0"
