"""How bad a finding is, from a note to an error."""

from __future__ import annotations

from enum import IntEnum

from ctxopt.errors import ConfigError


class Severity(IntEnum):
    """How bad a finding is; whether its cure is safe is another question."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @classmethod
    def parse(cls, text: str) -> Severity:
        """Read ``info``, ``warning`` or ``error`` in any case; raises ConfigError."""
        try:
            return cls[text.strip().upper()]
        except KeyError:
            raise ConfigError(
                f"not a severity: {text!r}", hint="write info, warning or error"
            ) from None

    @property
    def label(self) -> str:
        """``info``, ``warning`` or ``error``."""
        return self.name.lower()
