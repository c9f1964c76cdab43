"""What upper apps may want to know about."""

from django.dispatch import Signal

# Sent inside the transaction that changed an alert. Arguments: alert, line (the AlertLog row that says what happened).
alert_changed = Signal()
