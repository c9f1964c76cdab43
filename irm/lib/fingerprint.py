"""What somebody was shown, in short: so that what they agree to is what they have read."""

import re
from collections.abc import Iterable
from hashlib import sha256


def fingerprint(sentences: Iterable[str], asked: Iterable[str] = ()) -> str:
    """The same for the same sentences about the same thing `asked`.

    Figures in sentences do not count: they may change with every minute that passes.
    """
    words = [re.sub(r"\d+", "", sentence) for sentence in sentences]
    return sha256("\n".join([*asked, *words]).encode()).hexdigest()[:16]
