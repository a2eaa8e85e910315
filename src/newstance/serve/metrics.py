"""What happened, as text that Prometheus reads (https://prometheus.io/docs/instrumenting/exposition_formats/)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
Sample = tuple[Mapping[str, str], float]


@dataclass
class Requests:
    """Counts requests by path and status, and how long they took, by path. The paths are ours and few."""

    count: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    within: Counter[tuple[str, float]] = field(default_factory=Counter)

    def add(self, path: str, status: int, seconds: float) -> None:
        """Count one that is done."""
        self.count[path, status] += 1
        self.seconds[path] += seconds  # type: ignore[assignment]
        for bound in BOUNDS:
            self.within[path, bound] += seconds <= bound

    def lines(self) -> list[str]:
        """Requests and their histogram."""
        done: Counter[str] = Counter()
        for (path, _), n in self.count.items():
            done[path] += n
        counted = [({"path": path, "status": str(status)}, n) for (path, status), n in self.count.items()]
        name = "newstance_request_seconds"
        return [
            *metric("newstance_requests_total", "counter", "Requests by path and status.", counted),
            f"# HELP {name} Seconds a request took.",
            f"# TYPE {name} histogram",
            *(line for path in sorted(done) for line in self._histogram(name, path, done[path])),
        ]

    def _histogram(self, name: str, path: str, n: int) -> Iterable[str]:
        for bound in BOUNDS:
            yield _line(f"{name}_bucket", {"path": path, "le": f"{bound:g}"}, self.within[path, bound])
        yield _line(f"{name}_bucket", {"path": path, "le": "+Inf"}, n)
        yield _line(f"{name}_sum", {"path": path}, self.seconds[path])
        yield _line(f"{name}_count", {"path": path}, n)


def metric(name: str, kind: str, about: str, samples: Iterable[Sample]) -> list[str]:
    """The lines of one metric of a ``kind``: counter or gauge."""
    return [f"# HELP {name} {about}", f"# TYPE {name} {kind}", *(_line(name, *one) for one in samples)]


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return f"{name}{{{shown}}} {value:.10g}" if shown else f"{name} {value:.10g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
