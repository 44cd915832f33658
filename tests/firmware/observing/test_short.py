"""`evse status --short`."""

from evse.observing import short


def test_the_lines() -> None:
    status = {
        "program": {
            "ok": False,
            "version": "1.2.3",
            "uptime_s": 93_784.0,
            "cpu_s": 61.2,
            "memory_bytes": 88 << 20,
            "open_files": 23,
            "threads": 3,
            "database_bytes": 3 << 19,
            "parts": [
                {"part": "turns", "ok": True, "vital": True, "what": "fine"},
                {"part": "disk", "ok": False, "vital": True, "what": "nothing can be written"},
            ],
            "log": {"warning": 1, "error": 2, "critical": 1},
        },
        "connectors": {
            "1": {
                "status": "Charging",
                "offered_a": 9.96,
                "limited_by": "dlb",
                "limit_a": 10.0,
                "energy_wh": 12_345,
                "faults": ["Meter"],
            }
        },
        "why": {"1": "Charging with 10 A."},
        "lateness_ms": {"p99": 12.4},
    }
    assert short.text(status).splitlines() == [
        "evse 1.2.3 does NOT work, up 1 d 2:03:04",
        "connector 1: Charging, offers 10.0 A (dlb allows 10.0 A), 12.35 kWh in all",
        "    Charging with 10 A.",
        "    fault: Meter",
        "ok turns: fine",
        "!! disk: nothing can be written",
        (
            "memory 88 MiB, processor 61 s, 23 files, 3 threads, database 1.5 MiB,"
            " turns at most 12 ms late (99 %)"
        ),
        "log: 1 warnings, 3 errors",
    ]
