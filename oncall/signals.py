"""What upper apps may want to know about."""

from django.dispatch import Signal

# Sent inside the transaction that changed alerts, once for all of them. Argument: lines, the AlertLog rows that say
# what happened, each with its alert.
alerts_changed = Signal()
