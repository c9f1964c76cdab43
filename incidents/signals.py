"""What upper apps may want to know about."""

from django.dispatch import Signal

# Sent inside the transaction that declared an incident. Arguments: incident, now.
incident_declared = Signal()

# Sent inside the transaction that changed an incident's status or severity. Arguments: incident, entry (the
# TimelineEntry that says what happened), now.
incident_changed = Signal()
