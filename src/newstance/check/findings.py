"""What a check found."""

from dataclasses import dataclass, field


@dataclass
class Findings:
    """Errors stop a training; warnings are told; ``checked`` says in words what was looked at."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
