"""Every incident of the demo company, oldest first."""

from irm.demo.stories_early import EARLY
from irm.demo.stories_late import LATE

STORIES = (*EARLY, *LATE)
