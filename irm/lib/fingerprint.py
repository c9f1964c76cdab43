"""What somebody was shown, in short: so that what they agree to is what they have read."""

import re
from hashlib import sha256


def fingerprint(sentences: list[str]) -> str:
    """The same for the same sentences. Figures do not count: they may change with every minute that passes."""
    words = re.sub(r"\d+", "", "\n".join(sentences))
    return sha256(words.encode()).hexdigest()[:16]
